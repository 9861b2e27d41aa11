using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace PodGate.Control.Configuration.Reading;

/// <summary>Where a listener listens: scheme, address and port, and nothing else.</summary>
internal sealed partial class ListenUrlKind : ValueKind<Uri>
{
    public override string Name => "a listener's URL";

    protected override string Example => "write http:// or https://, an IP address, localhost or *, and a port, such as \"http://127.0.0.1:8080\"";

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out Uri? value)
    {
        value = null;
        if (!written.IsText)
            return Refuse(written, key, findings);
        var match = Pattern().Match(written.Text);
        if (!match.Success)
            return Refuse(written, key, findings);
        if (!match.Groups["port"].Success)
            return Refuse(written, key, findings, $"{written.Quoted} has no port");
        if (int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture) > IPEndPoint.MaxPort)
            return Refuse(
                written,
                key,
                findings,
                $"{written.Quoted} has a port above 65535",
                "write a port from 1 to 65535 (0: any that is free)");

        // "*" means every address, of both families; the URI type knows no star.
        var host = match.Groups["host"].Value is "*" ? "[::]" : match.Groups["host"].Value;
        var isAddress = TryReadAddress(host.Trim('[', ']'), out var address) && host.StartsWith('[') == (address.AddressFamily == AddressFamily.InterNetworkV6);
        if (!isAddress && host != "localhost")
            return Refuse(
                written,
                key,
                findings,
                $"{written.Quoted} names a host",
                "write an IP address of this machine, localhost or *, such as \"http://127.0.0.1:8080\"");
        return Uri.TryCreate($"{match.Groups["scheme"].Value}://{host}:{match.Groups["port"].Value}", UriKind.Absolute, out value)
            || Refuse(written, key, findings);
    }

    public override string Show(Uri value) => WrittenValue.Write(Write(value));

    /// <summary>The URL with its port, also when that is the scheme's own.</summary>
    public static string Write(Uri value) => string.Create(CultureInfo.InvariantCulture, $"{value.Scheme}://{value.Host}:{value.Port}");

    /// <summary>An address as people write it: .NET alone would take "10" for 0.0.0.10.</summary>
    public static bool TryReadAddress(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address)
        && !text.Contains('%', StringComparison.Ordinal)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text);

    /// <summary>Whether two listeners would want the same port of the same address.</summary>
    public static bool Collide(Uri one, Uri other) =>
        one.Port == other.Port && one.Port != 0 && Addresses(one).Any(a => Addresses(other).Any(b => Overlap(a, b)));

    /// <summary>Whether a listener is reachable from this machine only.</summary>
    public static bool IsLoopback(Uri url) => Addresses(url).All(IPAddress.IsLoopback);

    /// <summary>The addresses a listener's host stands for.</summary>
    public static IPAddress[] Addresses(Uri url) =>
        url.IdnHost == "localhost" ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Parse(url.IdnHost)];

    /// <summary>The wildcard of IPv6 takes both families, that of IPv4 its own.</summary>
    private static bool Overlap(IPAddress a, IPAddress b) =>
        a.Equals(b) || a.Equals(IPAddress.IPv6Any) || b.Equals(IPAddress.IPv6Any)
        || (a.AddressFamily == b.AddressFamily && (a.Equals(IPAddress.Any) || b.Equals(IPAddress.Any)));

    [GeneratedRegex(@"^(?<scheme>https?)://(?<host>\*|\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(:(?<port>\d{1,5}))?/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>A host and a port to connect to: <c>tcp://host:port</c>.</summary>
internal static partial class TcpUrl
{
    /// <summary>How it begins.</summary>
    public const string Prefix = "tcp://";

    /// <summary>Reads one; empty in <paramref name="wrong"/> when it is none at all, else what is wrong with it.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? url, out string wrong)
    {
        wrong = "";
        url = null;
        var match = Pattern().Match(text);
        if (!match.Success || Uri.CheckHostName(match.Groups["host"].Value) == UriHostNameType.Unknown)
            return false;
        if (!match.Groups["port"].Success)
            wrong = "has no port";
        else if (int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture) is < 1 or > IPEndPoint.MaxPort)
            wrong = "has no port of 1 to 65535";
        else
            Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out url);
        return url is not null;
    }

    [GeneratedRegex(@"^tcp://(?<host>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:(?<port>\d{1,5}))?/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>An absolute http or https URL of something that the gate speaks to.</summary>
internal static class WebUrl
{
    /// <summary>Longer ones are no URLs that a person wrote.</summary>
    public const int Longest = 2000;

    /// <summary>Reads one; null in <paramref name="wrong"/> when it is right, empty when it is none at all, else what is wrong with it.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? url, out string wrong)
    {
        wrong = "";
        url = null;

        // A path alone is an absolute file URL on Unix, hence the first look at the scheme.
        if (text.Length > Longest || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\'))
            return false;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var found) || text.StartsWith('/'))
            return false;
        if (found.Scheme != Uri.UriSchemeHttp && found.Scheme != Uri.UriSchemeHttps)
            wrong = "is neither http nor https";
        else if (found.Host.Length == 0 || !text.Contains("://", StringComparison.Ordinal))
            return false;
        else if (found.UserInfo.Length > 0)
            wrong = "has a user name or password in it";
        else if (text.Contains('#', StringComparison.Ordinal))
            wrong = "has a fragment (#)";
        else if (found.Port == 0)
            wrong = "has port 0";
        else
            url = found;
        return url is not null;
    }

    /// <summary>How a URL is shown: without a password, should it have one.</summary>
    public static string Quote(string text)
    {
        var at = text.LastIndexOf('@');
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        return WrittenValue.Quote(at > scheme && scheme >= 0 ? $"{text[..(scheme + 3)]}***{text[at..]}" : text);
    }
}
