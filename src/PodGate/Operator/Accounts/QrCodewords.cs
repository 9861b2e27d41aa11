using System.Text;

namespace PodGate.Operator.Accounts;

/// <summary>
/// The bytes of a QR code (ISO/IEC 18004, section 7): mode "bytes", error correction of level M, which stands a seventh of it being unreadable. Versions 1 to
/// 10 are enough for 213 bytes; an address of ours has 142 at most.
/// </summary>
internal static class QrCodewords
{
    /// <summary>The largest version.</summary>
    public const int LargestVersion = 10;

    private const int ByteMode = 0b0100;
    private const int ModeBits = 4;
    private const int MostTerminatorBits = 4;
    private const int FirstVersionWithLongCount = 10;

    // Table 9, level M, by version: bytes in all, blocks, and bytes of error correction in each block.
    private static readonly (int All, int Blocks, int Check)[] Sizes =
    [
        (26, 1, 10), (44, 1, 16), (70, 1, 26), (100, 2, 18), (134, 2, 24), (172, 4, 16), (196, 4, 18), (242, 4, 22), (292, 5, 22), (346, 5, 26),
    ];

    /// <summary>The smallest version that a text fits into.</summary>
    /// <param name="text">The text.</param>
    public static int VersionOf(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        for (var version = 1; version <= LargestVersion; version++)
        {
            if (ModeBits + CountBits(version) + (bytes * 8) <= DataBytes(version) * 8) return version;
        }

        throw new ArgumentException($"The text has {bytes} bytes; at most 213 fit into a code of version {LargestVersion}.", nameof(text));
    }

    /// <summary>How many of a version's bytes are data.</summary>
    /// <param name="version">1 to 10.</param>
    public static int DataBytes(int version)
    {
        var (all, blocks, check) = Sizes[version - 1];
        return all - (blocks * check);
    }

    /// <summary>How many blocks a version has, and bytes of error correction in each.</summary>
    /// <param name="version">1 to 10.</param>
    public static (int Blocks, int Check) BlocksOf(int version) => (Sizes[version - 1].Blocks, Sizes[version - 1].Check);

    /// <summary>All bytes of the code of a text, in the order in which they are placed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">A version that it fits into.</param>
    public static byte[] Of(string text, int version)
    {
        var blocks = Split(Data(Encoding.UTF8.GetBytes(text), version), version);
        var check = BlocksOf(version).Check;
        var corrections = blocks.Select(block => ReedSolomon.Check(block, check)).ToList();

        // One byte of each block in turn, so that what hides a part of the picture takes a little of each.
        return [.. InTurn(blocks), .. InTurn(corrections)];
    }

    /// <summary>Mode, length, text, and what fills it up.</summary>
    /// <param name="text">The text's bytes.</param>
    /// <param name="version">A version that they fit into.</param>
    public static byte[] Data(byte[] text, int version)
    {
        var room = DataBytes(version);
        var bits = new List<bool>(room * 8);
        Append(bits, ByteMode, ModeBits);
        Append(bits, text.Length, CountBits(version));
        foreach (var one in text) Append(bits, one, 8);
        Append(bits, 0, Math.Min(MostTerminatorBits, (room * 8) - bits.Count));
        Append(bits, 0, (8 - (bits.Count % 8)) % 8);
        for (var isFirst = true; bits.Count < room * 8; isFirst = !isFirst) Append(bits, isFirst ? 0b1110_1100 : 0b0001_0001, 8);
        return [.. bits.Chunk(8).Select(chunk => (byte)chunk.Aggregate(0, (all, bit) => (all << 1) | (bit ? 1 : 0)))];
    }

    /// <summary>The blocks of a version: those that are a byte longer come last.</summary>
    private static List<byte[]> Split(byte[] data, int version)
    {
        var (count, _) = BlocksOf(version);
        var (length, longer) = (data.Length / count, data.Length % count);
        var blocks = new List<byte[]>();
        for (var (block, at) = (0, 0); block < count; block++)
        {
            var end = at + length + (block >= count - longer ? 1 : 0);
            blocks.Add(data[at..end]);
            at = end;
        }

        return blocks;
    }

    private static IEnumerable<byte> InTurn(List<byte[]> blocks) =>
        from position in Enumerable.Range(0, blocks.Max(block => block.Length))
        from block in blocks
        where position < block.Length
        select block[position];

    private static void Append(List<bool> bits, int value, int count)
    {
        for (var bit = count - 1; bit >= 0; bit--) bits.Add(((value >> bit) & 1) != 0);
    }

    private static int CountBits(int version) => version < FirstVersionWithLongCount ? 8 : 16;
}
