using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using PodGate.Hosting;
using PodGate.Operator.Accounts;

namespace PodGate.Operator;

/// <summary>What became of an attempt to make or revoke a token.</summary>
internal enum TokenResult
{
    /// <summary>Done, and synced to disk.</summary>
    Done,

    /// <summary>There is a token or an account of that name already.</summary>
    Exists,

    /// <summary>There is none of that name.</summary>
    Unknown,

    /// <summary>It is the last administrator: nobody could make tokens any more.</summary>
    LastAdministrator,

    /// <summary>There are as many as there may be.</summary>
    TooMany,
}

/// <summary>When a token was used.</summary>
/// <param name="At">When.</param>
/// <param name="From">The address that the request came from; null when only the day is known.</param>
internal sealed record TokenUse(DateTimeOffset At, string? From);

/// <summary>
/// Who may command this gate. A secret is 256 random bits, shown once and kept only as its SHA-256. A slow password hash would protect
/// nothing more: such hashes make guessing likely secrets dear, and of 256 random bits none is likelier than another. Any thread may call.
/// </summary>
internal sealed class TokenStore
{
    /// <summary>What every secret begins with, so that secret scanners can know one when they see it.</summary>
    public const string Prefix = "pg_";

    /// <summary>The most tokens.</summary>
    public const int Most = 1000;

    /// <summary>The file within the state directory that <c>--init</c> leaves for the CLI on the same machine.</summary>
    public const string OperatorTokenFile = "operator.token";

    /// <summary>The name of the token that <c>--init</c> makes.</summary>
    public const string InitialName = "administrator";

    /// <summary>How long the token that <c>--init</c> makes opens anything, where administrators come in at the local socket besides.</summary>
    public static readonly TimeSpan FirstLasts = TimeSpan.FromHours(24);

    private static readonly TimeSpan UseWritten = TimeSpan.FromDays(1);
    private static readonly TimeSpan UseRetried = TimeSpan.FromMinutes(1);

    private const int SecretBytes = 32;
    private const int LongestSecret = 128;

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly bool _hasLocal;
    private readonly Lock _writing = new();
    private readonly Dictionary<string, TokenUse> _used = new(StringComparer.Ordinal);
    private DateTimeOffset _triedAt;
    private ImmutableArray<Token> _tokens;

    // Another process takes over: what is changed from now on it would not see.
    private volatile bool _handsOver;

    private TokenStore(string path, ImmutableArray<Token> tokens, TimeProvider time, bool hasLocal)
    {
        _path = path;
        _tokens = tokens;
        _time = time;
        _hasLocal = hasLocal;
    }

    /// <summary>Whether another process takes over, or has: that one has read what was written, so whoever wants a change is told to ask again.</summary>
    public bool HandsOver
    {
        get => _handsOver;
        set => _handsOver = value;
    }

    /// <summary>Returns when nothing is being written any more.</summary>
    public void UntilWritten()
    {
        lock (_writing)
        {
            // Whoever comes behind sees that it is handed over.
        }
    }

    /// <summary>People's accounts, whose names and administrators are one with the tokens'; null until they are opened.</summary>
    public UserStore? Users { get; set; }

    /// <summary>Held by whoever changes tokens or accounts: a name is one's or the other's, and an administrator stays.</summary>
    public Lock Writing => _writing;

    /// <summary>Whether a token has that name.</summary>
    /// <param name="name">The name.</param>
    public bool HasName(string name) => Tokens.Any(token => token.Name == name);

    /// <summary>Every token, in the order they were made.</summary>
    public ImmutableArray<Token> Tokens
    {
        get
        {
            lock (_writing) return _tokens;
        }
    }

    /// <summary>Whether there is an administrator that stays: one that will expire is none to rely on.</summary>
    public bool HasLastingAdministrator => HasLasting(Tokens);

    /// <summary>Whether administrators come in at the local socket besides, so that neither a token nor an account is the last.</summary>
    public bool HasLocal => _hasLocal;

    /// <summary>Opens the tokens of a state directory, or throws a <see cref="TokenFileException"/> that says what to do.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hasLocal">Whether administrators come in at the local socket besides, so that none of these is the last. Default: no.</param>
    public static TokenStore Open(string stateDirectory, TimeProvider time, bool hasLocal = false)
    {
        var path = Path.Combine(stateDirectory, TokenFile.Name);
        var mayBePersons = File.Exists(Path.Combine(stateDirectory, UserFile.Name));
        return new TokenStore(path, TokenFile.Read(path, needsAdministrator: !hasLocal && !mayBePersons), time, hasLocal);
    }

