using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PodGate.Core.Routing;

namespace PodGate.Core.Groups;

/// <summary>
/// A short text that only a gate of the fleet can make, for one purpose, until a moment: <c>pg1.SECONDS.SIGNATURE</c>, seconds since 1970 and an
/// HMAC-SHA256 under the fleet's key in the alphabet of URLs. Whoever has it is who it says, so it goes over TLS only.
/// </summary>
public sealed class SignedMark
{
    /// <summary>The longest that one may last.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private const string Begin = "pg1.";
    private const int KeyBytes = 16;
    private const int MacChars = 43;
    private const int LongestText = 80;

    private readonly Key128 _key;
    private readonly byte[] _purpose;

    /// <summary>Marks for one purpose.</summary>
    /// <param name="key">The fleet's key.</param>
    /// <param name="purpose">What it is for, in words that begin with different ones for different kinds of purposes; none has a line feed.</param>
    public SignedMark(Key128 key, params ReadOnlySpan<string> purpose)
    {
        _key = key;
        _purpose = Encoding.UTF8.GetBytes(string.Join('\n', purpose));
    }

    /// <summary>Makes one.</summary>
    /// <param name="until">Until when it counts; whole seconds.</param>
    public string Make(DateTimeOffset until)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var seconds = until.ToUnixTimeSeconds();
        Compute(seconds, mac);
        return string.Create(CultureInfo.InvariantCulture, $"{Begin}{seconds}.{Base64Url.EncodeToString(mac)}");
    }

    /// <summary>Whether a text is one for this purpose that still counts. Allocates nothing.</summary>
    /// <param name="text">The text; whatever a client sent.</param>
    /// <param name="now">The moment.</param>
    public bool IsGood(ReadOnlySpan<char> text, DateTimeOffset now)
    {
        if (text.Length > LongestText || !text.StartsWith(Begin, StringComparison.Ordinal)) return false;
        var rest = text[Begin.Length..];
        var dot = rest.IndexOf('.');
        if (dot < 1 || rest.Length - dot - 1 != MacChars) return false;
        if (!long.TryParse(rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds <= now.ToUnixTimeSeconds()) return false;
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(seconds, mac);

        // The right text is compared with what was sent, which so need not be decoded, whatever it is.
        Span<char> right = stackalloc char[MacChars];
        Base64Url.EncodeToChars(mac, right);
        return CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(right), MemoryMarshal.AsBytes(rest[(dot + 1)..]));
    }

    private void Compute(long seconds, Span<byte> mac)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(key, _key.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(key[8..], _key.High);

        // The seconds stand in front and are always as long, so no purpose can be read as another one with other seconds.
        Span<byte> message = stackalloc byte[sizeof(long) + 512];
        if (_purpose.Length > 512) message = new byte[sizeof(long) + _purpose.Length];
        BinaryPrimitives.WriteInt64BigEndian(message, seconds);
        _purpose.CopyTo(message[sizeof(long)..]);
        HMACSHA256.HashData(key, message[..(sizeof(long) + _purpose.Length)], mac);
    }
}
