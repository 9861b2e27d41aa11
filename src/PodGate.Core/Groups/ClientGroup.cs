using System.Collections.Immutable;

namespace PodGate.Core.Groups;

/// <summary>Where in a request a sign of a group stands.</summary>
public enum SignKind
{
    /// <summary>A header.</summary>
    Header,

    /// <summary>A cookie.</summary>
    Cookie,
}

/// <summary>Something that requests of a group carry.</summary>
/// <param name="Name">The header's or cookie's name; that of a header without regard to case.</param>
/// <param name="Value">The value as it is; null: only a signed one counts. See <see cref="GroupLookup"/> for whose word is taken.</param>
public sealed record GroupSign(string Name, string? Value = null);

/// <summary>
/// Which clients are meant: those for whom all holds that is said here. What is not said holds for everybody. Other groups are taken together by
/// <see cref="AnyOf"/>, so every combination can be written. Immutable.
/// </summary>
public sealed record ClientGroup
{
    /// <summary>The most groups that a configuration has.</summary>
    public const int MostGroups = 64;

    /// <summary>The most host names, and the most groups in <see cref="AnyOf"/>.</summary>
    public const int MostOfEach = 16;

    /// <summary>The name of the group that nobody is in and that is always there: for canaries that only testers see.</summary>
    public const string Nobody = "nobody";

    /// <summary>The source addresses. <value>Default null: any.</value></summary>
    public NetworkSet? Networks { get; init; }

    /// <summary>The file that further networks are read from, by whoever reads the configuration. <value>Default null: none.</value></summary>
    public string? NetworksFile { get; init; }

    /// <summary>What that file says. <value>Default none.</value></summary>
    public NetworkSet NetworksOfFile { get; init; } = NetworkSet.Empty;

    /// <summary>Host names, one of which the request is for, without port, without regard to case. <value>Default none: any.</value></summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>A header. <value>Default null: none needed.</value></summary>
    public GroupSign? Header { get; init; }

    /// <summary>A cookie. <value>Default null: none needed.</value></summary>
    public GroupSign? Cookie { get; init; }

    /// <summary>Of 256 parts of all slots so many, chosen anew for each canary. <value>Default null: all; else 1 to 255.</value></summary>
    public int? SlotsOf256 { get; init; }

    /// <summary>Groups of which a client is in one at least; they have no such list themselves. <value>Default none: need not be in any.</value></summary>
    public ImmutableArray<string> AnyOf { get; init; } = [];

    /// <summary>Everybody may put himself into it: headers and cookies count whoever sends them. <value>Default false.</value></summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether the source address has to be in one of the networks.</summary>
    public bool NeedsNetwork => Networks is not null || NetworksFile is not null;

    /// <summary>
    /// Whether something is said that no client chooses for himself; the host name is what he asks for, so it alone closes nothing. What is said by the
    /// groups in <see cref="AnyOf"/> is for these.
    /// </summary>
    public bool HasLock => NeedsNetwork || SlotsOf256 is not null || (!IsOpen && (Header is not null || Cookie is not null));

    /// <summary>By value.</summary>
    public bool Equals(ClientGroup? other) =>
        other is not null && Equals(Networks, other.Networks) && NetworksFile == other.NetworksFile && NetworksOfFile.Equals(other.NetworksOfFile)
        && Hosts.AsSpan().SequenceEqual(other.Hosts.AsSpan()) && Header == other.Header && Cookie == other.Cookie && SlotsOf256 == other.SlotsOf256
        && AnyOf.AsSpan().SequenceEqual(other.AnyOf.AsSpan()) && IsOpen == other.IsOpen;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Networks, NetworksFile, NetworksOfFile, Hosts.Length, Header, Cookie, SlotsOf256, AnyOf.Length);
}
