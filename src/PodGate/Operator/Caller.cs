namespace PodGate.Operator;

/// <summary>How a caller showed who it is.</summary>
internal enum CallerProof
{
    /// <summary>A bearer token with the request.</summary>
    Token,

    /// <summary>The cookie of a session, begun with a token.</summary>
    Session,

    /// <summary>The cookie of a session, begun with a password and a one-time code.</summary>
    Password,

    /// <summary>The local socket: the kernel says which user of this machine it is.</summary>
    Local,

    /// <summary>A client certificate, in the handshake of the connection.</summary>
    Certificate,
}

/// <summary>Who makes a request to the admin port, once that is known.</summary>
/// <param name="Name">Under which name it acts; the journal's word for it.</param>
/// <param name="Role">What it may.</param>
/// <param name="Proof">How it showed who it is.</param>
/// <param name="From">The address that the request came from; at the local socket the user and the process.</param>
/// <param name="IsStillValid">Whether what it showed still opens anything; asked again and again while an answer lasts.</param>
internal sealed record Caller(string Name, TokenRole Role, CallerProof Proof, string From, Func<bool> IsStillValid)
{
    /// <summary>The word of a proof in JSON and logs.</summary>
    /// <param name="proof">The proof.</param>
    public static string WordOf(CallerProof proof) => proof switch
    {
        CallerProof.Token => "token",
        CallerProof.Session => "session",
        CallerProof.Password => "password",
        CallerProof.Local => "local",
        CallerProof.Certificate => "certificate",
        _ => throw new ArgumentOutOfRangeException(nameof(proof), proof, "There is no such proof."),
    };
}
