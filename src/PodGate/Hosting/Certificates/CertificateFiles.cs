using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PodGate.Control.Configuration;

namespace PodGate.Hosting.Certificates;

/// <summary>What a listener needs for a handshake, as it was read at once.</summary>
/// <param name="Context">The gate's own certificate with its chain.</param>
/// <param name="Authorities">Whose client certificates count; null: none is asked for.</param>
/// <param name="Begin">From when on the gate's own certificate is valid.</param>
/// <param name="End">When it ends.</param>
internal sealed record CertificateInUse(
    SslStreamCertificateContext Context, X509Certificate2Collection? Authorities, DateTimeOffset Begin, DateTimeOffset End);

/// <summary>The files of a listener's certificate: what is in them now, and whether that is something else than before.</summary>
/// <param name="settings">The listener.</param>
/// <param name="clientCa">The authorities' file, or null.</param>
internal sealed class CertificateFiles(ListenSettings settings, string? clientCa)
{
    private const long Largest = 1024 * 1024;

    private readonly string _certificate = settings.Certificate ?? "";
    private readonly string _key = settings.CertificateKey ?? settings.Certificate ?? "";

    /// <summary>What tells one content of all files from another; of files that cannot be read, why.</summary>
    public string Mark()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in new[] { _certificate, _key, clientCa })
        {
            try
            {
                hash.AppendData(path is null ? [] : ReadAll(path));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(exception.Message));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>
    /// Reads them all, or says what is wrong and what would be right. The certificate's file may hold the whole chain: the first is the gate's own.
    /// </summary>
    /// <param name="problem">What is wrong; empty when nothing is.</param>
    public CertificateInUse? Read(out string problem)
    {
        try
        {
            var pem = Encoding.UTF8.GetString(ReadAll(_certificate));
            var certificate = X509Certificate2.CreateFromPem(pem, Encoding.UTF8.GetString(ReadAll(_key)));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            var authorities = clientCa is null ? null : ReadAuthorities(clientCa);

            // Browsers that are told whose certificates count bother only people who have one.
            var trust = authorities is null ? null : SslCertificateTrust.CreateForX509Collection(authorities, sendTrustInHandshake: OperatingSystem.IsLinux());
            problem = "";
            return new CertificateInUse(
                SslStreamCertificateContext.Create(certificate, chain, offline: false, trust), authorities, certificate.NotBefore, certificate.NotAfter);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            problem = $"the certificate {_certificate} with the key {_key}{(clientCa is null ? "" : $" and the authorities {clientCa}")} cannot be used for " +
                $"{settings.Url}: {exception.Message} All must be PEM files that podgate's user may read, and certificate and key belong together.";
            return null;
        }
    }

    private static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(Encoding.UTF8.GetString(ReadAll(path)));
        return authorities.Count > 0 ? authorities : throw new CryptographicException($"{path} has no certificate in it.");
    }

    private static byte[] ReadAll(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > Largest) throw new IOException($"{path} is larger than {Largest} bytes.");
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }
}
