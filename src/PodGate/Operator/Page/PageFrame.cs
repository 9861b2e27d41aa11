using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Page;

/// <summary>What every page shows around its content. Public since the platform wants components to be; what it has is the page's own.</summary>
public sealed class PageFrame
{
    private readonly Session? _session;

    private PageFrame(PageWords words, string theme, string path, DateTimeOffset now, Session? session)
    {
        (Words, Theme, Path, Now) = (words, theme, path, now);
        _session = session;
    }

    /// <summary>The language.</summary>
    internal PageWords Words { get; }

    /// <summary>The language of what the gate says, for screen readers, where it is not the page's; null: it is.</summary>
    internal string? GateTag => Words.Tag == PageWords.English.Tag ? null : PageWords.English.Tag;

    /// <summary>auto, light or dark.</summary>
    internal string Theme { get; }

    /// <summary>Where the page can be looked at again.</summary>
    internal string Path { get; }

    /// <summary>The gate's time.</summary>
    internal DateTimeOffset Now { get; }

    /// <summary>Who looks, and the role; null before signing in.</summary>
    internal string? Who => _session is { } session ? $"{session.Name} ({Token.WordOf(session.Role)})" : null;

    /// <summary>What every form of the session carries; empty before signing in.</summary>
    internal string FormKey => _session?.FormKey ?? "";

    /// <summary>Whether who looks is a person with an account, and not a token.</summary>
    internal bool HasAccount => _session?.Account is not null;

    /// <summary>Whether who looks may command pods.</summary>
    internal bool MayAct => _session?.Role >= TokenRole.Operator;

    /// <summary>Whether who looks may see who did what.</summary>
    internal bool MayAudit => _session?.Role >= TokenRole.Administrator;

    /// <summary>The cookie with the chosen language.</summary>
    internal const string LanguageCookie = "podgate-language";

    /// <summary>The cookie with the chosen appearance.</summary>
    internal const string ThemeCookie = "podgate-appearance";

    /// <summary>The frame of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="time">The clock.</param>
    internal static PageFrame Of(HttpContext context, TimeProvider time)
    {
        var cookies = context.Request.Cookies;
        var theme = cookies[ThemeCookie] is "light" or "dark" ? cookies[ThemeCookie]! : "auto";
        var words = PageWords.Of(cookies[LanguageCookie], context.Request.Headers.AcceptLanguage.ToString());

        // A refused command is answered where it was sent to, with its pod's page; what became of one is told once.
        var path = context.Request.RouteValues["name"] is string pod ? PodPath(pod)
            : context.Request.Path.StartsWithSegments("/alerts") || context.Request.Path.StartsWithSegments("/silences") ? "/alerts"
            : context.Request.Path == "/" ? "/"
            : HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString
            : "/";
        return new PageFrame(words, theme, path, time.GetUtcNow(), PageGuard.SessionOf(context));
    }

    /// <summary>A moment for people: the time alone when it is today's, by the gate's time in UTC.</summary>
    /// <param name="at">The moment.</param>
    internal string Shown(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return utc.ToString(utc.Date == Now.UtcDateTime.Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";
    }

    /// <summary>How long ago a moment is, in one unit: 40 s, 12 min, 3 h, 2 d.</summary>
    /// <param name="at">The moment.</param>
    internal string Ago(DateTimeOffset at) => Short(Now - at);

    /// <summary>A duration in one unit.</summary>
    /// <param name="span">It; below zero counts as none.</param>
    internal static string Short(TimeSpan span)
    {
        var seconds = Math.Max(0, span.TotalSeconds);
        return seconds switch
        {
            < 90 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}\u00a0s"),
            < 90 * 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0}\u00a0min"),
            < 36 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0}\u00a0h"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400:0}\u00a0d"),
        };
    }

    /// <summary>The address of a pod's page.</summary>
    /// <param name="pod">Its name.</param>
    internal static string PodPath(string pod) => "/pods/" + Uri.EscapeDataString(pod);

    /// <summary>A sentence with its holes filled.</summary>
    /// <param name="text">The sentence, with {0} and so on.</param>
    /// <param name="values">What stands there.</param>
    internal static string Filled(string text, params object[] values) => string.Format(CultureInfo.InvariantCulture, text, values);

    /// <summary>A share in percent.</summary>
    /// <param name="share">0 to 1.</param>
    internal static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#}\u00a0%");

    /// <summary>A number with a few digits.</summary>
    /// <param name="number">It.</param>
    internal static string Number(double number) => number.ToString(number < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
