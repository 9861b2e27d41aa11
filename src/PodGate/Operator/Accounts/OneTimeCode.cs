using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PodGate.Operator.Accounts;

/// <summary>
/// Time-based one-time codes (RFC 6238): what an authenticator app shows. SHA-1, six digits and 30 seconds, since most apps know nothing else, whatever they
/// are told; what is weak in SHA-1 (collisions) is of no use against an HMAC.
/// </summary>
internal static class OneTimeCode
{
    /// <summary>The length of a secret: that of the hash, as RFC 4226 (section 4) recommends.</summary>
    public const int SecretBytes = 20;

    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>Codes of so many steps before and behind the present one are taken: clocks differ, and typing takes its time.</summary>
    public const int Tolerance = 1;

    /// <summary>How long a code is shown.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    /// <summary>Which step a moment belongs to.</summary>
    /// <param name="wall">The moment.</param>
    public static long StepOf(DateTimeOffset wall) => wall.ToUnixTimeSeconds() / (long)Step.TotalSeconds;

    /// <summary>The code of a step.</summary>
    /// <param name="secret">What the person's app has.</param>
    /// <param name="step">The step.</param>
    /// <param name="digits">How many digits it has; the RFC's own examples have eight.</param>
    public static string Of(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The RFC's algorithm, and the apps'; an HMAC does not rest on what SHA-1 lacks.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var offset = hash[^1] & 0xF;
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(offset)) & int.MaxValue;
        var text = number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
        return text[^digits..];
    }

    /// <summary>The step that a code is of, when it is one that may be taken now; null: it is none. Takes the same time whatever the code.</summary>
    /// <param name="secret">What the person's app has.</param>
    /// <param name="typed">What the person typed.</param>
    /// <param name="wall">The time that the person's device goes by.</param>
    /// <param name="last">The last step that was taken: a code that somebody has looked at, or stolen, opens nothing a second time.</param>
    public static long? Find(ReadOnlySpan<byte> secret, string typed, DateTimeOffset wall, long last)
    {
        var code = Encoding.UTF8.GetBytes(string.Concat(typed.Take(2 * Digits).Where(character => character != ' ')));
        var now = StepOf(wall);
        long? found = null;
        for (var step = now - Tolerance; step <= now + Tolerance; step++)
        {
            var isSame = CryptographicOperations.FixedTimeEquals(code, Encoding.UTF8.GetBytes(Of(secret, step)));
            if (isSame && step > last) found = step;
        }

        return found;
    }
}
