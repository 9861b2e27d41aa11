using System.Collections.Immutable;
using System.Security.Cryptography;

namespace PodGate.Operator.Accounts;

/// <summary>What became of an attempt to change who has an account.</summary>
internal enum UserResult
{
    /// <summary>Done, and synced to disk.</summary>
    Done,

    /// <summary>There is an account or a token of that name already.</summary>
    Exists,

    /// <summary>There is no account of that name.</summary>
    Unknown,

    /// <summary>It is the last administrator: nobody could let people in any more.</summary>
    LastAdministrator,

    /// <summary>There are as many as there may be.</summary>
    TooMany,
}

/// <summary>
/// The people that may sign in. Their names and administrators are one with those of the tokens, so both are changed under one lock; who reads waits for
/// nobody. Any thread may call.
/// </summary>
internal sealed class UserStore
{
    /// <summary>The most accounts.</summary>
    public const int Most = 500;

    /// <summary>The most browsers of one account; its oldest makes room for a new one.</summary>
    public const int MostBrowsers = 10;

    /// <summary>How many recovery codes are made at a time.</summary>
    public const int RecoveryCodes = 10;

    /// <summary>How long an invitation can be used.</summary>
    public static readonly TimeSpan InvitationLasts = TimeSpan.FromHours(24);

    private const int InvitationBytes = 20;
    private const int RecoveryBytes = 10;

    private readonly string _path;
    private readonly TokenStore _tokens;
    private readonly TimeProvider _time;
    private volatile Account[] _accounts;

    private UserStore(string path, Account[] accounts, TokenStore tokens, TimeProvider time)
    {
        _path = path;
        _accounts = accounts;
        _tokens = tokens;
        _time = time;
    }

    /// <summary>Every account, in the order they were made.</summary>
    public IReadOnlyList<Account> Accounts => _accounts;

    /// <summary>Whether a person can let others in: an administrator who only was invited is none to rely on.</summary>
    public bool HasAdministrator => _accounts.Any(IsReliable);

    /// <summary>Opens the accounts of a state directory, or throws a <see cref="TokenFileException"/> that says what to do.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="tokens">Its tokens, which know of the accounts from now on.</param>
    /// <param name="time">The clock.</param>
    public static UserStore Open(string stateDirectory, TokenStore tokens, TimeProvider time)
    {
        var path = Path.Combine(stateDirectory, UserFile.Name);
        var users = new UserStore(path, UserFile.Read(path), tokens, time);
        if (users._accounts.FirstOrDefault(account => tokens.HasName(account.Name)) is { } twice)
            throw UserFile.Damaged(path, $"{twice.Name} is the name of a token, too");
        if (!users.HasAdministrator && !tokens.HasLocal && tokens.Tokens.All(token => token.Role != TokenRole.Administrator))
            throw UserFile.Damaged(path, $"neither it nor {TokenFile.Name} has an administrator");
        tokens.Users = users;
        return users;
    }

    /// <summary>The account of a name, or null.</summary>
    /// <param name="name">The name.</param>
    public Account? Find(string name) => Array.Find(_accounts, account => account.Name == name);

    /// <summary>The account that an invitation is for, or null. Takes the same time whatever the code.</summary>
    /// <param name="code">As the person typed it.</param>
    public Account? Invited(string code)
    {
        var hash = RandomCode.HashOf(code);
        Account? found = null;
        foreach (var account in _accounts)
        {
            if (account.Invitation is { } one && CryptographicOperations.FixedTimeEquals(one.Hash.AsSpan(), hash.AsSpan())) found = account;
        }

        return found is not null && _time.GetUtcNow() < found.Invitation!.Until ? found : null;
    }

    /// <summary>Whether what rests on an account still stands.</summary>
    /// <param name="account">As it was found.</param>
    public bool IsStillValid(Account account) => _accounts.Any(account.IsStill);

    /// <summary>Invites a person.</summary>
    /// <param name="name">Who; see <see cref="Token.IsName"/>.</param>
    /// <param name="role">What the person may.</param>
    /// <param name="invitation">The code to set the account up with, when it was made.</param>
    public UserResult Add(string name, TokenRole role, out string? invitation)
    {
        if (!Token.IsName(name)) throw new ArgumentException($"An account cannot be named {name}.", nameof(name));
        invitation = null;
        lock (_tokens.Writing)
        {
            if (_tokens.HandsOver) throw ApiProblem.HandsOver();

            // What --init makes when the tokens are lost must not meet an account of its name.
            if (Find(name) is not null || _tokens.HasName(name) || name == TokenStore.InitialName) return UserResult.Exists;
            if (_accounts.Length >= Most) return UserResult.TooMany;
            Replace([.. _accounts, new Account(name, role, _time.GetUtcNow(), Account.NewMark()) { Invitation = NewInvitation(out var code) }]);
            invitation = code;
            return UserResult.Done;
        }
    }

    /// <summary>Invites a person anew: from the moment this returns neither password nor codes nor sessions of before open anything.</summary>
    /// <param name="name">Who.</param>
    /// <param name="role">What the person may from now on; null: as before.</param>
    /// <param name="invitation">The code to set the account up with, when it was made.</param>
    public UserResult Reset(string name, TokenRole? role, out string? invitation)
    {
        invitation = null;
        string? code = null;
        var result = Replace(name, account => new Account(name, role ?? account.Role, account.Created, Account.NewMark())
        {
            Invitation = NewInvitation(out code), LastSignIn = account.LastSignIn,
        });
        if (result == UserResult.Done) invitation = code;
        return result;
    }

    /// <summary>Removes an account: from the moment this returns it and its sessions open nothing.</summary>
    /// <param name="name">Whose it is.</param>
    public UserResult Remove(string name) => Replace(name, _ => null);

