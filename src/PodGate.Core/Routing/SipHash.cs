using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PodGate.Core.Routing;

/// <summary>
/// SipHash-2-4 with 64 bits: a keyed hash made for short messages. Who does not know the key can neither foresee a result nor find two
/// messages that share one, so no client can aim at a slot or at a pod, and none can crowd a slot by choosing addresses.
/// </summary>
internal static class SipHash
{
    /// <summary>The hash of a message under a key. Allocates nothing.</summary>
    public static ulong Compute(Key128 key, ReadOnlySpan<byte> message)
    {
        Begin(key, out var v0, out var v1, out var v2, out var v3);
        var rest = message;
        for (; rest.Length >= 8; rest = rest[8..])
            Absorb(BinaryPrimitives.ReadUInt64LittleEndian(rest), ref v0, ref v1, ref v2, ref v3);

        // The last word holds the up to seven bytes that are left and, on top, the length modulo 256.
        var last = (ulong)message.Length << 56;
        for (var i = 0; i < rest.Length; i++) last |= (ulong)rest[i] << (8 * i);
        return End(last, v0, v1, v2, v3);
    }

    /// <summary>The same of a message of less than eight bytes that stands in a word: the bytes from below, and on top the length.</summary>
    public static ulong Compute(Key128 key, ulong last)
    {
        Begin(key, out var v0, out var v1, out var v2, out var v3);
        return End(last, v0, v1, v2, v3);
    }

    /// <summary>The same of sixteen to twenty-three bytes.</summary>
    public static ulong Compute(Key128 key, ulong first, ulong second, ulong last)
    {
        Begin(key, out var v0, out var v1, out var v2, out var v3);
        Absorb(first, ref v0, ref v1, ref v2, ref v3);
        Absorb(second, ref v0, ref v1, ref v2, ref v3);
        return End(last, v0, v1, v2, v3);
    }

    private static void Begin(Key128 key, out ulong v0, out ulong v1, out ulong v2, out ulong v3)
    {
        // The constants are the ones of the paper: "somepseudorandomlygeneratedbytes".
        v0 = key.Low ^ 0x736f6d6570736575;
        v1 = key.High ^ 0x646f72616e646f6d;
        v2 = key.Low ^ 0x6c7967656e657261;
        v3 = key.High ^ 0x7465646279746573;
    }

    private static ulong End(ulong last, ulong v0, ulong v1, ulong v2, ulong v3)
    {
        Absorb(last, ref v0, ref v1, ref v2, ref v3);
        v2 ^= 0xff;
        for (var i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}

/// <summary>
/// What a hash is for. The byte is the last one of every message that is hashed under the fleet's key, and so it alone keeps the
/// messages of one purpose apart from those of all others. The numbers are part of what all gates agree on: never change one.
/// </summary>
internal enum HashDomain : byte
{
    /// <summary>A pod's name, for its score in the ranking of a slot.</summary>
    PodScore = 1,

    /// <summary>A pod's name, for which of its slots it gets back first while it ramps.</summary>
    PodShare = 2,

    /// <summary>An IPv4 source address.</summary>
    IPv4Source = 4,

    /// <summary>An IPv6 source address.</summary>
    IPv6Source = 6,

    /// <summary>Nothing: what the key makes of it tells one key from another.</summary>
    KeyMark = 8,

    /// <summary>What a canary is told from others by, for which slots its share covers.</summary>
    CanaryShare = 9,
}
