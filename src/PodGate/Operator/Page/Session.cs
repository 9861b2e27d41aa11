using System.Collections.Immutable;

namespace PodGate.Operator.Page;

/// <summary>A person's browser that has shown a token and is known by a cookie since.</summary>
/// <param name="Hash">SHA-256 of the cookie's secret, which the gate does not keep.</param>
/// <param name="Token">What it may, and whose it is; an expired or revoked token ends the session.</param>
/// <param name="Until">From when on it opens nothing.</param>
internal sealed record Session(ImmutableArray<byte> Hash, Token Token, DateTimeOffset Until)
{
    /// <summary>What every form of this session carries, so that no other site's page can send one; made from the secret, and not kept.</summary>
    public string FormKey { get; init; } = "";
}
