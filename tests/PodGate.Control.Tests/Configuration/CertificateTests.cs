using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PodGate.Control.Configuration;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Configuration;

/// <summary>A certificate that would not work is told before the gate starts.</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = new ManualTime().GetUtcNow();
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void CertificateWithItsKey_Loaded_IsTakenWithFullPathsAndBothVersions()
    {
        Write("gate", Now.AddDays(-1), Now.AddDays(90));

        var loaded = LoadListener("""{ "Url": "https://127.0.0.1:8443", "Certificate": "gate.pem", "CertificateKey": "gate.key" }""");

        ConfigurationText.Describe(loaded).Should().BeEmpty();
        loaded.Configuration!.Listen.Should().Equal(new ListenSettings(
            new Uri("https://127.0.0.1:8443"), Path.Combine(_directory, "gate.pem"), Path.Combine(_directory, "gate.key"), ListenProtocols.Http1AndHttp2));
    }

    [Fact]
    public void KeyInTheSameFile_Loaded_IsFound()
    {
        var (certificate, key) = Make(Now.AddDays(-1), Now.AddDays(90));
        File.WriteAllText(Path.Combine(_directory, "both.pem"), certificate + "\n" + key);

        LoadListener("""{ "Url": "https://127.0.0.1:8443", "Certificate": "both.pem", "Protocols": "Http2" }""")
            .Configuration!.Listen[0].Protocols.Should().Be(ListenProtocols.Http2);
    }

    [Fact]
    public void AdminPortWithCertificate_Loaded_MayBeAnywhere()
    {
        Write("gate", Now.AddDays(-1), Now.AddDays(90));

        var loaded = Load("""{ "Pods": { "pod-a": { "Address": "http://127.0.0.1:9101" } }, "Admin": { "Listen": "https://*:9090", "Certificate": "gate.pem", "CertificateKey": "gate.key" } }""");

        ConfigurationText.Describe(loaded).Should().BeEmpty();
        loaded.Configuration!.Admin.Listen.Protocols.Should().Be(ListenProtocols.Http1AndHttp2);
    }

    [Theory]
    [InlineData(-90, -1, "warning: podgate.json:1:125: Listen[0].Certificate: \"@/gate.pem\" expired on 2026-03-01; renew it")]
    [InlineData(1, 90, "warning: podgate.json:1:125: Listen[0].Certificate: \"@/gate.pem\" is not valid before 2026-03-03; check the clock and the certificate")]
    public void CertificateOutOfDate_Loaded_IsAWarningOnly(int from, int until, string expected)
    {
        Write("gate", Now.AddDays(from), Now.AddDays(until));

        var loaded = LoadListener("""{ "Url": "https://127.0.0.1:8443", "Certificate": "gate.pem", "CertificateKey": "gate.key" }""");

        Lines(loaded).Should().Equal(expected);
        loaded.Configuration.Should().NotBeNull();
    }

    [Theory]
    [InlineData("gate.pem", "other.key", "podgate.json:1:155: Listen[0].CertificateKey: \"@/other.key\" is not the key of that certificate, or is damaged; give the key that the certificate was made with")]
    [InlineData("gate.pem", "gate.pem", "podgate.json:1:155: Listen[0].CertificateKey: \"@/gate.pem\" has no private key in it; name the PEM file of the key with CertificateKey")]
    [InlineData("gate.pem", "locked.key", "podgate.json:1:155: Listen[0].CertificateKey: \"@/locked.key\" is encrypted; give a key without a pass phrase, readable by the gate only")]
    [InlineData("gate.pem", "none.key", "podgate.json:1:155: Listen[0].CertificateKey: \"@/none.key\" does not exist; give a PEM file that the gate may read")]
    [InlineData("gate.key", "gate.key", "podgate.json:1:125: Listen[0].Certificate: \"@/gate.key\" has no readable certificate in it; give a PEM file that begins with the gate's own certificate")]
    [InlineData("noise.p", "gate.key", "podgate.json:1:125: Listen[0].Certificate: \"@/noise.p\" has no readable certificate in it; give a PEM file that begins with the gate's own certificate")]
    [InlineData("folder.p", "gate.key", "podgate.json:1:125: Listen[0].Certificate: \"@/folder.p\" is a directory; give a PEM file that the gate may read")]
    public void CertificateThatCannotWork_Loaded_IsRefused(string certificate, string key, string expected)
    {
        Write("gate", Now.AddDays(-1), Now.AddDays(90));
        Write("other", Now.AddDays(-1), Now.AddDays(90));
        File.WriteAllBytes(Path.Combine(_directory, "noise.p"), [0, 1, 2, 255, 254]);
        Directory.CreateDirectory(Path.Combine(_directory, "folder.p"));
        using var locked = ECDsa.Create();
        File.WriteAllText(
            Path.Combine(_directory, "locked.key"),
            locked.ExportEncryptedPkcs8PrivateKeyPem("pass", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));

        var loaded = LoadListener($$"""{ "Url": "https://127.0.0.1:8443", "Certificate": "{{certificate}}", "CertificateKey": "{{key}}" }""");

        Lines(loaded).Should().Equal(expected);
        loaded.Configuration.Should().BeNull();
    }

    private string[] Lines(LoadedConfiguration loaded) =>
        [.. ConfigurationText.Describe(loaded).Select(line => line.Replace(_directory, "@", StringComparison.Ordinal))];

    private LoadedConfiguration LoadListener(string listener) =>
        Load($$"""{ "Pods": { "pod-a": { "Address": "http://127.0.0.1:9101" } }, "Listen": [{{listener}}] }""");

    private LoadedConfiguration Load(string json) => ConfigurationTestFiles.Load(json, path: Path.Combine(_directory, "podgate.json"));

    private void Write(string name, DateTimeOffset from, DateTimeOffset until)
    {
        var (certificate, key) = Make(from, until);
        File.WriteAllText(Path.Combine(_directory, $"{name}.pem"), certificate);
        File.WriteAllText(Path.Combine(_directory, $"{name}.key"), key);
    }

    private static (string Certificate, string Key) Make(DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(from, until);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
