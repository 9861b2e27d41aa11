using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PodGate.Control.Configuration;

namespace PodGate.Operator.Access;

/// <summary>What a client certificate said in its handshake. Nothing of it counts while there is a <paramref name="Problem"/>.</summary>
/// <param name="Thumbprint">SHA-256 of the certificate, hexadecimal.</param>
/// <param name="Names">What it says whose it is: URIs, then e-mail addresses, then the common name.</param>
/// <param name="End">When it ends.</param>
/// <param name="Problem">Why it is not believed, as the end of a sentence; null: it is.</param>
internal sealed record PresentedCertificate(string Thumbprint, ImmutableArray<string> Names, DateTimeOffset End, string? Problem)
{
    private const string CommonName = "2.5.4.3";
    private const string AlternativeNames = "2.5.29.17";
    private const int MostNames = 100;

    private static readonly Asn1Tag EmailTag = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The certificate in words for people.</summary>
    public string Shown => Names is [var first, ..] ? $"The client certificate {RequestReading.Shown(first)}" : "The client certificate";

    /// <summary>Whose it is; null: nobody's, as far as the configuration says.</summary>
    /// <param name="owners">By what certificates say.</param>
    public CertificateOwner? OwnerBy(IReadOnlyDictionary<string, CertificateOwner> owners) =>
        Names.Select(name => owners.GetValueOrDefault(name)).FirstOrDefault(owner => owner is not null);

    /// <summary>Reads what is needed later on, since the certificate itself ends with its handshake.</summary>
    /// <param name="certificate">It.</param>
    /// <param name="chain">What it was verified by.</param>
    /// <param name="errors">What the platform found.</param>
    public static PresentedCertificate Of(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var statuses = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        var problem = errors == SslPolicyErrors.None ? null
            : statuses.HasFlag(X509ChainStatusFlags.NotTimeValid) ? $"is valid from {Utc(certificate.NotBefore):u} to {Utc(certificate.NotAfter):u} only"
            : statuses.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? "is not made for clients"
            : "is of none of the authorities in Admin.ClientCa";
        ImmutableArray<string> names;
        try
        {
            names = [.. NamesOf(certificate)];
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            (names, problem) = ([], problem ?? "has alternative names that cannot be read");
        }

        return new PresentedCertificate(certificate.GetCertHashString(HashAlgorithmName.SHA256), names, Utc(certificate.NotAfter), problem);
    }

    /// <summary>
    /// A URI has a colon, an e-mail address an @, and a common name neither: so none is taken for another, whatever an authority lets people write into it.
    /// </summary>
    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.Where(extension => extension.Oid?.Value == AlternativeNames).SelectMany(extension => Read(extension.RawData))
            .Take(MostNames).ToLookup(name => name.Tag, name => name.Text);
        foreach (var uri in alternatives[UriTag].Where(IsUri)) yield return uri;
        foreach (var email in alternatives[EmailTag].Where(text => text.Contains('@', StringComparison.Ordinal) && !IsUri(text))) yield return email;
        var common = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName).Select(part => part.GetSingleElementValue()).ToList();
        if (common is [{ } only] && !IsUri(only) && !only.Contains('@', StringComparison.Ordinal)) yield return only;
    }

    private static IEnumerable<(Asn1Tag Tag, string Text)> Read(byte[] extension)
    {
        var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var tag = names.PeekTag();
            if (tag.HasSameClassAndValue(EmailTag) || tag.HasSameClassAndValue(UriTag))
                yield return (tag.HasSameClassAndValue(EmailTag) ? EmailTag : UriTag, names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
            else
                names.ReadEncodedValue();
        }
    }

    private static bool IsUri(string text) => text.Contains(':', StringComparison.Ordinal);

    private static DateTimeOffset Utc(DateTime moment) => new(moment.ToUniversalTime());
}
