using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace PodGate.Operator.Accounts;

/// <summary>An account that its person is about to set up.</summary>
/// <param name="Account">It, as it was when the invitation was shown.</param>
/// <param name="PasswordHash">The hash of the password that was chosen.</param>
/// <param name="Secret">What the person's app is to have.</param>
internal sealed record SettingUp(Account Account, string PasswordHash, ImmutableArray<byte> Secret)
{
    /// <summary>The secret, to be typed.</summary>
    public string SecretText => Base32.Of(Secret.AsSpan());

    /// <summary>The secret, as authenticator apps read it. A name needs no escaping there: its characters are all allowed.</summary>
    public string Address => $"otpauth://totp/PodGate:{Account.Name}?secret={SecretText}&issuer=PodGate";
}

/// <summary>
/// How a person who was invited sets the account up: the invitation and a password, then a code that proves the app, then recovery codes, shown once.
/// </summary>
/// <param name="users">The accounts.</param>
/// <param name="hashing">What hashes passwords.</param>
/// <param name="attempts">How often one may try.</param>
/// <param name="time">The clock.</param>
/// <param name="wall">The wall clock, which people's devices go by.</param>
/// <param name="logger">The log.</param>
internal sealed class Welcome(UserStore users, PasswordHashing hashing, Attempts attempts, TimeProvider time, TimeProvider wall, ILogger logger)
{
    /// <summary>How long the second half may take: an app may have to be installed first.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(30);

    private readonly Pending<SettingUp> _begun = new(most: 500, Lasts, time);

    /// <summary>The account that an invitation is for, or null.</summary>
    /// <param name="invitation">The code as it was typed.</param>
    /// <param name="visitor">From where.</param>
    public Account? Invited(string invitation, Visitor visitor)
    {
        attempts.Admit(visitor);
        return users.Invited(invitation);
    }

    /// <summary>Takes the password, which fits the rules, and makes the secret.</summary>
    /// <param name="account">Who was invited.</param>
    /// <param name="password">The password.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>What the browser is to keep.</returns>
    public async Task<string> BeginAsync(Account account, string password, CancellationToken cancel)
    {
        var hash = await hashing.HashAsync(password, cancel);
        return _begun.Begin(new SettingUp(account, hash, [.. RandomNumberGenerator.GetBytes(OneTimeCode.SecretBytes)]));
    }

    /// <summary>What is being set up, or null.</summary>
    /// <param name="secret">What the browser keeps.</param>
    public SettingUp? Find(string? secret) => _begun.Find(secret) is { } found && users.IsStillValid(found.Account) ? found : null;

    /// <summary>Sets the account up, on disk before this returns.</summary>
    /// <param name="secret">What the browser keeps.</param>
    /// <param name="found">What is being set up.</param>
    /// <param name="code">The code that the person's app shows.</param>
    /// <param name="visitor">From where.</param>
    /// <param name="codes">The recovery codes, to be shown this once.</param>
    /// <returns>The account; null: the code is not the app's.</returns>
    public Account? Finish(string secret, SettingUp found, string code, Visitor visitor, out IReadOnlyList<string> codes)
    {
        attempts.Admit(visitor);
        codes = [];
        if (OneTimeCode.Find(found.Secret.AsSpan(), code, wall.GetUtcNow(), last: 0) is not { } step) return null;
        if (users.SetUp(found.Account, found.PasswordHash, found.Secret, step, out codes) is not { } account) return null;
        _begun.End(secret);
        attempts.Unlock(account.Name);
        AccountLog.SetUp(logger, account.Name, visitor.From);
        return account;
    }
}
