using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PodGate.Hosting;
using PodGate.Operator.Accounts;

namespace PodGate.Operator.Page;

/// <summary>
/// How sessions lie on disk: <c>sessions.json</c> in the state directory, readable by its owner only. A file that cannot be read costs people a new sign-in and
/// nothing else, so it is left aside and said, and the gate starts.
/// </summary>
/// <param name="stateDirectory">The state directory.</param>
/// <param name="logger">The log.</param>
internal sealed class SessionFile(string stateDirectory, ILogger logger)
{
    /// <summary>The file's name within the state directory.</summary>
    public const string Name = "sessions.json";

    private const long Largest = 1024 * 1024;

    private readonly string _path = Path.Combine(stateDirectory, Name);

    /// <summary>Reads the sessions of tokens and accounts that are still there.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="users">The accounts.</param>
    public ImmutableArray<Session> Read(TokenStore tokens, UserStore users)
    {
        try
        {
            if (!File.Exists(_path)) return [];
            if (new FileInfo(_path).Length > Largest) throw new JsonException($"larger than {Largest} bytes");
            var entries = JsonSerializer.Deserialize(File.ReadAllBytes(_path), StateFileContext.Default.SessionEntryJsonArray) ?? [];
            return [.. entries.Select(entry => Of(entry, tokens, users)).OfType<Session>()];
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or FormatException)
        {
            OperatorLog.SessionsNotRead(logger, exception, _path);
            return [];
        }
    }

    /// <summary>Writes all sessions, synced.</summary>
    /// <param name="sessions">All of them.</param>
    public void Write(ImmutableArray<Session> sessions)
    {
        var entries = sessions.Select(session => new SessionEntryJson(
            Convert.ToHexStringLower(session.Hash.AsSpan()), session.Until, TextOf(session.Token?.Hash), TextOf(session.Account?.Mark)));
        OwnerOnlyFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes([.. entries], StateFileContext.Default.SessionEntryJsonArray));
    }

    private static Session? Of(SessionEntryJson? entry, TokenStore tokens, UserStore users)
    {
        if (entry is null) throw new JsonException("an entry is null");
        if ((entry.Token is null) == (entry.Account is null)) throw new JsonException("an entry has no token and no account, or both");
        var token = entry.Token is null ? null : tokens.Tokens.FirstOrDefault(one => TextOf(one.Hash) == entry.Token);
        var account = entry.Account is null ? null : users.Accounts.FirstOrDefault(one => TextOf(one.Mark) == entry.Account);
        return token is null && account is null ? null : new Session([.. Convert.FromHexString(entry.Sha256)], token, account, entry.Until);
    }

    private static string? TextOf(ImmutableArray<byte>? bytes) => bytes is { } some ? Convert.ToHexStringLower(some.AsSpan()) : null;
}

/// <summary>A session in the file.</summary>
/// <param name="Sha256">The hash of its secret, hexadecimal.</param>
/// <param name="Until">From when on it opens nothing.</param>
/// <param name="Token">The hash of its token's secret, hexadecimal; missing: it rests on an account.</param>
/// <param name="Account">Its account's mark, hexadecimal; missing: it rests on a token.</param>
internal sealed record SessionEntryJson(string Sha256, DateTimeOffset Until, string? Token = null, string? Account = null);
