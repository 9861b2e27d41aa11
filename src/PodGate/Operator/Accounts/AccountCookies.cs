using Microsoft.AspNetCore.Http;
using PodGate.Operator.Page;

namespace PodGate.Operator.Accounts;

/// <summary>A cookie of the sign-in: what it is called, and how long the browser keeps it.</summary>
/// <param name="name">Its name.</param>
/// <param name="lasts">How long; null: until the browser is closed.</param>
internal sealed class AccountCookie(string name, TimeSpan? lasts)
{
    /// <summary>What the browser sent, or null.</summary>
    /// <param name="context">The request.</param>
    public string? Read(HttpContext context) => context.Request.Cookies[NameOf(context)];

    /// <summary>Gives it to the browser.</summary>
    /// <param name="context">The request.</param>
    /// <param name="secret">Its value.</param>
    public void Give(HttpContext context, string secret) => context.Response.Cookies.Append(NameOf(context), secret, PageGuard.Options(context, lasts));

    /// <summary>Takes it away.</summary>
    /// <param name="context">The request.</param>
    public void Take(HttpContext context) => context.Response.Cookies.Delete(NameOf(context), PageGuard.Options(context, null));

    // Browsers take a cookie of this prefix only over TLS, from this very host: no neighbour can plant one.
    private string NameOf(HttpContext context) => context.Request.IsHttps ? "__Host-" + name : name;
}

/// <summary>What a browser keeps besides its session.</summary>
internal static class AccountCookies
{
    /// <summary>That the password was right, and the code is still to come.</summary>
    public static readonly AccountCookie Half = new("podgate-half", null);

    /// <summary>That a person is about to set an account up.</summary>
    public static readonly AccountCookie Welcome = new("podgate-welcome", null);

    /// <summary>That somebody has signed in with this browser: strangers' guesses do not make it wait. It opens nothing.</summary>
    public static readonly AccountCookie Browser = new("podgate-browser", TimeSpan.FromDays(180));
}
