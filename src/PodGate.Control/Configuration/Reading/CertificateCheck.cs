using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PodGate.Control.Configuration.Reading;

/// <summary>Looks at a listener's certificate before it is needed: readable, with its own key, and in date.</summary>
internal static class CertificateCheck
{
    private const long LargestFile = 1024 * 1024;

    /// <summary>Complains of what would keep TLS from working; an expired certificate is a warning, since clients may not mind.</summary>
    public static void Check(ListenSettings listen, string key, string urlKey, DateTimeOffset now, Findings findings)
    {
        var certificateKey = $"{key}.Certificate";
        var keyKey = $"{key}.CertificateKey";
        if (listen.Url.Scheme != Uri.UriSchemeHttps)
        {
            if (listen.Certificate is not null || listen.CertificateKey is not null)
                findings.Error(
                    findings.PlaceOf(certificateKey, keyKey),
                    listen.Certificate is null ? keyKey : certificateKey,
                    "is of no use on an http listener",
                    "write https, or take it out");
            return;
        }

        if (listen.Certificate is null)
        {
            findings.Error(
                findings.PlaceOf(urlKey, key),
                urlKey,
                $"{WrittenValue.Quote(ListenUrlKind.Write(listen.Url))} has no certificate",
                $"add {Name(certificateKey)} (and {Name(keyKey)} when the key is in a file of its own)");
            return;
        }

        if (Read(listen.Certificate, certificateKey, findings) is not { } text)
            return;
        var keyText = listen.CertificateKey is null ? text : Read(listen.CertificateKey, keyKey, findings);
        if (keyText is null)
            return;
        CheckPair(listen, (text, certificateKey), (keyText, listen.CertificateKey is null ? certificateKey : keyKey), now, findings);
    }

    private static void CheckPair(
        ListenSettings listen,
        (string Text, string Key) certificate,
        (string Text, string Key) key,
        DateTimeOffset now,
        Findings findings)
    {
        var shown = WrittenValue.Quote(listen.Certificate!);
        X509Certificate2 found;
        try
        {
            found = X509Certificate2.CreateFromPem(certificate.Text);
        }
        catch (CryptographicException)
        {
            findings.Error(
                findings.PlaceOf(certificate.Key),
                certificate.Key,
                $"{shown} has no readable certificate in it",
                "give a PEM file that begins with the gate's own certificate");
            return;
        }

        using (found)
        {
            var keyShown = WrittenValue.Quote(listen.CertificateKey ?? listen.Certificate!);
            if (WrongKey(certificate.Text, key.Text) is { } wrong)
                findings.Error(findings.PlaceOf(key.Key), key.Key, $"{keyShown} {wrong.What}", wrong.Remedy);
            else if (found.NotAfter.ToUniversalTime() <= now.UtcDateTime)
                findings.Warning(
                    findings.PlaceOf(certificate.Key),
                    certificate.Key,
                    $"{shown} expired on {found.NotAfter.ToUniversalTime():yyyy-MM-dd}",
                    "renew it");
            else if (found.NotBefore.ToUniversalTime() > now.UtcDateTime)
                findings.Warning(
                    findings.PlaceOf(certificate.Key),
                    certificate.Key,
                    $"{shown} is not valid before {found.NotBefore.ToUniversalTime():yyyy-MM-dd}",
                    "check the clock and the certificate");
        }
    }

    private static (string What, string Remedy)? WrongKey(string certificate, string key)
    {
        if (key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal) || key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            return ("is encrypted", "give a key without a pass phrase, readable by the gate only");
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return ("has no private key in it", "name the PEM file of the key with CertificateKey");
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
            return null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return ("is not the key of that certificate, or is damaged", "give the key that the certificate was made with");
        }
    }

    /// <summary>The text of a PEM file, or null and a complaint.</summary>
    public static string? Read(string path, string key, Findings findings)
    {
        string wrong;
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length <= LargestFile)
                return File.ReadAllText(path);
            wrong = file.Exists ? "is larger than 1 MB" : Directory.Exists(path) ? "is a directory" : "does not exist";
        }
        catch (UnauthorizedAccessException)
        {
            wrong = "may not be read by this user";
        }
        catch (IOException e)
        {
            wrong = $"cannot be read: {e.Message}";
        }

        findings.Error(findings.PlaceOf(key), key, $"{WrittenValue.Quote(path)} {wrong}", "give a PEM file that the gate may read");
        return null;
    }

    private static string Name(string key) => key[(key.LastIndexOf('.') + 1)..];
}
