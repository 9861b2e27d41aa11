using System.Collections.Immutable;
using System.Text.Json;
using PodGate.Control.Configuration;
using PodGate.Hosting;

namespace PodGate.Operator;

/// <summary>A file of tokens or accounts that cannot be used. The message says what is wrong and what to do.</summary>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="inner">What was found underneath.</param>
internal sealed class TokenFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>How tokens lie on disk: <c>tokens.json</c> in the state directory, readable by its owner only.</summary>
internal static class TokenFile
{
    /// <summary>The file's name within the state directory.</summary>
    public const string Name = "tokens.json";

    private const int Format = 1;
    private const long Largest = 1024 * 1024;

    /// <summary>Reads all tokens. A file that is damaged in any way is refused whole: half a list of tokens is worse than none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="needsAdministrator">Whether nobody could administer the gate without an administrator in it.</param>
    public static ImmutableArray<Token> Read(string path, bool needsAdministrator = true)
    {
        TokenFileJson? file;
        try
        {
            if (new FileInfo(path).Length > Largest) throw Damaged(path, $"it is larger than {Largest} bytes");
            file = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateFileContext.Default.TokenFileJson);
        }
        catch (FileNotFoundException exception)
        {
            throw new TokenFileException($"{path} is not there, so nobody could command this gate. Start once with --init: it makes an administrator token.",
                exception);
        }
        catch (JsonException exception)
        {
            throw Damaged(path, "it is not the JSON that it was written as", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenFileException($"{path} cannot be read: {exception.Message} Make it readable for the user that podgate runs as.", exception);
        }

        if (file is null || file.Format != Format) throw Damaged(path, $"its format is not {Format}");
        var tokens = ImmutableArray.CreateBuilder<Token>();
        foreach (var entry in file.Tokens)
        {
            // One that was named before the names of the local socket were kept for it still opens what it opened.
            if (entry is null || !CallerName.IsName(entry.Name) || Token.RoleOf(entry.Role) is not { } role || !IsHash(entry.Sha256))
                throw Damaged(path, $"its token number {tokens.Count + 1} has no valid name, role or hash");
            if (tokens.Any(token => token.Name == entry.Name)) throw Damaged(path, $"the token {entry.Name} is in it twice");
            tokens.Add(new Token(entry.Name, role, entry.Created, [.. Convert.FromHexString(entry.Sha256)]) { Expires = entry.Expires, Used = entry.Used });
        }

        if (needsAdministrator && !tokens.Any(token => token.Role == TokenRole.Administrator))
            throw Damaged(path, "it has no administrator, and without Admin.Socket or a person's account nobody else could make one");
        return tokens.ToImmutable();
    }

    /// <summary>Writes all tokens, synced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tokens">All of them.</param>
    public static void Write(string path, ImmutableArray<Token> tokens)
    {
        var entries = tokens.Select(token =>
            new TokenEntryJson(token.Name, Token.WordOf(token.Role), token.Created, Convert.ToHexStringLower(token.Hash.AsSpan()), token.Expires, token.Used));
        OwnerOnlyFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(new TokenFileJson(Format, [.. entries]), StateFileContext.Default.TokenFileJson));
    }

    private static bool IsHash(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigit);

    private static TokenFileException Damaged(string path, string what, Exception? inner = null) => new(
        $"{path} is damaged: {what}. Bring it back from a copy, or move it away and start once with --init: " +
        "that makes a new administrator token, and all others are gone.",
        inner);
}

/// <summary>The file's content.</summary>
/// <param name="Format">The version of the form.</param>
/// <param name="Tokens">All tokens.</param>
internal sealed record TokenFileJson(int Format, IReadOnlyList<TokenEntryJson> Tokens);

/// <summary>A token in the file.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What it may.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Sha256">The hash of its secret, hexadecimal.</param>
/// <param name="Expires">From when on it opens nothing; missing: never.</param>
/// <param name="Used">On which day it was last used; missing: never.</param>
internal sealed record TokenEntryJson(
    string Name, string Role, DateTimeOffset Created, string Sha256, DateTimeOffset? Expires = null, DateTimeOffset? Used = null);
