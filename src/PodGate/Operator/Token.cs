using System.Collections.Immutable;
using PodGate.Control.Configuration;

namespace PodGate.Operator;

/// <summary>What the owner of a token may do. Each role may do all that the ones before it may.</summary>
internal enum TokenRole
{
    /// <summary>Reads, without evidence and credentials.</summary>
    Viewer = 1,

    /// <summary>Reads everything, and commands pods and the freeze.</summary>
    Operator = 2,

    /// <summary>Commands, tokens and the reload of the configuration.</summary>
    Administrator = 3,
}

/// <summary>A token as it is kept: without its secret.</summary>
/// <param name="Name">Whose it is; unique.</param>
/// <param name="Role">What it may.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Hash">SHA-256 of the secret.</param>
internal sealed record Token(string Name, TokenRole Role, DateTimeOffset Created, ImmutableArray<byte> Hash)
{
    /// <summary>The longest name.</summary>
    public const int LongestName = CallerName.Longest;

    /// <summary>From when on it opens nothing; null: never. <value>Default null.</value></summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was last used, as far as that is written down; exact to a day. <value>Default null: never.</value></summary>
    public DateTimeOffset? Used { get; init; }

    /// <summary>Whether it opens nothing any more.</summary>
    /// <param name="now">The moment.</param>
    public bool IsExpired(DateTimeOffset now) => Expires <= now;

    /// <summary>Names under which the gate itself acts.</summary>
    public static ImmutableArray<string> Reserved => CallerName.Reserved;

    /// <summary>Whether a new token can be named so: see <see cref="CallerName.Rule"/>.</summary>
    /// <param name="name">The text.</param>
    public static bool IsName(string? name) => CallerName.IsFree(name);

    /// <summary>The word of a role in JSON and on the command line.</summary>
    /// <param name="role">The role.</param>
    public static string WordOf(TokenRole role) => role switch
    {
        TokenRole.Viewer => "viewer",
        TokenRole.Operator => "operator",
        TokenRole.Administrator => "administrator",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "There is no such role."),
    };

    /// <summary>The role of a word, or null when there is none.</summary>
    /// <param name="word">The word.</param>
    public static TokenRole? RoleOf(string? word) => word switch
    {
        "viewer" => TokenRole.Viewer,
        "operator" => TokenRole.Operator,
        "administrator" => TokenRole.Administrator,
        _ => null,
    };
}