    /// <summary>Sets an account up that was waiting for it.</summary>
    /// <param name="invited">As it was when its invitation was shown.</param>
    /// <param name="passwordHash">The hash of the person's password.</param>
    /// <param name="secret">What the person's app has.</param>
    /// <param name="step">The step of the code that proved it.</param>
    /// <param name="codes">The recovery codes, to be shown this once.</param>
    /// <returns>The account; null: another one was set up with the invitation, or it is taken back.</returns>
    public Account? SetUp(Account invited, string passwordHash, ImmutableArray<byte> secret, long step, out IReadOnlyList<string> codes)
    {
        var made = codes = NewRecoveryCodes();
        return Change(invited, account => account.Invitation is null ? null : account with
        {
            Mark = Account.NewMark(), Invitation = null, Credentials = new Credentials(passwordHash, secret, step, HashesOf(made)),
        });
    }

    /// <summary>Spends a code: that is on disk before this returns, so that after a restart, too, it opens nothing again.</summary>
    /// <param name="seen">The account, as it was when the password was shown.</param>
    /// <param name="code">A one-time code or a recovery code, as it was typed.</param>
    /// <param name="wall">The time that the person's device goes by.</param>
    /// <param name="browser">The hash of what the person's browser keeps from now on.</param>
    /// <returns>The account; null: the code opens nothing.</returns>
    public Account? Spend(Account seen, string code, DateTimeOffset wall, ImmutableArray<byte> browser) => Change(seen, account =>
        account.Credentials?.Spend(code, wall) is not { } left ? null : account with
        {
            Credentials = left,
            LastSignIn = _time.GetUtcNow(),
            Browsers = [.. account.Browsers.Where(one => !one.AsSpan().SequenceEqual(browser.AsSpan())).TakeLast(MostBrowsers - 1), browser],
        });

    /// <summary>Takes another password, and ends all sessions.</summary>
    /// <param name="seen">The account, as it was when the password until now was shown.</param>
    /// <param name="passwordHash">The hash of the new one.</param>
    public Account? ChangePassword(Account seen, string passwordHash) =>
        Change(seen, account => account.Credentials is not { } had ? null
            : account with { Mark = Account.NewMark(), Credentials = had with { PasswordHash = passwordHash } });

    /// <summary>Keeps the same password in a dearer hash.</summary>
    /// <param name="seen">The account, as it was when the password was shown.</param>
    /// <param name="passwordHash">The dearer hash.</param>
    public Account? Rehash(Account seen, string passwordHash) => Change(seen, account =>
        account.Credentials is not { } had || had.PasswordHash != seen.Credentials?.PasswordHash ? null
            : account with { Credentials = had with { PasswordHash = passwordHash } });

    /// <summary>Makes recovery codes in the place of all that are left.</summary>
    /// <param name="seen">The account, as it was when the password was shown.</param>
    /// <param name="codes">The codes, to be shown this once.</param>
    public Account? RenewCodes(Account seen, out IReadOnlyList<string> codes)
    {
        var made = codes = NewRecoveryCodes();
        return Change(seen, account => account.Credentials is not { } had ? null : account with { Credentials = had with { RecoveryCodes = HashesOf(made) } });
    }

    /// <summary>Ends all sessions, and forgets all browsers: one that was lost is a stranger's from now on.</summary>
    /// <param name="seen">The account, as it was found.</param>
    public Account? SignOutEverywhere(Account seen) => Change(seen, account => account with { Mark = Account.NewMark(), Browsers = [] });

    private static bool IsReliable(Account account) => account is { Role: TokenRole.Administrator, Credentials: not null };

    private static IReadOnlyList<string> NewRecoveryCodes() => [.. Enumerable.Range(0, RecoveryCodes).Select(_ => RandomCode.New(RecoveryBytes))];

    private static ImmutableArray<ImmutableArray<byte>> HashesOf(IReadOnlyList<string> codes) => [.. codes.Select(RandomCode.HashOf)];

    private Invitation NewInvitation(out string code)
    {
        code = RandomCode.New(InvitationBytes);
        return new Invitation(RandomCode.HashOf(code), _time.GetUtcNow() + InvitationLasts);
    }

    /// <summary>Puts another account in the place of one, or none.</summary>
    private UserResult Replace(string name, Func<Account, Account?> change)
    {
        lock (_tokens.Writing)
        {
            if (_tokens.HandsOver) throw ApiProblem.HandsOver();
            if (Find(name) is not { } account) return UserResult.Unknown;
            var stays = _tokens.HasLocal || _tokens.HasLastingAdministrator || _accounts.Any(other => other != account && IsReliable(other));
            if (IsReliable(account) && !stays) return UserResult.LastAdministrator;
            var next = change(account);
            Replace([.. _accounts.Select(other => other == account ? next : other).OfType<Account>()]);
            return UserResult.Done;
        }
    }

    /// <summary>Changes an account as it is now; null: it is another one than was seen, or the change finds nothing to change.</summary>
    private Account? Change(Account seen, Func<Account, Account?> change)
    {
        lock (_tokens.Writing)
        {
            if (_tokens.HandsOver) throw ApiProblem.HandsOver();
            if (Array.Find(_accounts, seen.IsStill) is not { } account || change(account) is not { } changed) return null;
            Replace([.. _accounts.Select(other => other == account ? changed : other)]);
            return changed;
        }
    }

    /// <summary>Disk first: what was shown must be there after a restart, and what was taken away must not.</summary>
    private void Replace(Account[] accounts)
    {
        UserFile.Write(_path, accounts);
        _accounts = accounts;
    }
}