    /// <summary>
    /// Makes the first administrator's token and leaves its secret in <see cref="OperatorTokenFile"/>, readable by its owner only. Does
    /// nothing where there are tokens already.
    /// </summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lasts">How long it opens anything; null: until it is revoked.</param>
    /// <returns>True when a token was made.</returns>
    public static bool Initialise(string stateDirectory, TimeProvider time, TimeSpan? lasts = null)
    {
        var path = Path.Combine(stateDirectory, TokenFile.Name);
        if (File.Exists(path)) return false;
        var secret = NewSecret();
        // The secret first: should the gate die in between, the next --init makes another one, and this one opens nothing.
        OwnerOnlyFile.Write(Path.Combine(stateDirectory, OperatorTokenFile), Encoding.ASCII.GetBytes(secret + "\n"));
        var now = time.GetUtcNow();
        TokenFile.Write(path, [new Token(InitialName, TokenRole.Administrator, now, HashOf(secret)) { Expires = now + lasts }]);
        return true;
    }

    /// <summary>Finds the token of a secret, or null. Takes the same time whatever the secret, and wherever in the list its token is.</summary>
    /// <param name="secret">What the caller sent.</param>
    public Token? Find(string secret)
    {
        if (secret.Length > LongestSecret || !secret.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var hash = HashOf(secret);
        Token? found = null;
        foreach (var token in Tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(token.Hash.AsSpan(), hash.AsSpan())) found = token;
        }

        return found;
    }

    /// <summary>
    /// Notes that a token is used. Written down once a day: to know that nobody needs it any more is worth a day's inexactness after a restart, and not a
    /// write for each request.
    /// </summary>
    /// <param name="token">It.</param>
    /// <param name="from">The address that the request came from.</param>
    /// <exception cref="IOException">It cannot be written down; that it was used is known all the same.</exception>
    public void Use(Token token, string from)
    {
        lock (_writing)
        {
            var now = _time.GetUtcNow();
            _used[token.Name] = new TokenUse(now, from);
            var index = _tokens.IndexOf(token);
            if (index < 0 || _handsOver || now - token.Used < UseWritten || now - _triedAt < UseRetried) return;
            _triedAt = now;
            Replace(_tokens.SetItem(index, token with { Used = now }));
            _triedAt = default;
        }
    }

    /// <summary>When and from where a token was last used; null: never, as far as is known.</summary>
    /// <param name="token">It.</param>
    public TokenUse? LastUse(Token token)
    {
        lock (_writing) return _used.TryGetValue(token.Name, out var use) ? use : token.Used is { } day ? new TokenUse(day, null) : null;
    }

    /// <summary>Whether a token still opens what it opened.</summary>
    /// <param name="token">As it was found.</param>
    public bool IsStillValid(Token token) =>
        !token.IsExpired(_time.GetUtcNow()) && Tokens.Any(other => other.Name == token.Name && other.Hash.AsSpan().SequenceEqual(token.Hash.AsSpan()));

    /// <summary>Makes a token. It can be used once this returns, and is on disk by then.</summary>
    /// <param name="name">Whose it is; see <see cref="Token.IsName"/>.</param>
    /// <param name="role">What it may.</param>
    /// <param name="secret">The bearer token, when one was made.</param>
    /// <param name="lasts">For how long it opens anything; null: until it is revoked.</param>
    public TokenResult Add(string name, TokenRole role, out string? secret, TimeSpan? lasts = null)
    {
        if (!Token.IsName(name)) throw new ArgumentException($"A token cannot be named {name}.", nameof(name));
        secret = null;
        lock (_writing)
        {
            if (_handsOver) throw ApiProblem.HandsOver();
            if (HasName(name) || Users?.Find(name) is not null) return TokenResult.Exists;
            if (_tokens.Length >= Most) return TokenResult.TooMany;
            var fresh = NewSecret();
            var now = _time.GetUtcNow();
            Replace(_tokens.Add(new Token(name, role, now, HashOf(fresh)) { Expires = now + lasts }));
            secret = fresh;
            return TokenResult.Done;
        }
    }

    /// <summary>Revokes a token: from the moment this returns it opens nothing.</summary>
    /// <param name="name">Whose it is.</param>
    public TokenResult Revoke(string name)
    {
        lock (_writing)
        {
            if (_handsOver) throw ApiProblem.HandsOver();
            if (_tokens.FirstOrDefault(token => token.Name == name) is not { } gone) return TokenResult.Unknown;
            var rest = _tokens.Remove(gone);
            var isNeeded = !_hasLocal && !HasLasting(rest) && Users is not { HasAdministrator: true };
            if (gone.Role == TokenRole.Administrator && isNeeded) return TokenResult.LastAdministrator;
            Replace(rest);
            _used.Remove(name);
            return TokenResult.Done;
        }
    }

    /// <summary>Disk first: a token that was shown must be there after a restart, and a revoked one must not.</summary>
    private void Replace(ImmutableArray<Token> tokens)
    {
        TokenFile.Write(_path, tokens);
        _tokens = tokens;
    }

    private static bool HasLasting(ImmutableArray<Token> tokens) => tokens.Any(token => token is { Role: TokenRole.Administrator, Expires: null });

    private static string NewSecret() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    private static ImmutableArray<byte> HashOf(string secret) => [.. SHA256.HashData(Encoding.UTF8.GetBytes(secret))];
}
