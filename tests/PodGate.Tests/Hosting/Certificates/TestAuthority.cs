using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PodGate.Tests.Hosting.Certificates;

/// <summary>An authority of the test's own, and what it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "Test Authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-400), DateTimeOffset.UtcNow.AddDays(400));
    }

    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>The certificate of a client.</summary>
    public X509Certificate2 Client(string subject, Action<SubjectAlternativeNameBuilder>? names = null, int days = 1, string usage = "1.3.6.1.5.5.7.3.2") =>
        Sign(subject, names, -20, days, usage);

    /// <summary>The certificate of a gate on 127.0.0.1.</summary>
    public X509Certificate2 Gate(int days = 10, int from = -20) =>
        Sign("CN=gate", names => names.AddIpAddress(System.Net.IPAddress.Loopback), from, days, "1.3.6.1.5.5.7.3.1");

    public static string KeyOf(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Sign(string subject, Action<SubjectAlternativeNameBuilder>? names, int from, int days, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }

        var now = DateTimeOffset.UtcNow;
        using var signed = request.Create(_certificate, now.AddDays(from), now.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
