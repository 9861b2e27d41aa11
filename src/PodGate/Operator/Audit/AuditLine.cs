using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PodGate.Control.Alerts;

namespace PodGate.Operator.Audit;

/// <summary>
/// The form of a line: JSON that ends with its own hash, which is over every byte before it. So nothing in a line can change unseen, and anybody can compute
/// it with nothing but SHA-256. The form is part of what a version promises.
/// </summary>
internal static class AuditLine
{
    private const int HashLength = 64;

    // Compared byte for byte, since the hash cannot be over them.
    private static readonly byte[] BeforeHash = ",\"hash\":\""u8.ToArray();
    private static readonly byte[] AfterHash = "\"}"u8.ToArray();

    /// <summary>The hash before the first entry.</summary>
    public static string Genesis { get; } = new('0', HashLength);

    /// <summary>Makes a draft the entry after another.</summary>
    /// <param name="draft">What happened.</param>
    /// <param name="after">The entry before.</param>
    /// <returns>The line with its end, and the new head.</returns>
    public static (byte[] Line, AuditHead Head) Write(AuditEntry draft, AuditHead after)
    {
        var entry = draft with { Number = after.Number + 1, Previous = after.Hash, Hash = "" };
        var text = JsonSerializer.SerializeToUtf8Bytes(entry, AuditEntryContext.Default.AuditEntry);
        var hashed = text.AsSpan(0, text.Length - BeforeHash.Length - AfterHash.Length);
        var hash = HashOf(hashed);
        return ([.. hashed, .. BeforeHash, .. Encoding.ASCII.GetBytes(hash), .. AfterHash, (byte)'\n'], new AuditHead(entry.Number, hash));
    }

    /// <summary>Reads a line, or says what is wrong with it.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="wrong">What is wrong, in words that go on behind "the line"; null: nothing.</param>
    /// <returns>Null when something is wrong.</returns>
    public static AuditEntry? Read(ReadOnlySpan<byte> line, out string? wrong)
    {
        var hashed = line.Length - BeforeHash.Length - HashLength - AfterHash.Length;
        var isFramed = hashed > 0 && line.Length <= AuditLimits.LongestLine && line[hashed..].StartsWith(BeforeHash) && line.EndsWith(AfterHash);
        if (!isFramed)
        {
            wrong = "does not end with a hash, as every line of a trail does";
            return null;
        }

        if (!line.Slice(hashed + BeforeHash.Length, HashLength).SequenceEqual(Encoding.ASCII.GetBytes(HashOf(line[..hashed]))))
        {
            wrong = "is not what was written: its hash does not fit";
            return null;
        }

        try
        {
            wrong = null;
            if (JsonSerializer.Deserialize(line, AuditEntryContext.Default.AuditEntry) is { Number: > 0, Previous.Length: HashLength } entry) return entry;
            wrong = "has no number, or not the hash of the entry before";
        }
        catch (JsonException)
        {
            wrong = "is no entry, although its hash fits";
        }

        return null;
    }

    private static string HashOf(ReadOnlySpan<byte> text) => Convert.ToHexStringLower(SHA256.HashData(text));
}
