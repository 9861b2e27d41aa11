using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace PodGate.Core.Routing;

/// <summary>
/// A 128-bit key: sixteen bytes in an order. As text it is those bytes from the first to the last, two hexadecimal digits each; the
/// bytes 00 01 02 ... 0f are <c>000102030405060708090a0b0c0d0e0f</c>, on every machine. It is secret: it does not belong in a log.
/// </summary>
/// <param name="Low">The first eight bytes, little endian.</param>
/// <param name="High">The last eight bytes, little endian.</param>
public readonly record struct Key128(ulong Low, ulong High)
{
    private const int ByteCount = 16;

    /// <summary>The key made of these bytes. Give it sixteen from a cryptographic random source to make a new key.</summary>
    /// <param name="sixteenBytes">Exactly sixteen bytes.</param>
    /// <exception cref="ArgumentException">There are not sixteen of them.</exception>
    public static Key128 Create(ReadOnlySpan<byte> sixteenBytes)
    {
        if (sixteenBytes.Length != ByteCount)
            throw new ArgumentException($"A key has {ByteCount} bytes, but {sixteenBytes.Length} were given.", nameof(sixteenBytes));

        return new Key128(
            BinaryPrimitives.ReadUInt64LittleEndian(sixteenBytes),
            BinaryPrimitives.ReadUInt64LittleEndian(sixteenBytes[8..]));
    }

    /// <summary>
    /// Reads the 32 hexadecimal digits that <see cref="ToString"/> writes; capital letters are taken too. Anything else (blanks, dashes,
    /// a prefix, fewer or more digits) is no key.
    /// </summary>
    /// <param name="text">32 hexadecimal digits.</param>
    /// <param name="key">The key, when the text is one.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out Key128 key)
    {
        key = default;
        if (text is null || text.Length != 2 * ByteCount) return false;

        Span<byte> bytes = stackalloc byte[ByteCount];
        if (Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        key = Create(bytes);
        return true;
    }

    /// <summary>32 hexadecimal digits in small letters, the first byte first.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[ByteCount];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], High);
        return Convert.ToHexStringLower(bytes);
    }
}
