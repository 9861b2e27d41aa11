using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using PodGate.Hosting;

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

    /// <summary>Reads the sessions of tokens that are still there.</summary>
    /// <param name="tokens">The tokens.</param>
    public ImmutableArray<Session> Read(TokenStore tokens)
    {
        try
        {
            if (!File.Exists(_path)) return [];
            if (new FileInfo(_path).Length > Largest) throw new JsonException($"larger than {Largest} bytes");
            var entries = JsonSerializer.Deserialize(File.ReadAllBytes(_path), SessionFileContext.Default.SessionEntryJsonArray) ?? [];
            return [.. entries.Select(entry => Of(entry, tokens)).OfType<Session>()];
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
            Convert.ToHexStringLower(session.Hash.AsSpan()), Convert.ToHexStringLower(session.Token.Hash.AsSpan()), session.Until));
        OwnerOnlyFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes([.. entries], SessionFileContext.Default.SessionEntryJsonArray));
    }

    private static Session? Of(SessionEntryJson? entry, TokenStore tokens)
    {
        if (entry is null) throw new JsonException("an entry is null");
        var token = tokens.Tokens.FirstOrDefault(one => Convert.ToHexStringLower(one.Hash.AsSpan()) == entry.Token);
        return token is null ? null : new Session([.. Convert.FromHexString(entry.Sha256)], token, entry.Until);
    }
}

/// <summary>A session in the file.</summary>
/// <param name="Sha256">The hash of its secret, hexadecimal.</param>
/// <param name="Token">The hash of its token's secret, hexadecimal.</param>
/// <param name="Until">From when on it opens nothing.</param>
internal sealed record SessionEntryJson(string Sha256, string Token, DateTimeOffset Until);

/// <summary>How the file becomes objects.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SessionEntryJson[]))]
internal sealed partial class SessionFileContext : JsonSerializerContext;
