namespace PodGate.Core.Groups;

/// <summary>What a request says of itself, as far as groups ask. Implementations allocate nothing.</summary>
public interface IClientSigns
{
    /// <summary>The connection is a trusted proxy's, which sets or removes the headers that clients send.</summary>
    bool ComesByTrustedProxy { get; }

    /// <summary>The moment, for what expires.</summary>
    DateTimeOffset Moment { get; }

    /// <summary>The host name it is for, without port; empty: none.</summary>
    ReadOnlySpan<char> HostName { get; }

    /// <summary>The value of a header or cookie; empty when it is not there, or more than once, which could be read in two ways.</summary>
    /// <param name="kind">Which of the two.</param>
    /// <param name="name">Its name.</param>
    ReadOnlySpan<char> ValueOf(SignKind kind, string name);
}
