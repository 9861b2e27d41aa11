using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Page;

/// <summary>What belongs to the page, and answers people and not programs: who is not signed in is shown the way, and a problem is a page.</summary>
internal sealed record PageEndpoint;

/// <summary>Knows a browser by its cookie, and its forms by their key.</summary>
internal static class PageGuard
{
    /// <summary>The session of a request; null: nobody is signed in.</summary>
    /// <param name="context">The request.</param>
    public static Session? SessionOf(HttpContext context) => context.Items[typeof(Session)] as Session;

    /// <summary>Takes the session of the request's cookie for its own, where there is one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="sessions">Who is signed in.</param>
    /// <param name="cookie">This gate's cookie.</param>
    public static Session? Recognise(HttpContext context, SessionStore sessions, GateCookie cookie)
    {
        var session = sessions.Find(cookie.Read(context));
        if (session is not null) context.Items[typeof(Session)] = session;
        return session;
    }

    /// <summary>
    /// A browser says where a request comes from. What comes with a cookie and without any word about that is no browser's form, and not taken for one.
    /// </summary>
    /// <param name="context">The request.</param>
    private static bool SaysWhence(HttpContext context) => context.Request.Headers.Origin.Count > 0 || context.Request.Headers["Sec-Fetch-Site"].Count > 0;

    /// <summary>Refuses what would change something, comes with a cookie or a certificate by itself, and does not say whence.</summary>
    /// <param name="context">The request.</param>
    public static void CheckWhence(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || SaysWhence(context)) return;
        throw new ApiProblem(
            StatusCodes.Status403Forbidden, "other-site", "The request comes from nowhere",
            "What comes with a cookie must say which site it comes from, as browsers do; programs show a bearer token instead.");
    }

    /// <summary>Whether a form was made for this session.</summary>
    /// <param name="session">It.</param>
    /// <param name="key">What the form carries.</param>
    public static bool IsOwnForm(Session session, string? key) =>
        key is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(session.FormKey), Encoding.UTF8.GetBytes(key));

    /// <summary>How a cookie of this gate's is set. It comes along with links from elsewhere (alerts, chats); forms from elsewhere are refused.</summary>
    /// <param name="context">The request.</param>
    /// <param name="lasts">How long.</param>
    public static CookieOptions Options(HttpContext context, TimeSpan? lasts) => new()
    {
        HttpOnly = true, Secure = context.Request.IsHttps, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = lasts, IsEssential = true,
    };
}
