using System.Collections.Immutable;
using System.Security.Cryptography;

namespace PodGate.Operator.Accounts;

/// <summary>A person's account as it is kept: invited, or set up.</summary>
/// <param name="Name">Whose it is; unique among accounts and tokens, since both sign the journal.</param>
/// <param name="Role">What the person may.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Mark">At random, and another one whenever all sessions are to end: they rest on the mark that they began with.</param>
internal sealed record Account(string Name, TokenRole Role, DateTimeOffset Created, ImmutableArray<byte> Mark)
{
    private const int MarkBytes = 16;

    /// <summary>What the person can set it up with. <value>Default null: it is set up.</value></summary>
    public Invitation? Invitation { get; init; }

    /// <summary>What the person signs in with. <value>Default null: it is not set up.</value></summary>
    public Credentials? Credentials { get; init; }

    /// <summary>When the person last signed in. <value>Default null: never.</value></summary>
    public DateTimeOffset? LastSignIn { get; init; }

    /// <summary>Hashes of what the browsers keep that the person has signed in with, the newest last: strangers' guesses make none of them wait.</summary>
    public ImmutableArray<ImmutableArray<byte>> Browsers { get; init; } = [];

    /// <summary>A mark that there has not been before.</summary>
    public static ImmutableArray<byte> NewMark() => [.. RandomNumberGenerator.GetBytes(MarkBytes)];

    /// <summary>Whether the person has signed in with a browser.</summary>
    /// <param name="secret">What the browser keeps.</param>
    public bool Knows(string secret)
    {
        var hash = RandomCode.HashOf(secret);
        return Browsers.Any(one => one.AsSpan().SequenceEqual(hash.AsSpan()));
    }

    /// <summary>Whether two are the same account, and what rests on the one rests on the other.</summary>
    /// <param name="other">The other.</param>
    public bool IsStill(Account other) => Name == other.Name && Mark.AsSpan().SequenceEqual(other.Mark.AsSpan());
}

/// <summary>What lets a person set an account up, once.</summary>
/// <param name="Hash">The hash of its code.</param>
/// <param name="Until">From when on it opens nothing.</param>
internal sealed record Invitation(ImmutableArray<byte> Hash, DateTimeOffset Until);

/// <summary>What a person signs in with.</summary>
/// <param name="PasswordHash">As the platform's hasher writes it, with its salt and cost.</param>
/// <param name="Secret">What the one-time codes are made of. It has to be known as it is, so the file is readable by its owner only.</param>
/// <param name="LastStep">The step of the last code that was taken: neither it nor one before it opens anything again.</param>
/// <param name="RecoveryCodes">Hashes of the recovery codes that are left.</param>
internal sealed record Credentials(
    string PasswordHash, ImmutableArray<byte> Secret, long LastStep, ImmutableArray<ImmutableArray<byte>> RecoveryCodes)
{
    /// <summary>What is left after a code is spent; null: it is none that opens anything.</summary>
    /// <param name="code">A one-time code or a recovery code, as it was typed.</param>
    /// <param name="wall">The time that the person's device goes by.</param>
    public Credentials? Spend(string code, DateTimeOffset wall)
    {
        if (OneTimeCode.Find(Secret.AsSpan(), code, wall, LastStep) is { } step) return this with { LastStep = step };
        var hash = RandomCode.HashOf(code);
        var left = RecoveryCodes.RemoveAll(one => CryptographicOperations.FixedTimeEquals(one.AsSpan(), hash.AsSpan()));
        return left.Length < RecoveryCodes.Length ? this with { RecoveryCodes = left } : null;
    }
}
