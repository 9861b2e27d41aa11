using System.Text.Json.Serialization;

namespace PodGate.Operator.Accounts;

/// <summary>The body of <c>POST /api/v1/users</c>.</summary>
/// <param name="Name">Who: 1 to 64 letters, digits, '.', '-', '_', '@'.</param>
/// <param name="Role">viewer, operator or administrator.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UserCommandJson(string? Name, string? Role);

/// <summary>The body of <c>POST /api/v1/users/{name}/reset</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UserResetJson
{
    /// <summary>What the person may from now on: viewer, operator or administrator; null: as before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }
}

/// <summary>A person's account.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">viewer, operator or administrator.</param>
/// <param name="Created">When it was made.</param>
/// <param name="IsSetUp">Whether the person has set it up; only then it opens anything.</param>
public sealed record UserJson(string Name, string Role, DateTimeOffset Created, bool IsSetUp)
{
    /// <summary>From when on the invitation opens nothing; null: the account is set up.</summary>
    public DateTimeOffset? InvitedUntil { get; init; }

    /// <summary>When the person last signed in; null: never.</summary>
    public DateTimeOffset? LastSignIn { get; init; }

    /// <summary>How many recovery codes are left.</summary>
    public int RecoveryCodes { get; init; }

    /// <summary>Until when somebody has to wait, after too many failures in a row; null: nobody has to.</summary>
    public DateTimeOffset? PausedUntil { get; init; }
}

/// <summary>An invitation, with its code: shown once and never again.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What the person may.</param>
/// <param name="Code">What the person sets the account up with, on the page <c>/welcome</c>.</param>
/// <param name="Until">From when on it opens nothing.</param>
public sealed record InvitationJson(string Name, string Role, string Code, DateTimeOffset Until);
