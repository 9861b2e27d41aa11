using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Configuration;
using PodGate.Hosting;
using PodGate.Hosting.Certificates;
using PodGate.TestKit;

namespace PodGate.Tests.Hosting.Certificates;

/// <summary>A certificate that is renewed under its name: a good one is taken up, a bad one leaves the old one in use and is told once.</summary>
public sealed class ListenerCertificateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-certificate-").FullName;
    private readonly TestAuthority _authority = new();

    private string CertificatePath => Path.Combine(_directory, "gate.pem");

    private string KeyPath => Path.Combine(_directory, "gate.key");

    private string CaPath => Path.Combine(_directory, "ca.pem");

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Renewed_IsTakenUp_OnceTwoLooksSawIt()
    {
        Write(_authority.Gate(days: 10));
        var certificate = Open();
        certificate.Look().Should().BeNull("nothing has changed");
        using var renewed = _authority.Gate(days: 60);
        Write(renewed);
        certificate.Look().Should().BeNull("it may be half of it");
        certificate.Look().Should().Be(new CertificateNews(null));
        certificate.Read().End.Should().BeCloseTo(renewed.NotAfter, TimeSpan.FromSeconds(1));
        certificate.Look().Should().BeNull("it is old news");
    }

    [Fact]
    public void Renewed_WithItsKeyStillOnItsWay_IsNotComplainedOf()
    {
        Write(_authority.Gate());
        var certificate = Open();
        using var renewed = _authority.Gate(days: 60);
        File.WriteAllText(CertificatePath, renewed.ExportCertificatePem());
        certificate.Look().Should().BeNull();
        File.WriteAllText(KeyPath, TestAuthority.KeyOf(renewed));
        certificate.Look().Should().BeNull("another content than at the look before");
        certificate.Look()!.Problem.Should().BeNull();
    }

    [Theory]
    [InlineData("nonsense", "cannot be used")]
    [InlineData("", "cannot be used")]
    [InlineData(null, "cannot be used")]
    public void BadFile_LeavesTheOldOneInUse_AndIsToldOnce_UntilItIsGoodAgain(string? content, string why)
    {
        using var first = _authority.Gate();
        Write(first);
        var certificate = Open();
        if (content is null) File.Delete(CertificatePath);
        else File.WriteAllText(CertificatePath, content);
        certificate.Look().Should().BeNull();
        certificate.Look()!.Problem.Should().Contain(why).And.Contain(CertificatePath);
        certificate.Look().Should().BeNull();
        certificate.Read().Should().Match<PodGate.Metrics.CertificateReading>(reading => reading.Problem != null && reading.End == first.NotAfter);

        Write(first);
        certificate.Look().Should().BeNull();
        certificate.Look().Should().Be(new CertificateNews(null));
        certificate.Read().Problem.Should().BeNull();
    }

    [Fact]
    public void Renewed_ByOneThatHasEnded_IsRefused()
    {
        Write(_authority.Gate());
        var certificate = Open();
        Write(_authority.Gate(days: -1));
        certificate.Look();
        certificate.Look()!.Problem.Should().Contain("ended on");
    }

    [Fact]
    public void Renewed_ByOneOfTomorrow_IsTakenTomorrow()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        Write(_authority.Gate());
        var certificate = Open(time: time);
        using var tomorrow = _authority.Gate(days: 60, from: 1);
        Write(tomorrow);
        certificate.Look();
        certificate.Look()!.Problem.Should().Contain("not valid before");
        certificate.Look().Should().BeNull("that is told");
        time.Advance(TimeSpan.FromDays(2));
        certificate.Look().Should().Be(new CertificateNews(null));
    }

    [Fact]
    public void Authorities_AreLookedAtToo()
    {
        Write(_authority.Gate());
        File.WriteAllText(CaPath, _authority.Pem);
        var certificate = Open(CaPath);
        File.WriteAllText(CaPath, "nothing");
        certificate.Look();
        certificate.Look()!.Problem.Should().Contain("has no certificate in it");
    }

    [Fact]
    public void Watch_SaysWhatEndsSoon_AndWhatWasRefused()
    {
        Write(_authority.Gate(days: 3));
        var certificate = Open();
        var watch = new CertificateWatch(TimeProvider.System, NullLogger.Instance);
        watch.Watch([certificate]);
        watch.Warnings().Should().ContainSingle().Which.Should().Contain("ends on");
        File.WriteAllText(KeyPath, "nothing");
        watch.Look();
        watch.Look();
        watch.Warnings().Should().HaveCount(2).And.Contain(line => line.Contains("goes on with the certificate that it has", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_NoCertificate_SaysWhatIsMissing()
    {
        var open = () => Open();
        open.Should().Throw<ListenException>().WithMessage("Admin.Listen: *gate.pem*cannot be used*");
    }

    private ListenerCertificate Open(string? clientCa = null, TimeProvider? time = null) =>
        new(Ports.AdminKey, new ListenSettings(new Uri("https://127.0.0.1:9090"), CertificatePath, KeyPath), clientCa, time ?? TimeProvider.System);

    private void Write(X509Certificate2 certificate)
    {
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, TestAuthority.KeyOf(certificate));
    }
}
