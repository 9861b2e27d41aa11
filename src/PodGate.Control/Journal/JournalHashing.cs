using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PodGate.Control.Journal;

/// <summary>
/// SHA-256 over a canonical encoding: a fixed name of what is hashed, then each field with its kind and length, so that no two different
/// contents have the same encoding. The encoding is part of the file format and never changes within one format version.
/// </summary>
internal sealed class JournalHashing : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private JournalHashing(string what) => Add(what);

    /// <summary>The hash before the first transition of a journal.</summary>
    internal static string Genesis { get; } = new('0', 64);

    internal static string OfRow(JournalRow row)
    {
        using var hash = new JournalHashing("podgate transition 1");
        hash.Add(row.Sequence);
        hash.Add(row.Number);
        hash.Add(row.At);
        hash.Add(row.Pod);
        hash.Add(row.From);
        hash.Add(row.To);
        hash.Add(row.Cause);
        hash.Add(row.Sentence);
        hash.Add(row.Who);
        hash.Add(row.Version);
        hash.Add(row.Record);
        hash.Add(row.Fleet);
        hash.Add(row.Previous);
        return hash.Finish();
    }

    internal static string OfPair(string table, string name, string value)
    {
        using var hash = new JournalHashing("podgate row 1");
        hash.Add(table);
        hash.Add(name);
        hash.Add(value);
        return hash.Finish();
    }

    /// <summary>Over everything that a gate starts from, so that a row that vanished is noticed as well as one that changed.</summary>
    internal static string OfImage(JournalImage image)
    {
        using var hash = new JournalHashing("podgate state 1");
        hash.Add(image.GateId);
        hash.Add(image.Key);
        hash.Add(image.Sequence);
        hash.Add(image.Hash);
        hash.Add(image.Number);
        hash.Add(image.Freeze);
        hash.Add(image.UnknownPodsStartDisabled ? 1 : 0);
        if (image.Agenda != JournalJson.None)
        {
            // A number, which no pod's name is taken for.
            hash.Add(1);
            hash.Add(image.Agenda);
        }

        foreach (var (name, record) in image.Pods)
        {
            hash.Add(name);
            hash.Add(record);
        }
        return hash.Finish();
    }

    internal static string OfBytes(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Add(string? text)
    {
        Span<byte> prefix = stackalloc byte[5];
        if (text is null)
        {
            _hash.AppendData(prefix[..1]);
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(text);
        prefix[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(prefix[1..], bytes.Length);
        _hash.AppendData(prefix);
        _hash.AppendData(bytes);
    }

    private void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[9];
        bytes[0] = 2;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[1..], number);
        _hash.AppendData(bytes);
    }

    private string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());
}
