using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PodGate.Cli;

/// <summary>Where a gate is asked, and how it is known to be the right one.</summary>
/// <param name="Url">Its admin port, ending in a slash.</param>
internal sealed record GateAddress(Uri Url)
{
    /// <summary>How a socket is written where a URL stands: this and its full path.</summary>
    public const string SocketScheme = "unix:";

    /// <summary>Full path of the local socket that is asked instead of a port; null: none.</summary>
    public string? Socket { get; init; }

    /// <summary>Full path of a PEM file with the only authorities that the gate's certificate may be of; null: those of this machine.</summary>
    public string? CaFile { get; init; }

    /// <summary>Full path of a PEM file with the certificate that is shown to the gate; null: none is.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Full path of its PEM key; null: it is in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Whether the gate is on this machine.</summary>
    public bool IsLocal =>
        Socket is not null || Url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    /// <summary>The local socket of a path. The name in its URL is that of a host that every gate knows.</summary>
    /// <param name="path">The full path.</param>
    public static GateAddress OfSocket(string path) => new(new Uri("http://localhost/")) { Socket = path };

    /// <summary>Reads an address that a person wrote, or says what would be right.</summary>
    /// <param name="text">What was written. It is not repeated: a person may have put a password into it.</param>
    /// <param name="from">Where.</param>
    public static GateAddress Read(string text, string from)
    {
        if (text.StartsWith(SocketScheme + "/", StringComparison.Ordinal)) return OfSocket(text[SocketScheme.Length..]);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0
            || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw new WrongUsage(
                $"{from} is not the address of an admin port: http:// or https://, a host and a port, such as {CliFrame.DefaultUrl}, or {SocketScheme} and the full path of a socket.");
        }

        var address = new GateAddress(url.AbsolutePath.EndsWith('/') ? url : new UriBuilder(url) { Path = url.AbsolutePath + "/" }.Uri);
        if (url.Scheme == "http" && !address.IsLocal)
        {
            throw new WrongUsage(
                $"{from} names another machine ({url.Host}) over http, where the token could be read on the way: use https, or a tunnel to its loopback.");
        }

        return address;
    }

    /// <summary>Makes connections to it.</summary>
    public SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 64,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        if (Socket is { } path) handler.ConnectCallback = (_, cancel) => ConnectAsync(path, cancel);
        handler.SslOptions = SslOptions();
        return handler;
    }

    /// <summary>In words for people.</summary>
    public override string ToString() => Socket is null ? Url.ToString() : SocketScheme + Socket;

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions SslOptions()
    {
        var options = new SslClientAuthenticationOptions();
        if (CaFile is { } ca)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            var authorities = ReadPem(ca, () =>
            {
                var found = new X509Certificate2Collection();
                found.ImportFromPemFile(ca);
                return found.Count > 0 ? found : throw new CryptographicException("it has no certificate in it.");
            });
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (CertificateFile is not { } file) return options;
        options.ClientCertificateContext = ReadPem(file, () =>
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(file, KeyFile ?? file), chain, offline: true);
        });
        return options;
    }

    private static T ReadPem<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new WrongUsage($"{path} cannot be used: {exception.Message} It must be a PEM file that this user may read; a certificate's key belongs to it.");
        }
    }
}
