using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PodGate.Control.Configuration.Reading;

/// <summary>What must hold between the keys that say who comes in at the admin port.</summary>
internal static class AccessRules
{
    private const string Socket = "Admin.Socket";
    private const string ClientCa = "Admin.ClientCa";
    private const string Certificates = "Admin.Certificates";

    /// <summary>Checks all of them.</summary>
    /// <param name="configuration">As read so far, with full paths.</param>
    /// <param name="findings">Where complaints go.</param>
    public static void Check(GateConfiguration configuration, Findings findings)
    {
        CheckSocket(configuration, findings);
        var admin = configuration.Admin;
        if (!findings.AreWell("Admin.Listen"))
            return;
        var isPlain = admin.Listen.Url.Scheme == Uri.UriSchemeHttp;
        if (isPlain && admin.AllowPlainHttp && !ListenUrlKind.IsLoopback(admin.Listen.Url))
            findings.Warning(
                findings.PlaceOf("Admin.AllowPlainHttp"),
                "Admin.AllowPlainHttp",
                $"lets tokens and passwords go in clear to {WrittenValue.Quote(ListenUrlKind.Write(admin.Listen.Url))}",
                "write https with Admin.Certificate, unless the network encrypts by itself");
        CheckClients(admin, isPlain, findings);
    }

    /// <summary>One that nobody asked for is gone without; one that is written must be there.</summary>
    private static void CheckSocket(GateConfiguration configuration, Findings findings)
    {
        if (!findings.AreWell(Socket, "StateDirectory") || configuration.FullSocketPath is not { } path)
            return;
        var length = Encoding.UTF8.GetByteCount(path);
        if (length <= AdminSettings.LongestSocketPath)
            return;
        var what = $"{WrittenValue.Quote(path)} has {length} bytes, and the path of a socket at most {AdminSettings.LongestSocketPath}";
        if (findings.IsSet(Socket))
            findings.Error(findings.PlaceOf(Socket), Socket, what, "write a shorter one, such as \"/run/podgate/podgate.sock\", or null for none");
        else
            findings.Warning(
                findings.PlaceOf("StateDirectory"), Socket, $"{what}, so there is none", "write a shorter one, such as \"/run/podgate/podgate.sock\", or null");
    }

    private static void CheckClients(AdminSettings admin, bool isPlain, Findings findings)
    {
        if (!findings.AreWell(ClientCa, Certificates))
            return;
        if (admin.ClientCa is null)
        {
            if (!admin.Certificates.IsEmpty)
                findings.Error(
                    findings.PlaceOf(Certificates), Certificates, "are of no use without an authority", "name its PEM file with Admin.ClientCa");
        }
        else if (isPlain)
        {
            findings.Error(findings.PlaceOf(ClientCa), ClientCa, "is of no use on an http listener", "write https with Admin.Certificate, or take it out");
        }
        else if (CertificateCheck.Read(admin.ClientCa, ClientCa, findings) is { } text && !HasCertificate(text))
        {
            findings.Error(
                findings.PlaceOf(ClientCa),
                ClientCa,
                $"{WrittenValue.Quote(admin.ClientCa)} has no readable certificate in it",
                "give a PEM file with the certificates of the authorities");
        }
    }

    private static bool HasCertificate(string text)
    {
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPem(text);
            return found.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
