using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PodGate.Control.Configuration;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Configuration;

/// <summary>Who comes in at the admin port without a token, as it is written.</summary>
public sealed class AccessSettingsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new ManualTime().GetUtcNow();
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Socket_ByDefault_IsInTheStateDirectory() =>
        ConfigurationTestFiles.LoadGood("{" + ConfigurationTestFiles.TwoPods + "}").SocketPath.Should().Be("/etc/podgate/state/podgate.sock");

    [Theory]
    [InlineData("\"/run/podgate/gate.sock\"", "/run/podgate/gate.sock")]
    [InlineData("\"sockets/gate\"", "/etc/podgate/state/sockets/gate")]
    [InlineData("null", null)]
    public void Socket_Written_IsTakenRelativeToTheStateDirectory(string written, string? expected) =>
        LoadGood($$"""{ "Socket": {{written}} }""").SocketPath.Should().Be(expected);

    [Fact]
    public void ModeAndRoles_Written_AreTaken()
    {
        var admin = LoadGood("""{ "SocketMode": "0660", "SocketRoles": { "anna": "operator", "@oncall": "viewer" } }""").Admin;

        admin.SocketMode.Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        admin.SocketRoles.Should().Equal(KeyValuePair.Create("@oncall", "viewer"), KeyValuePair.Create("anna", "operator"));
    }

    [Fact]
    public void SocketPath_TooLong_IsAnErrorWhenWritten_AndAWarningElse()
    {
        var path = "/" + new string('a', AdminSettings.LongestSocketPath);
        var written = ConfigurationTestFiles.Load(ConfigurationTestFiles.WithTwoPods($$"""
            "Admin": { "Socket": "{{path}}" }
            """));
        written.Configuration.Should().BeNull();
        ConfigurationText.Describe(written).Should().ContainSingle().Which.Should().Contain("Admin.Socket:").And.Contain("has 108 bytes").And.Contain("at most 107");

        var deep = ConfigurationTestFiles.Load(ConfigurationTestFiles.WithTwoPods($$"""
            "StateDirectory": "{{path}}"
            """));
        ConfigurationText.Describe(deep).Should().ContainSingle().Which.Should().StartWith("warning: ").And.Contain("so there is none");
        deep.Configuration!.SocketPath.Should().BeNull();
        LoadGood($$"""{ "Socket": "{{path[..^1]}}" }""").SocketPath.Should().HaveLength(107);
    }

    [Fact]
    public void PlainHttp_Forced_IsAWarningOnly()
    {
        var loaded = ConfigurationTestFiles.Load(ConfigurationTestFiles.WithTwoPods("""
            "Admin": { "Listen": "http://0.0.0.0:9090", "AllowPlainHttp": true }
            """));

        ConfigurationText.Describe(loaded).Should().ContainSingle().Which.Should().StartWith("warning: ").And.Contain("in clear to \"http://0.0.0.0:9090\"");
        loaded.Configuration.Should().NotBeNull();
    }

    [Fact]
    public void Certificates_OfAnAuthority_AreTakenWithItsFullPath()
    {
        Write();
        File.Copy(Path.Combine(_directory, "gate.pem"), Path.Combine(_directory, "ca.pem"));

        var loaded = Load("""{ "ClientCa": "ca.pem", "Certificates": { "ci.example.com": { "Name": "ci", "Role": "operator" }, "a@example.com": { "Role": "viewer", "Name": "a" } }""");

        ConfigurationText.Describe(loaded).Should().BeEmpty();
        loaded.Configuration!.Admin.ClientCa.Should().Be(Path.Combine(_directory, "ca.pem"));
        loaded.Configuration.Admin.Certificates["ci.example.com"].Should().Be(new CertificateOwner("ci", "operator"));
    }

    [Theory]
    [InlineData("nowhere.pem", "does not exist")]
    [InlineData("gate.key", "has no readable certificate in it")]
    public void ClientCa_ThatHoldsNone_IsRefused(string file, string what)
    {
        Write();

        var loaded = Load($$"""{ "ClientCa": "{{file}}" """);

        ConfigurationText.Describe(loaded).Should().ContainSingle().Which.Should().Contain("Admin.ClientCa:").And.Contain(what);
    }

    [Theory]
    [InlineData("anna", true)]
    [InlineData("anna@example.com", true)]
    [InlineData("anna@local", false)]
    [InlineData("ANNA@LOCAL", false)]
    [InlineData("automation", false)]
    [InlineData("two words", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Name_IsFree_UnlessItIsTheGatesOrALocalUsers(string? name, bool expected) => CallerName.IsFree(name).Should().Be(expected);

    private static GateConfiguration LoadGood(string admin) => ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods($"\"Admin\": {admin}"));

    /// <summary>With an https listener of its own behind what is given, which is an object that is not closed.</summary>
    private LoadedConfiguration Load(string admin) => ConfigurationTestFiles.Load(
        ConfigurationTestFiles.WithTwoPods($$"""
            "Admin": {{admin}}, "Listen": "https://127.0.0.1:9090", "Certificate": "gate.pem", "CertificateKey": "gate.key" }
            """),
        path: Path.Combine(_directory, "podgate.json"));

    private void Write()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(90));
        File.WriteAllText(Path.Combine(_directory, "gate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_directory, "gate.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
