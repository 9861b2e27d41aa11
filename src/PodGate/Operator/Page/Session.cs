using System.Collections.Immutable;
using PodGate.Operator.Accounts;

namespace PodGate.Operator.Page;

/// <summary>A person's browser that is known by a cookie, since a token was shown with it, or an account's password and code.</summary>
/// <param name="Hash">SHA-256 of the cookie's secret, which the gate does not keep.</param>
/// <param name="Token">The token that was shown, which ends the session when it is expired or revoked; null: an account was signed in to.</param>
/// <param name="Account">The account, which ends the session when it is removed or its mark is another one; null: a token was shown.</param>
/// <param name="Until">From when on it opens nothing.</param>
internal sealed record Session(ImmutableArray<byte> Hash, Token? Token, Account? Account, DateTimeOffset Until)
{
    /// <summary>Under which name it acts.</summary>
    public string Name => Token?.Name ?? Account!.Name;

    /// <summary>What it may.</summary>
    public TokenRole Role => Token?.Role ?? Account!.Role;

    /// <summary>What every form of this session carries, so that no other site's page can send one; made from the secret, and not kept.</summary>
    public string FormKey { get; init; } = "";
}
