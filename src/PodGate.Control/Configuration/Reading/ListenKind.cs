using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>A listener of the data port: its URL alone, or an object that also has a certificate or the versions of HTTP.</summary>
internal sealed class ListenKind : ValueKind<ListenSettings>
{
    private static readonly ListenUrlKind Url = new();
    private static readonly ChoiceKind<ListenProtocols> Protocols = new(
        "a choice of versions of HTTP",
        ("Http1", ListenProtocols.Http1),
        ("Http2", ListenProtocols.Http2),
        ("Http1AndHttp2", ListenProtocols.Http1AndHttp2));

    /// <summary>A path to a file or directory.</summary>
    public static TextKind Path { get; } = MakePath(orNull: false);

    public override string Name => "a listener";

    public override IReadOnlyList<string> ItemKeys { get; } = ["Url", "Certificate", "CertificateKey", "Protocols"];

    protected override string Example =>
        "write \"http://127.0.0.1:8080\" or { \"Url\": \"https://...\", \"Certificate\": \"cert.pem\", \"CertificateKey\": \"key.pem\" }";

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out ListenSettings? value)
    {
        value = null;
        if (written.IsText)
        {
            if (Url.TryRead(written, key, findings, out var alone))
                value = WithDefaults(new ListenSettings(alone));
            return value is not null;
        }

        if (written.Kind != WrittenKind.Object)
            return Refuse(written, key, findings);

        Uri? url = null;
        string? certificate = null, certificateKey = null;
        ListenProtocols? protocols = null;
        var well = true;
        ObjectReader.Read(written, key, ItemKeys, findings, (member, path, child) => well &= member switch
        {
            "Url" => Url.TryRead(child, path, findings, out url),
            "Certificate" => child.IsNull || Path.TryRead(child, path, findings, out certificate),
            "CertificateKey" => child.IsNull || Path.TryRead(child, path, findings, out certificateKey),
            _ => TryReadProtocols(child, path, findings, out protocols),
        });
        if (written.Find("Url") is null)
            findings.Error(written.Place, key, "has no Url", "add \"Url\": \"http://127.0.0.1:8080\"");
        if (url is null || !well)
            return false;
        value = WithDefaults(new ListenSettings(url, certificate, certificateKey), protocols);
        return true;
    }

    public override string Show(ListenSettings value)
    {
        if (value == WithDefaults(new ListenSettings(value.Url)))
            return Url.Show(value.Url);
        var parts = new List<string> { $"\"Url\": {Url.Show(value.Url)}" };
        if (value.Certificate is not null)
            parts.Add($"\"Certificate\": {Path.Show(value.Certificate)}");
        if (value.CertificateKey is not null)
            parts.Add($"\"CertificateKey\": {Path.Show(value.CertificateKey)}");
        return $"{{ {string.Join(", ", parts)}, \"Protocols\": {Protocols.Show(value.Protocols)} }}";
    }

    /// <summary>TLS can negotiate the version, cleartext cannot: each has the default that fits it.</summary>
    public static ListenSettings WithDefaults(ListenSettings listen, ListenProtocols? protocols = null) => listen with
    {
        Protocols = protocols ?? (listen.Url.Scheme == Uri.UriSchemeHttps ? ListenProtocols.Http1AndHttp2 : ListenProtocols.Http1),
    };

    /// <summary>A path, or also null.</summary>
    public static TextKind MakePath(bool orNull, string relativeTo = "the directory of the configuration file") =>
        new("a path", $"write a path, absolute or relative to {relativeTo}", WrongPath) { OrNull = orNull };

    private static bool TryReadProtocols(WrittenValue written, string key, Findings findings, out ListenProtocols? protocols)
    {
        protocols = null;
        if (written.IsNull)
            return true;
        if (!Protocols.TryRead(written, key, findings, out var one))
            return false;
        protocols = one;
        return true;
    }

    private static string? WrongPath(string text) => text switch
    {
        "" => "is empty",
        { Length: > 1024 } => "is too long",
        _ when text.Any(char.IsControl) => "has a control character in it",
        _ => null,
    };
}
