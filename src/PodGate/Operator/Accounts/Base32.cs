using System.Text;

namespace PodGate.Operator.Accounts;

/// <summary>Bytes as letters and digits that can be typed (RFC 4648, section 6), without the padding, which authenticator apps do not want.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsPerLetter = 5;
    private const int LetterMask = (1 << BitsPerLetter) - 1;

    /// <summary>The text of some bytes.</summary>
    /// <param name="bytes">They.</param>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (held, bits) = (0, 0);
        foreach (var one in bytes)
        {
            held = (held << 8) | one;
            for (bits += 8; bits >= BitsPerLetter; bits -= BitsPerLetter) text.Append(Alphabet[(held >> (bits - BitsPerLetter)) & LetterMask]);
            held &= LetterMask;
        }

        if (bits > 0) text.Append(Alphabet[(held << (BitsPerLetter - bits)) & LetterMask]);
        return text.ToString();
    }
}
