using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace PodGate.Operator.Page;

/// <summary>
/// Who is signed in. A session's secret is 256 random bits in a cookie, of which only the SHA-256 is kept; signing out ends it here, so that a copied cookie
/// opens nothing afterwards. Kept in a file, since a restart or an upgrade of the gate must not sign out those who look at it. Any thread may call.
/// </summary>
internal sealed class SessionStore
{
    /// <summary>The most sessions; the oldest makes room for a new one.</summary>
    public const int Most = 500;

    /// <summary>How long a session lasts: a shift, and its handing over.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromHours(12);

    private const int SecretBytes = 32;
    private const int LongestSecret = 64;

    private readonly SessionFile _file;
    private readonly TokenStore _tokens;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();
    private ImmutableArray<Session> _sessions;

    /// <summary>Opens what the last process left.</summary>
    /// <param name="file">Where they lie.</param>
    /// <param name="tokens">What they rest on.</param>
    /// <param name="time">The clock.</param>
    public SessionStore(SessionFile file, TokenStore tokens, TimeProvider time)
    {
        _file = file;
        _tokens = tokens;
        _time = time;
        _sessions = [.. file.Read(tokens).Where(IsValid)];
    }

    /// <summary>Begins a session.</summary>
    /// <param name="token">What was shown.</param>
    /// <returns>The cookie's value.</returns>
    /// <exception cref="IOException">It cannot be written down, and is not begun.</exception>
    public string Begin(Token token)
    {
        var secret = NewSecret();
        var session = new Session(HashOf(secret), token, _time.GetUtcNow() + Lasts, NewSecret());
        lock (_writing)
        {
            var valid = _sessions.Where(IsValid).ToImmutableArray();
            Replace([.. valid.Skip(Math.Max(0, valid.Length + 1 - Most)), session]);
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
        foreach (var session in Sessions)
        {
            if (CryptographicOperations.FixedTimeEquals(session.Hash.AsSpan(), hash.AsSpan())) found = session;
        }

        return found is not null && IsValid(found) ? found : null;
    }

    /// <summary>Ends a session.</summary>
    /// <param name="session">It.</param>
    /// <exception cref="IOException">That cannot be written down, and it goes on.</exception>
    public void End(Session session)
    {
        lock (_writing) Replace([.. _sessions.Where(one => !one.Hash.AsSpan().SequenceEqual(session.Hash.AsSpan()))]);
    }

    private ImmutableArray<Session> Sessions
    {
        get
        {
            lock (_writing) return _sessions;
        }
    }

    private void Replace(ImmutableArray<Session> sessions)
    {
        if (_tokens.HandsOver) throw ApiProblem.HandsOver();
        _file.Write(sessions);
        _sessions = sessions;
    }

    private bool IsValid(Session session) => _time.GetUtcNow() < session.Until && _tokens.IsStillValid(session.Token);

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    private static ImmutableArray<byte> HashOf(string secret) => [.. SHA256.HashData(Encoding.UTF8.GetBytes(secret))];
}
