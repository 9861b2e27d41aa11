using System.Buffers.Binary;

namespace PodGate.Proxy.Farewells;

/// <summary>
/// Follows the frames of one direction of a WebSocket (RFC 6455, section 5.2) as their bytes pass, in whatever pieces. It looks at headers only: what
/// extensions make of a payload, such as its compression, does not matter to where a frame ends.
/// </summary>
internal struct FrameReader
{
    private const int ShortestHeader = 2;
    private const int CloseFrame = 8;

    // The first two bytes of a header and, if there is one, its length of 2 or 8 bytes.
    private ulong _length;
    private long _left;
    private byte _have;
    private byte _need;
    private byte _first;
    private byte _second;

    /// <summary>Between two frames, where a control frame may be put.</summary>
    public readonly bool IsBetween => _have == 0 && _left == 0;

    /// <summary>Whether the frame of a close has passed, or its header: nothing may follow it.</summary>
    public bool HasClosed { get; private set; }

    /// <summary>Follows bytes to the end of the frame that they belong to, or as far as they go.</summary>
    /// <returns>How many of them that is.</returns>
    public int Follow(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (_left > 0)
            {
                var payload = (int)Math.Min(_left, bytes.Length - at);
                (_left, at) = (_left - payload, at + payload);
                if (_left == 0) return at;
                continue;
            }

            if (TakeHeader(bytes[at++]) && _left == 0) return at;
        }

        return at;
    }

    /// <summary>Follows bytes to their end.</summary>
    public void FollowAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[Follow(bytes)..];
    }

    /// <summary>A close frame of a peer that does not mask, as servers do not.</summary>
    /// <param name="code">Why, of RFC 6455, section 7.4.</param>
    /// <param name="reason">Why, in words: 123 bytes at most.</param>
    public static byte[] Close(ushort code, ReadOnlySpan<byte> reason)
    {
        var frame = new byte[ShortestHeader + sizeof(ushort) + reason.Length];
        frame[0] = 0x80 | CloseFrame;
        frame[1] = (byte)(sizeof(ushort) + reason.Length);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(ShortestHeader), code);
        reason.CopyTo(frame.AsSpan(ShortestHeader + sizeof(ushort)));
        return frame;
    }

    /// <summary>Takes one byte of a header; true when it was the last one.</summary>
    private bool TakeHeader(byte value)
    {
        switch (_have++)
        {
            case 0:
                _first = value;
                _need = ShortestHeader;
                _length = 0;
                return false;
            case 1:
                _second = value;
                var mask = (value & 0x80) != 0 ? 4 : 0;
                _need = (byte)(ShortestHeader + LengthBytes(value) + mask);
                break;
            default:
                if (_have <= ShortestHeader + LengthBytes(_second)) _length = (_length << 8) | value;
                break;
        }

        if (_have < _need) return false;
        _have = 0;

        // The highest bit of a length must be 0; of a peer that sets it nothing can be followed any more, and no boundary is ever found.
        _left = LengthBytes(_second) == 0 ? _second & 0x7F : (long)Math.Min(_length, long.MaxValue);
        HasClosed |= (_first & 0x0F) == CloseFrame;
        return true;
    }

    private static int LengthBytes(byte second) => (second & 0x7F) switch
    {
        126 => sizeof(ushort),
        127 => sizeof(ulong),
        _ => 0,
    };
}
