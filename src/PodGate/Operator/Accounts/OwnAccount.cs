using Microsoft.Extensions.Logging;

namespace PodGate.Operator.Accounts;

/// <summary>
/// What people change of their own account. Whoever finds a browser open can do none of it but end the sessions: the rest takes the password again.
/// </summary>
/// <param name="users">The accounts.</param>
/// <param name="hashing">What hashes passwords.</param>
/// <param name="signIn">What compares them.</param>
/// <param name="logger">The log.</param>
internal sealed class OwnAccount(UserStore users, PasswordHashing hashing, SignIn signIn, ILogger logger)
{
    /// <summary>Takes another password, which fits the rules, and ends all sessions.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="password">The password until now, as it was typed.</param>
    /// <param name="fresh">The new one.</param>
    /// <param name="visitor">From where.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The account; null: the password until now is another one.</returns>
    public async Task<Account?> ChangePasswordAsync(Account account, string password, string fresh, Visitor visitor, CancellationToken cancel)
    {
        if (await NowAsync(account, password, visitor, cancel) is not { } now) return null;
        if (users.ChangePassword(now, await hashing.HashAsync(fresh, cancel)) is not { } changed) return null;
        AccountLog.Changed(logger, changed.Name, "password", visitor.From);
        return changed;
    }

    /// <summary>Makes recovery codes in the place of all that are left.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="password">The password, as it was typed.</param>
    /// <param name="visitor">From where.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The codes, to be shown this once; null: the password is another one.</returns>
    public async Task<IReadOnlyList<string>?> RenewCodesAsync(Account account, string password, Visitor visitor, CancellationToken cancel)
    {
        if (await NowAsync(account, password, visitor, cancel) is not { } now || users.RenewCodes(now, out var codes) is not { } changed) return null;
        AccountLog.Changed(logger, changed.Name, "recovery codes", visitor.From);
        return codes;
    }

    /// <summary>Ends all sessions of the account.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="visitor">From where.</param>
    public void SignOutEverywhere(Account account, Visitor visitor)
    {
        if (users.SignOutEverywhere(account) is { } changed) AccountLog.Changed(logger, changed.Name, "sessions", visitor.From);
    }

    private async Task<Account?> NowAsync(Account account, string password, Visitor visitor, CancellationToken cancel)
    {
        var now = users.Find(account.Name);
        return now is not null && now.IsStill(account) && await signIn.IsPasswordAsync(now, now.Name, password, visitor, cancel) ? now : null;
    }
}
