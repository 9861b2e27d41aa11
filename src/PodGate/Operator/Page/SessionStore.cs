using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using PodGate.Operator.Accounts;

namespace PodGate.Operator.Page;

/// <summary>
/// Who is signed in. A session's secret is 256 random bits in a cookie, of which only the SHA-256 is kept; signing out ends it here, so that a copied cookie
/// opens nothing afterwards. Kept in a file, since a restart or an upgrade of the gate must not sign out those who look at it. Any thread may call.
/// </summary>
internal sealed class SessionStore
{
    /// <summary>The most sessions.</summary>
    public const int Most = 500;

    /// <summary>The most sessions of one token or account; its oldest makes room for a new one.</summary>
    public const int MostOfOne = 20;

    /// <summary>How long a session lasts: a shift, and its handing over.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromHours(12);

    private const int SecretBytes = 32;
    private const int LongestSecret = 64;

    private readonly SessionFile _file;
    private readonly TokenStore _tokens;
    private readonly UserStore _users;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();
    private volatile Session[] _sessions;

    /// <summary>Opens what the last process left.</summary>
    /// <param name="file">Where they lie.</param>
    /// <param name="tokens">What they rest on.</param>
    /// <param name="users">What they rest on, too.</param>
    /// <param name="time">The clock.</param>
    public SessionStore(SessionFile file, TokenStore tokens, UserStore users, TimeProvider time)
    {
        _file = file;
        _tokens = tokens;
        _users = users;
        _time = time;
        _sessions = [.. file.Read(tokens, users).Where(IsValid)];
    }

    /// <summary>Begins a session.</summary>
    /// <param name="token">What was shown.</param>
    /// <param name="instead">The browser's session until now, which ends; null: it had none.</param>
    /// <returns>The cookie's value.</returns>
    /// <exception cref="IOException">It cannot be written down, and is not begun.</exception>
    public string Begin(Token token, Session? instead = null) => Begin(token, null, instead);

    /// <summary>Begins a session.</summary>
    /// <param name="account">What was signed in to.</param>
    /// <param name="instead">The browser's session until now, which ends; null: it had none.</param>
    /// <returns>The cookie's value.</returns>
    /// <exception cref="IOException">It cannot be written down, and is not begun.</exception>
    public string Begin(Account account, Session? instead = null) => Begin(null, account, instead);

    private string Begin(Token? token, Account? account, Session? instead)
    {
        var secret = NewSecret();
        var session = new Session(HashOf(secret), token, account, _time.GetUtcNow() + Lasts);
        lock (_writing)
        {
            if (_tokens.HandsOver) throw ApiProblem.HandsOver();

            // Nobody pushes others out: room is made among one's own, of which there are few.
            var valid = _sessions.Where(one => IsValid(one) && !IsSame(one, instead)).ToArray();
            var own = valid.Where(one => one.Name == session.Name).SkipLast(MostOfOne - 1).ToHashSet();
            Session[] next = [.. valid.Where(one => !own.Contains(one)), session];
            if (next.Length > Most) throw TooMany();
            _file.Write([.. next]);
            _sessions = next;
        }

        return secret;
    }

    /// <summary>The session of a cookie, or null. Takes the same time whatever the secret.</summary>
    /// <param name="secret">The cookie's value.</param>
    public Session? Find(string? secret)
    {
        if (secret is not { Length: > 0 and <= LongestSecret }) return null;
        var hash = HashOf(secret);
        Session? found = null;
        foreach (var session in _sessions)
        {
            if (CryptographicOperations.FixedTimeEquals(session.Hash.AsSpan(), hash.AsSpan())) found = session;
        }

        return found is not null && IsValid(found) ? found with { FormKey = KeyOf(secret) } : null;
    }

    /// <summary>Whether a session is still open.</summary>
    /// <param name="session">As it was found.</param>
    public bool IsStillOpen(Session session) => _sessions.Any(one => IsSame(one, session)) && IsValid(session);

    /// <summary>Ends a session, at once.</summary>
    /// <param name="session">It.</param>
    /// <exception cref="IOException">That cannot be written down: after a restart it would be open again.</exception>
    public void End(Session session)
    {
        lock (_writing)
        {
            _sessions = [.. _sessions.Where(one => !IsSame(one, session))];
            if (_tokens.HandsOver) throw ApiProblem.HandsOver();
            _file.Write([.. _sessions]);
        }
    }

    /// <summary>Returns when nothing is being written any more.</summary>
    public void UntilWritten()
    {
        lock (_writing)
        {
            // Whoever comes behind sees that it is handed over.
        }
    }

    private static ApiProblem TooMany() => new(
        StatusCodes.Status503ServiceUnavailable, "too-many-sessions", "Too many are signed in", $"{Most} sessions are open, which is as many as there may be.");

    private static bool IsSame(Session one, Session? other) => other is not null && one.Hash.AsSpan().SequenceEqual(other.Hash.AsSpan());

    private static string KeyOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("form:" + secret)));

    private bool IsValid(Session session) => _time.GetUtcNow() < session.Until
        && (session.Token is { } token ? _tokens.IsStillValid(token) : _users.IsStillValid(session.Account!));

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    private static ImmutableArray<byte> HashOf(string secret) => [.. SHA256.HashData(Encoding.UTF8.GetBytes(secret))];
}
