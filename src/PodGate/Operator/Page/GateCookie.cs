using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Page;

/// <summary>
/// A cookie that is this gate's own. Cookies know no ports, so its name has the gate in it: two gates on one machine do not sign each other's people out. Made
/// from the id that <c>--init</c> gave the gate and that outlives restarts and upgrades; the id itself is not told to whoever asks for the way in.
/// </summary>
/// <param name="word">What it is for, in a word.</param>
/// <param name="gateId">The gate's id.</param>
/// <param name="lasts">How long the browser keeps it; null: until it is closed.</param>
internal sealed class GateCookie(string word, string gateId, TimeSpan? lasts)
{
    private const int MarkBytes = 4;
    private const string SessionWord = "session";

    // Browsers take a cookie of this prefix only over TLS, from this very host, for all paths: no neighbour can plant one.
    private const string SecurePrefix = "__Host-";

    private readonly string _name = NameOf(word, gateId);

    /// <summary>The one of a session.</summary>
    /// <param name="gateId">The gate's id.</param>
    public static GateCookie OfSession(string gateId) => new(SessionWord, gateId, SessionStore.Lasts);

    /// <summary>What a cookie is called where the connection is not secure.</summary>
    /// <param name="word">What it is for.</param>
    /// <param name="gateId">The gate's id.</param>
    public static string NameOf(string word, string gateId) =>
        $"podgate-{word}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("cookie:" + gateId)).AsSpan(0, MarkBytes))}";

    /// <summary>Its value, or null when the request has none.</summary>
    /// <param name="context">The request.</param>
    public string? Read(HttpContext context) => context.Request.Cookies[NameOf(context)];

    /// <summary>Gives the browser its cookie.</summary>
    /// <param name="context">The request.</param>
    /// <param name="secret">Its value.</param>
    public void Give(HttpContext context, string secret) => context.Response.Cookies.Append(NameOf(context), secret, PageGuard.Options(context, lasts));

    /// <summary>Takes it away.</summary>
    /// <param name="context">The request.</param>
    public void Take(HttpContext context) => context.Response.Cookies.Delete(NameOf(context), PageGuard.Options(context, null));

    private string NameOf(HttpContext context) => context.Request.IsHttps ? SecurePrefix + _name : _name;
}
