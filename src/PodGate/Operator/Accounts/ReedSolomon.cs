namespace PodGate.Operator.Accounts;

/// <summary>What lets a QR code be read although parts of it are not: the error correction of ISO/IEC 18004, over the field of 256 elements.</summary>
internal static class ReedSolomon
{
    // x^8 + x^4 + x^3 + x^2 + 1, by which the standard's field is made.
    private const int Modulus = 0x11D;
    private const int Order = 255;

    private static readonly byte[] Powers = MakePowers();
    private static readonly byte[] Logarithms = MakeLogarithms();

    /// <summary>A power of the field's element 2.</summary>
    /// <param name="exponent">Not below zero.</param>
    public static byte Power(int exponent) => Powers[exponent % Order];

    /// <summary>The product of two elements.</summary>
    /// <param name="one">The one.</param>
    /// <param name="other">The other.</param>
    public static byte Multiply(byte one, byte other) => one == 0 || other == 0 ? (byte)0 : Power(Logarithms[one] + Logarithms[other]);

    /// <summary>The bytes to put behind some data: as a polynomial both together are zero at as many powers of 2, from the zeroth on.</summary>
    /// <param name="data">The data.</param>
    /// <param name="count">How many bytes.</param>
    public static byte[] Check(ReadOnlySpan<byte> data, int count)
    {
        var generator = Generator(count);
        var rest = new byte[count];
        foreach (var one in data)
        {
            var factor = (byte)(one ^ rest[0]);
            rest.AsSpan(1).CopyTo(rest);
            rest[^1] = 0;
            for (var i = 0; i < count; i++) rest[i] ^= Multiply(generator[i + 1], factor);
        }

        return rest;
    }

    /// <summary>The polynomial that is zero at those powers and nowhere else, its highest coefficient first.</summary>
    private static byte[] Generator(int degree)
    {
        byte[] product = [1];
        for (var exponent = 0; exponent < degree; exponent++)
        {
            var next = new byte[product.Length + 1];
            for (var i = 0; i < product.Length; i++)
            {
                next[i] ^= product[i];
                next[i + 1] ^= Multiply(product[i], Power(exponent));
            }

            product = next;
        }

        return product;
    }

    private static byte[] MakePowers()
    {
        var powers = new byte[Order];
        for (var (exponent, power) = (0, 1); exponent < Order; exponent++)
        {
            powers[exponent] = (byte)power;
            power <<= 1;
            if (power > byte.MaxValue) power ^= Modulus;
        }

        return powers;
    }

    private static byte[] MakeLogarithms()
    {
        var logarithms = new byte[byte.MaxValue + 1];
        for (var exponent = 0; exponent < Order; exponent++) logarithms[Powers[exponent]] = (byte)exponent;
        return logarithms;
    }
}
