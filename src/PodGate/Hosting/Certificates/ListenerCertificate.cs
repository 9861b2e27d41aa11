using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using PodGate.Control.Configuration;
using PodGate.Metrics;
using PodGate.Operator.Access;

namespace PodGate.Hosting.Certificates;

/// <summary>What a look at a listener's files came to that is news.</summary>
/// <param name="Problem">Why what they hold is not used; null: it is, from now on.</param>
internal sealed record CertificateNews(string? Problem);

/// <summary>
/// The certificate of one TLS listener. Handshakes take the one in use; a look takes over what the files hold, when it is good and two looks in a row saw it,
/// so that a certificate whose key is still on its way is not complained of. One caller looks; any thread may shake hands and read.
/// </summary>
internal sealed class ListenerCertificate
{
    private readonly CertificateFiles _files;
    private readonly TimeProvider _time;
    private volatile CertificateInUse _inUse;
    private volatile string? _problem;
    private string _settled;
    private string? _candidate;

    /// <summary>Reads the files for the first time.</summary>
    /// <param name="what">The configuration key of the port.</param>
    /// <param name="settings">The listener.</param>
    /// <param name="clientCa">A PEM file with the authorities whose client certificates count; null: none is asked for.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ListenException">They cannot be used.</exception>
    public ListenerCertificate(string what, ListenSettings settings, string? clientCa, TimeProvider time)
    {
        Listener = $"{what} {settings.Url.Scheme}://{settings.Url.Authority}";
        if (settings.Certificate is null) throw new ListenException($"{what}: {settings.Url} is https and has no Certificate; name a PEM file.");
        _files = new CertificateFiles(settings, clientCa);
        _time = time;
        _settled = _files.Mark();
        _inUse = _files.Read(out var problem) ?? throw new ListenException($"{what}: {problem}");
        Handshake = new TlsHandshakeCallbackOptions { OnConnection = context => ValueTask.FromResult(OptionsFor(context.Connection)) };
    }

    /// <summary>The listener's key and address.</summary>
    public string Listener { get; }

    /// <summary>What each handshake goes by.</summary>
    public TlsHandshakeCallbackOptions Handshake { get; }

    /// <summary>What is in use, and what is wrong with what is in the files.</summary>
    public CertificateReading Read() => new(Listener, _inUse.End, _problem);

    /// <summary>Looks at the files.</summary>
    /// <returns>Null when there is no news.</returns>
    public CertificateNews? Look()
    {
        var mark = _files.Mark();
        if (mark == _settled)
        {
            _candidate = null;
            return null;
        }

        if (mark != _candidate)
        {
            _candidate = mark;
            return null;
        }

        var read = _files.Read(out var problem);
        if (read is not null && read.Begin > _time.GetUtcNow())
        {
            // It becomes right by itself, so it is looked at again.
            return Refuse($"the new one is not valid before {read.Begin:u}; check the clock, or wait until then.");
        }

        _settled = mark;
        if (read is null) return Refuse(problem);
        if (read.End <= _time.GetUtcNow() && read.End < _inUse.End) return Refuse($"the new one ended on {read.End:u}; renew it.");
        (_inUse, _problem) = (read, null);
        return new CertificateNews(null);
    }

    private CertificateNews? Refuse(string problem)
    {
        if (problem == _problem) return null;
        _problem = problem;
        return new CertificateNews(problem);
    }

    private SslServerAuthenticationOptions OptionsFor(BaseConnectionContext connection)
    {
        var inUse = _inUse;
        var options = new SslServerAuthenticationOptions { ServerCertificateContext = inUse.Context };
        if (inUse.Authorities is not { } authorities) return options;
        options.ClientCertificateRequired = true;

        // A session that is taken up again would not be asked for its certificate anew.
        options.AllowTlsResume = false;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);

        // Who shows none, or a wrong one, may still have a token, and is told by the API what is wrong.
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            certificate is null || Remember(connection, certificate, chain, errors);
        return options;
    }

    private static bool Remember(BaseConnectionContext connection, X509Certificate certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown) return false;
        connection.Features.Set(PresentedCertificate.Of(shown, chain, errors));
        return true;
    }
}
