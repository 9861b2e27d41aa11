using Microsoft.Extensions.Logging;

namespace PodGate.Operator.Accounts;

/// <summary>A person whose password was right, and whose code is still to come.</summary>
/// <param name="Account">Whose, as it was then.</param>
/// <param name="Back">Where the person wanted to.</param>
internal sealed record HalfSignedIn(Account Account, string Back);

/// <summary>
/// The way in for people: name and password, then a code. What is wrong is never told apart: not which of them, nor whether there is such a name.
/// </summary>
/// <param name="users">The accounts.</param>
/// <param name="hashing">What compares passwords.</param>
/// <param name="attempts">How often one may try.</param>
/// <param name="time">The clock.</param>
/// <param name="wall">The wall clock, which people's devices go by: the gate's own does not follow when that is set right.</param>
/// <param name="logger">The log.</param>
internal sealed class SignIn(UserStore users, PasswordHashing hashing, Attempts attempts, TimeProvider time, TimeProvider wall, ILogger logger)
{
    /// <summary>How long the code may take after the password.</summary>
    public static readonly TimeSpan HalfLasts = TimeSpan.FromMinutes(10);

    private const int BrowserBytes = 20;
    private const string Password = "password";
    private const string Code = "code";

    private readonly Pending<HalfSignedIn> _halves = new(most: 500, HalfLasts, time);

    /// <summary>The first step.</summary>
    /// <param name="name">The name that was typed.</param>
    /// <param name="password">The password that was typed.</param>
    /// <param name="back">Where the person wanted to.</param>
    /// <param name="visitor">From where.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The secret of the half session; null: name and password do not fit.</returns>
    public async Task<string?> BeginAsync(string name, string password, string back, Visitor visitor, CancellationToken cancel)
    {
        var account = users.Find(name);
        if (!await IsPasswordAsync(account, name, password, visitor, cancel)) return null;
        return _halves.Begin(new HalfSignedIn(account!, back));
    }

    /// <summary>Whether a password is an account's. Every attempt counts.</summary>
    /// <param name="account">The account; null: there is none.</param>
    /// <param name="name">The name that was typed.</param>
    /// <param name="password">The password that was typed.</param>
    /// <param name="visitor">From where.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<bool> IsPasswordAsync(Account? account, string name, string password, Visitor visitor, CancellationToken cancel)
    {
        var succeeded = attempts.Begin(Password, name, account, visitor);
        var found = await hashing.CheckAsync(account?.Credentials?.PasswordHash, password, cancel);
        if (found == PasswordFound.Wrong)
        {
            Log(account, visitor, Password);
            return false;
        }

        succeeded();
        if (found == PasswordFound.RightInAnOldHash) await RehashAsync(account!, password, cancel);
        return true;
    }

    /// <summary>The person whose code is still to come, or null: the password is to be shown again.</summary>
    /// <param name="secret">What the browser keeps.</param>
    public HalfSignedIn? Find(string? secret) => _halves.Find(secret) is { } half && users.IsStillValid(half.Account) ? half : null;

    /// <summary>The second step. What it spends is on disk before this returns.</summary>
    /// <param name="secret">What the browser keeps.</param>
    /// <param name="half">Whose it is.</param>
    /// <param name="code">A one-time code or a recovery code, as it was typed.</param>
    /// <param name="visitor">From where.</param>
    /// <returns>The account, and what the browser is to keep from now on; null: the code opens nothing.</returns>
    public (Account Account, string Browser)? Finish(string secret, HalfSignedIn half, string code, Visitor visitor)
    {
        var now = users.Find(half.Account.Name) ?? half.Account;
        var succeeded = attempts.Begin(Code, now.Name, now, visitor);
        var browser = visitor.Browser is { } kept && now.Knows(kept) ? kept : RandomCode.New(BrowserBytes);
        if (users.Spend(half.Account, code, wall.GetUtcNow(), RandomCode.HashOf(browser)) is not { } account)
        {
            Log(now, visitor, Code);
            return null;
        }

        succeeded();
        _halves.End(secret);
        AccountLog.SignedIn(logger, account.Name, visitor.From);
        return (account, browser);
    }

    /// <summary>A hash that was made with fewer rounds becomes one with as many as are made today; where that cannot be, the old one is still right.</summary>
    private async Task RehashAsync(Account account, string password, CancellationToken cancel)
    {
        try
        {
            users.Rehash(account, await hashing.HashAsync(password, cancel));
        }
        catch (Exception exception) when (exception is ApiProblem or IOException or UnauthorizedAccessException)
        {
            AccountLog.NotRehashed(logger, exception, account.Name);
        }
    }

    // People type passwords where the name belongs: what is no account's name is not written anywhere.
    private void Log(Account? account, Visitor visitor, string step) =>
        AccountLog.Failed(logger, step, account?.Name ?? "a name without an account", visitor.From);
}
