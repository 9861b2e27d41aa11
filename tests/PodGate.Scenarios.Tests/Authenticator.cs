using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace PodGate.Scenarios.Tests;

/// <summary>A person's authenticator app: what RFC 6238 says, written a second time. It never shows a code twice, and waits where there is none yet.</summary>
internal sealed class Authenticator
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Step = 30;

    private readonly byte[] _secret;
    private long _last;

    /// <param name="secret">As the gate shows it: Base32, perhaps in groups.</param>
    public Authenticator(string secret)
    {
        var digits = secret.Where(character => !char.IsWhiteSpace(character)).Select(character => Alphabet.IndexOf(character, StringComparison.Ordinal)).ToArray();
        var (bytes, held, bits) = (new List<byte>(), 0, 0);
        foreach (var digit in digits)
        {
            digit.Should().BeGreaterThanOrEqualTo(0, "{0} is Base32", secret);
            (held, bits) = ((held << 5) | digit, bits + 5);
            if (bits < 8) continue;
            bits -= 8;
            bytes.Add((byte)(held >> bits));
            held &= (1 << bits) - 1;
        }

        _secret = [.. bytes];
    }

    /// <summary>The next code that opens something: the gate takes those of the steps beside the present one as well, each once.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "The RFC's algorithm, and the apps'.")]
    public async Task<string> NextAsync()
    {
        _last = Math.Max(_last + 1, Now - 1);
        while (_last > Now + 1) await Task.Delay(200);
        var counter = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, _last);
        var hash = HMACSHA1.HashData(_secret, counter);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & int.MaxValue;
        return (number % 1_000_000).ToString("000000", CultureInfo.InvariantCulture);
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds() / Step;
}
