using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using PodGate.Core.Routing;

namespace PodGate.Control.Configuration.Reading;

/// <summary>The number of slots: a power of two.</summary>
internal sealed class SlotsKind : ValueKind<int>
{
    /// <summary>The limits, as a number.</summary>
    public static WholeNumberKind Number { get; } = new(256, 4_194_304);

    public override string Name => "a number of slots";

    protected override string Example => "write a power of two, 256 to 4194304";

    public override bool TryRead(WrittenValue written, string key, Findings findings, out int value)
    {
        value = 0;
        if (!Number.TryRead(written, key, findings, out var number))
            return false;
        value = (int)number;
        if (BitOperations.IsPow2(value))
            return true;
        var above = (int)BitOperations.RoundUpToPowerOf2((uint)value);
        return Refuse(written, key, findings, $"{written.Quoted} is not a power of two", $"write {above / 2} or {above}");
    }

    public override string Show(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The hashing key. A secret: whoever knows it can choose his pod, so that no message shows it.</summary>
internal sealed class KeyKind : ValueKind<Key128>
{
    public override string Name => "a key";

    protected override string Example => "write 32 hexadecimal digits";

    public override bool TryRead(WrittenValue written, string key, Findings findings, out Key128 value)
    {
        value = default;
        return (written.IsText && Key128.TryParse(written.Text, out value)) || Refuse(written, key, findings);
    }

    public override string Show(Key128 value) => $"\"{value}\"";
}

/// <summary>A network in CIDR notation, without bits beyond its prefix, and not all there are.</summary>
/// <param name="whenAll">What would come of it if it were all there are, and what to write instead.</param>
internal sealed class NetworkKind((string Consequence, string Remedy) whenAll) : ValueKind<IPNetwork>
{
    /// <summary>A network of trusted proxies.</summary>
    public static NetworkKind OfProxies { get; } = new(("trusts every client, and each could choose its pod", "name the networks of your own proxies"));

    /// <summary>A network of clients of one pod.</summary>
    public static NetworkKind OfClients { get; } = new(("is every client there is", "name the networks of the customers that are meant"));

    public override string Name => "a network";

    protected override string Example => "write an address and a prefix length, such as \"10.0.0.0/8\" or \"fd00::/8\"";

    public override bool TryRead(WrittenValue written, string key, Findings findings, out IPNetwork value)
    {
        value = default;
        if (!written.IsText)
            return Refuse(written, key, findings);
        var parts = written.Text.Split('/');
        if (parts.Length > 2 || !ListenUrlKind.TryReadAddress(parts[0], out var address))
            return Refuse(written, key, findings);
        if (address.IsIPv4MappedToIPv6)
            return Refuse(
                written,
                key,
                findings,
                $"{written.Quoted} is an IPv4 network written as IPv6",
                "write it as IPv4, such as \"10.0.0.0/8\"");

        var longest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = longest;
        var isPrefix = parts.Length == 1 || (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= longest);
        if (!isPrefix)
            return Refuse(written, key, findings, $"{written.Quoted} has no prefix length of 1 to {longest}");
        if (prefix == 0)
            return Refuse(
                written,
                key,
                findings,
                $"{written.Quoted} {whenAll.Consequence}",
                whenAll.Remedy);

        var network = new IPNetwork(Masked(address, prefix), prefix);
        if (!network.BaseAddress.Equals(address))
            return Refuse(
                written,
                key,
                findings,
                $"{written.Quoted} has bits set beyond its prefix",
                $"write \"{network}\", or \"{address}/{longest}\" for the one address");
        value = network;
        return true;
    }

    public override string Show(IPNetwork value) => $"\"{value}\"";

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF << (8 - Math.Clamp(prefix - (i * 8), 0, 8)));
        return new IPAddress(bytes);
    }
}

/// <summary>A web address that people use.</summary>
internal sealed class WebUrlKind : ValueKind<Uri>
{
    public override string Name => "a web address";

    protected override string Example => "write an absolute http or https URL, such as \"https://gate.example.com\"";

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out Uri? value)
    {
        value = null;
        var wrong = "";
        if (written.IsText && WebUrl.TryRead(written.Text, out value, out wrong))
            return true;
        return wrong.Length == 0 ? Refuse(written, key, findings) : Refuse(written, key, findings, $"{WebUrl.Quote(written.Text)} {wrong}");
    }

    public override string Show(Uri value) => WrittenValue.Write(value.AbsoluteUri);
}

/// <summary>Where alerts go. Such URLs often carry a token, so that messages do not show them.</summary>
internal sealed class WebhookKind : ValueKind<Uri>
{
    public override string Name => "a webhook's URL";

    protected override string Example => "write an absolute http or https URL, such as \"https://alerts.example.com/podgate\"";

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out Uri? value)
    {
        value = null;
        var wrong = "";
        if (written.IsText && WebUrl.TryRead(written.Text, out value, out wrong))
            return true;
        return wrong.Length == 0 ? Refuse(written, key, findings) : Refuse(written, key, findings, $"the value (not shown) {wrong}");
    }

    public override string Show(Uri value) => WrittenValue.Write(value.AbsoluteUri);
}
