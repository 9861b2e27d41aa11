using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using PodGate.Operator.Page;

namespace PodGate.Operator.Access;

/// <summary>
/// Who is known by the connection itself and shows nothing with each request: a user of this machine at the local socket, or the owner of a client certificate.
/// What may be of each is read anew at each request, so that a changed configuration counts at once.
/// </summary>
internal sealed class KnownConnections(OperatorSources sources)
{
    private readonly uint _own = LocalPeer.Own();

    // Forms are of one process: whoever has one from before loads the page anew.
    private readonly byte[] _formSecret = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>
    /// Who it is; null: nobody that is known. The page knows certificates only: what a browser does over a forwarded socket may be another site's doing.
    /// </summary>
    /// <param name="context">The request.</param>
    public Caller? CallerOf(HttpContext context)
    {
        var isPage = context.GetEndpoint()?.Metadata.GetMetadata<PageEndpoint>() is not null;
        if (!isPage && context.Features.Get<LocalPeer>() is { } peer && RoleOf(peer) is { } role)
            return new Caller(peer.Name, role, CallerProof.Local, peer.From, () => RoleOf(peer) == role);
        if (context.Features.Get<PresentedCertificate>() is not { } certificate || Find(certificate) is not (var name, var owned)) return null;
        if (isPage) BeginPage(context, certificate, name, owned);
        return new Caller(name, owned, CallerProof.Certificate, $"{context.Connection.RemoteIpAddress}", () => Find(certificate) == (name, owned));
    }

    /// <summary>Why a connection that shows who is at its other end opens nothing; null: it shows nothing.</summary>
    /// <param name="context">The request.</param>
    public string? WhyUnknown(HttpContext context)
    {
        const string Otherwise = "or show a token: Authorization: Bearer pg_...";
        if (context.Features.Get<LocalPeer>() is { } peer) return $"{peer.Shown} has no role here; give it one in Admin.SocketRoles, {Otherwise}";
        if (context.Features.Get<PresentedCertificate>() is not { } certificate) return null;
        return certificate.Problem is { } problem ? $"{certificate.Shown} {problem}; take a valid one, {Otherwise}"
            : certificate.End <= sources.Time.GetUtcNow() ? $"{certificate.Shown} ended on {certificate.End:u}; take a valid one, {Otherwise}"
            : $"{certificate.Shown} is nobody's; name it in Admin.Certificates, {Otherwise}";
    }

    private TokenRole? RoleOf(LocalPeer peer) => peer.RoleBy(sources.Settings().SocketRoles, _own);

    private (string Name, TokenRole Role)? Find(PresentedCertificate certificate)
    {
        if (certificate.Problem is not null || certificate.End <= sources.Time.GetUtcNow()) return null;
        return certificate.OwnerBy(sources.Settings().Certificates) is { } owner && Token.RoleOf(owner.Role) is { } role ? (owner.Name, role) : null;
    }

    /// <summary>
    /// A browser sends its certificate along with whatever any site makes it send, as it does with cookies. So the page has the locks of a session here too.
    /// </summary>
    private void BeginPage(HttpContext context, PresentedCertificate certificate, string name, TokenRole role)
    {
        PageGuard.CheckWhence(context);
        var key = HMACSHA256.HashData(_formSecret, Encoding.UTF8.GetBytes($"form:{certificate.Thumbprint}:{name}"));
        context.Items[typeof(Session)] = new Session([], new Token(name, role, default, []), null, certificate.End)
        {
            FormKey = Convert.ToHexStringLower(key),
        };
    }
}
