using System.Collections.Immutable;
using System.Text.Json;
using PodGate.Hosting;

namespace PodGate.Operator.Accounts;

/// <summary>How accounts lie on disk: <c>users.json</c> in the state directory, readable by its owner only.</summary>
internal static class UserFile
{
    /// <summary>The file's name within the state directory.</summary>
    public const string Name = "users.json";

    private const int Format = 1;
    private const long Largest = 4 * 1024 * 1024;

    // How the platform's hasher begins what it writes: its third form.
    private const byte HashForm = 1;

    /// <summary>Reads all accounts; none where there is no file. One that is damaged in any way is refused whole: half a list is worse than none.</summary>
    /// <param name="path">The file.</param>
    public static Account[] Read(string path)
    {
        UserFileJson? file;
        try
        {
            if (!File.Exists(path)) return [];
            if (new FileInfo(path).Length > Largest) throw Damaged(path, $"it is larger than {Largest} bytes");
            file = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateFileContext.Default.UserFileJson);
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
        var accounts = new List<Account>();
        foreach (var entry in file.Users)
        {
            if (Of(entry) is not { } account) throw Damaged(path, $"its account number {accounts.Count + 1} is not one that podgate wrote");
            if (accounts.Any(other => other.Name == account.Name)) throw Damaged(path, $"the account {account.Name} is in it twice");
            accounts.Add(account);
        }

        return [.. accounts];
    }

    /// <summary>Writes all accounts, synced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="accounts">All of them.</param>
    public static void Write(string path, IEnumerable<Account> accounts)
    {
        var file = new UserFileJson(Format, [.. accounts.Select(EntryOf)]);
        OwnerOnlyFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(file, StateFileContext.Default.UserFileJson));
    }

    /// <summary>What to do about a file that cannot be used.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What is wrong with it.</param>
    /// <param name="inner">What was found underneath.</param>
    public static TokenFileException Damaged(string path, string what, Exception? inner = null) => new(
        $"{path} is damaged: {what}. Bring it back from a copy, or move it away: all accounts are gone then, and podgate user add makes them anew.", inner);

    private static Account? Of(UserEntryJson? entry)
    {
        // Exactly one of both: who is set up needs no invitation, and who is not has nothing to sign in with.
        if (entry is null || (entry.Invitation is null) == (entry.Credentials is null)) return null;
        if (!Token.IsName(entry.Name) || Token.RoleOf(entry.Role) is not { } role) return null;
        if (BytesOf(entry.Mark) is not { } mark || BytesOf(entry.Browsers) is not { } browsers) return null;
        var account = new Account(entry.Name, role, entry.Created, mark) { LastSignIn = entry.LastSignIn, Browsers = browsers };
        if (entry.Invitation is { } invitation)
            return BytesOf(invitation.Sha256) is { } hash ? account with { Invitation = new Invitation(hash, invitation.Until) } : null;
        var shown = entry.Credentials!;
        return IsPasswordHash(shown.Password) && BytesOf(shown.Secret) is { } secret && BytesOf(shown.RecoveryCodes) is { } codes
            ? account with { Credentials = new Credentials(shown.Password, secret, shown.LastStep, codes) }
            : null;
    }

    private static UserEntryJson EntryOf(Account account) => new(
        account.Name, Token.WordOf(account.Role), account.Created, Convert.ToHexStringLower(account.Mark.AsSpan()), TextsOf(account.Browsers))
    {
        LastSignIn = account.LastSignIn,
        Invitation = account.Invitation is { } invitation
            ? new InvitationEntryJson(Convert.ToHexStringLower(invitation.Hash.AsSpan()), invitation.Until)
            : null,
        Credentials = account.Credentials is { } credentials
            ? new CredentialsEntryJson(
                credentials.PasswordHash, Convert.ToHexStringLower(credentials.Secret.AsSpan()), credentials.LastStep, TextsOf(credentials.RecoveryCodes))
            : null,
    };

    private static IReadOnlyList<string> TextsOf(ImmutableArray<ImmutableArray<byte>> list) => [.. list.Select(one => Convert.ToHexStringLower(one.AsSpan()))];

    private static ImmutableArray<byte>? BytesOf(string? text) =>
        text is { Length: > 0 } && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? ImmutableArray.Create(Convert.FromHexString(text)) : null;

    private static ImmutableArray<ImmutableArray<byte>>? BytesOf(IReadOnlyList<string> texts)
    {
        var all = texts.Select(BytesOf).OfType<ImmutableArray<byte>>().ToImmutableArray();
        return all.Length == texts.Count ? all : null;
    }

    private static bool IsPasswordHash(string text)
    {
        Span<byte> bytes = stackalloc byte[256];
        return text.Length < bytes.Length && Convert.TryFromBase64String(text, bytes, out var count) && count > 0 && bytes[0] == HashForm;
    }
}

/// <summary>The file's content.</summary>
/// <param name="Format">The version of the form.</param>
/// <param name="Users">All accounts.</param>
internal sealed record UserFileJson(int Format, IReadOnlyList<UserEntryJson> Users);

/// <summary>An account in the file.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What the person may.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Mark">What sessions rest on, hexadecimal.</param>
/// <param name="Browsers">The hashes of what its browsers keep, hexadecimal.</param>
internal sealed record UserEntryJson(string Name, string Role, DateTimeOffset Created, string Mark, IReadOnlyList<string> Browsers)
{
    /// <summary>When the person last signed in; missing: never.</summary>
    public DateTimeOffset? LastSignIn { get; init; }

    /// <summary>What it can be set up with; missing: it is set up.</summary>
    public InvitationEntryJson? Invitation { get; init; }

    /// <summary>What the person signs in with; missing: it is not set up.</summary>
    public CredentialsEntryJson? Credentials { get; init; }
}

/// <summary>An invitation in the file.</summary>
/// <param name="Sha256">The hash of its code, hexadecimal.</param>
/// <param name="Until">From when on it opens nothing.</param>
internal sealed record InvitationEntryJson(string Sha256, DateTimeOffset Until);

/// <summary>What a person signs in with, in the file.</summary>
/// <param name="Password">The hash as the platform writes it.</param>
/// <param name="Secret">What one-time codes are made of, hexadecimal.</param>
/// <param name="LastStep">The step of the last code that was taken.</param>
/// <param name="RecoveryCodes">The hashes of those that are left, hexadecimal.</param>
internal sealed record CredentialsEntryJson(string Password, string Secret, long LastStep, IReadOnlyList<string> RecoveryCodes);
