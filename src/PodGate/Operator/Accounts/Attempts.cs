using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Accounts;

/// <summary>
/// How often people may try. A browser that the account was signed in with before is counted by itself: the pauses that strangers bring about, and the bounds
/// of all strangers together, are not its own, so that nobody can keep the right person out.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class Attempts(TimeProvider time)
{
    /// <summary>How many times one source may try at once, after a rest; then once each <see cref="EachOfNetwork"/>.</summary>
    public const int AtOnceOfNetwork = 20;

    /// <summary>How many times all sources together may try at once, after a rest; then once each <see cref="EachOfAll"/>.</summary>
    public const int AtOnceOfAll = 40;

    /// <summary>After what time one source may try again.</summary>
    public static readonly TimeSpan EachOfNetwork = TimeSpan.FromSeconds(6);

    /// <summary>After what time all sources together may try again: what strangers can have of the gate's processors.</summary>
    public static readonly TimeSpan EachOfAll = TimeSpan.FromSeconds(1);

    // Those of accounts are as many as accounts and their browsers, for two steps each; made-up names never push one of them out.
    private readonly Pauses _accounts = new(2 * UserStore.Most * (UserStore.MostBrowsers + 1), time);
    private readonly Pauses _madeUp = new(most: 1000, time);
    private readonly Allowance _networks = new(AtOnceOfNetwork, EachOfNetwork, time);
    private readonly Allowance _all = new(AtOnceOfAll, EachOfAll, time);

    /// <summary>Lets a stranger try, or throws an <see cref="ApiProblem"/> that says when.</summary>
    /// <param name="visitor">From where.</param>
    public void Admit(Visitor visitor)
    {
        if ((_networks.Take(visitor.Network) ?? _all.Take("")) is { } wait) throw TooMany(wait);
    }

    /// <summary>Lets a guess be made, or throws an <see cref="ApiProblem"/> that says when. A name without an account is treated as one with.</summary>
    /// <param name="step">password or code.</param>
    /// <param name="name">The name that was typed.</param>
    /// <param name="account">Its account, or null.</param>
    /// <param name="visitor">From where.</param>
    /// <returns>What to call when it was right.</returns>
    public Action Begin(string step, string name, Account? account, Visitor visitor)
    {
        var browser = BrowserOf(account, visitor);
        if (browser.Length == 0) Admit(visitor);
        var key = new AttemptKey(step, Token.IsName(name) ? name : "", browser);
        var pauses = account is null ? _madeUp : _accounts;
        return pauses.Take(key) is { } wait ? throw TooMany(wait) : () => pauses.Clear(key);
    }

    /// <summary>Until when somebody has to wait who wants to sign in to an account; null: nobody has to.</summary>
    /// <param name="name">Its name.</param>
    public DateTimeOffset? PausedUntil(string name) => _accounts.Until(name);

    /// <summary>Ends the pauses of an account.</summary>
    /// <param name="name">Its name.</param>
    public void Unlock(string name) => _accounts.ClearAll(name);

    private static string BrowserOf(Account? account, Visitor visitor)
    {
        if (account is null || visitor.Browser is not { } secret || !account.Knows(secret)) return "";
        return Convert.ToHexStringLower(RandomCode.HashOf(secret).AsSpan());
    }

    private static ApiProblem TooMany(TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        return new ApiProblem(
            StatusCodes.Status429TooManyRequests, "too-many-attempts", "Too many attempts",
            $"There were too many attempts. Wait {seconds} s and try again; an attempt before that does not count, and does not make the wait longer.")
        {
            RetryAfter = seconds,
        };
    }
}
