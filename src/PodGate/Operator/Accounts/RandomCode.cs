using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace PodGate.Operator.Accounts;

/// <summary>
/// Secrets that are made here and shown once: invitations, recovery codes, what browsers keep. Random, so that a fast hash is enough; written so that people
/// can type them, and read as people type: with or without the dashes, in small letters or large ones.
/// </summary>
internal static class RandomCode
{
    private const int GroupLength = 4;
    private const int Longest = 200;

    /// <summary>A new one.</summary>
    /// <param name="bytes">How many random bytes it has.</param>
    public static string New(int bytes) =>
        string.Join('-', Base32.Of(RandomNumberGenerator.GetBytes(bytes)).Chunk(GroupLength).Select(group => new string(group)));

    /// <summary>The hash of one, which is all that is kept.</summary>
    /// <param name="typed">As a person or a browser gives it.</param>
    public static ImmutableArray<byte> HashOf(string typed)
    {
        var clean = string.Concat(typed.Take(Longest).Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return [.. SHA256.HashData(Encoding.ASCII.GetBytes(clean))];
    }
}
