using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace PodGate.Control.Configuration.Reading;

/// <summary>Something besides the pods whose answer proves that the gate's own network works: a port, a URL, or a name to ask a DNS server for.</summary>
internal sealed partial class ReferenceKind : ValueKind<Uri>
{
    /// <summary>How the reference of a DNS server begins.</summary>
    public const string DnsPrefix = "dns://";

    public override string Name => "a reference target";

    protected override string Example =>
        "write \"tcp://10.0.0.1:53\", \"dns://10.0.0.53/example.com\", or an absolute http or https URL";

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out Uri? value)
    {
        value = null;
        if (!written.IsText)
            return Refuse(written, key, findings);
        var text = written.Text;
        var wrong = "";
        var well = text.StartsWith(TcpUrl.Prefix, StringComparison.Ordinal) ? TcpUrl.TryRead(text, out value, out wrong)
            : text.StartsWith(DnsPrefix, StringComparison.Ordinal) ? TryReadDns(text, out value, out wrong)
            : WebUrl.TryRead(text, out value, out wrong);
        if (well && value is not null)
            return true;
        var shown = WebUrl.Quote(text);
        return Refuse(written, key, findings, wrong.Length == 0 ? $"{shown} is not {Name}" : $"{shown} {wrong}");
    }

    public override string Show(Uri value) => WrittenValue.Write(value.OriginalString);

    private static bool TryReadDns(string text, out Uri? url, out string wrong)
    {
        wrong = "";
        url = null;
        var match = DnsPattern().Match(text);
        if (!match.Success || Uri.CheckHostName(match.Groups["server"].Value) == UriHostNameType.Unknown)
            return false;
        if (match.Groups["port"].Success && int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture) is < 1 or > IPEndPoint.MaxPort)
            wrong = "has no port of 1 to 65535";
        else if (Uri.CheckHostName(match.Groups["name"].Value) != UriHostNameType.Dns)
            wrong = "has no name to ask for behind the server";
        else
            Uri.TryCreate(text, UriKind.Absolute, out url);
        return url is not null;
    }

    [GeneratedRegex(
        @"^dns://(?<server>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:(?<port>\d{1,5}))?(/(?<name>[A-Za-z0-9._-]{0,253}))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex DnsPattern();
}

/// <summary>A status code of HTTP among some.</summary>
/// <param name="isRight">Which ones.</param>
/// <param name="example">What would be right, beginning with a verb.</param>
internal sealed class StatusKind(Func<int, bool> isRight, string example) : ValueKind<int>
{
    private static readonly WholeNumberKind Number = new(int.MinValue, int.MaxValue);

    /// <summary>The codes after which a request may be repeated.</summary>
    public static StatusKind ToRetry { get; } = new(code => code is 500 or 502 or 503 or 504, "write 500, 502, 503 or 504");

    /// <summary>The codes of a whole answer.</summary>
    public static StatusKind OfAnswers { get; } = new(code => code is >= 200 and <= 599, "write 200 to 599");

    public override string Name => "a status code";

    protected override string Example => example;

    public override bool TryRead(WrittenValue written, string key, Findings findings, out int value)
    {
        value = 0;
        var isNumber = written.Kind is WrittenKind.Number or WrittenKind.Variable
            && int.TryParse(written.Text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (!isNumber)
            return Refuse(written, key, findings);
        return isRight(value) || Refuse(written, key, findings, $"{written.Quoted} is not one of the status codes here");
    }

    public override string Show(int value) => Number.Show(value);
}
