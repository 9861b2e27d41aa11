using PodGate.Proxy.Connections;

namespace PodGate.Proxy.Farewells;

/// <summary>Follows the messages of an answer that streams as its bytes pass: the events of an event stream, or the messages of gRPC.</summary>
/// <param name="kind"><see cref="ConnectionKind.EventStream"/> or <see cref="ConnectionKind.Grpc"/>.</param>
internal struct MessageReader(ConnectionKind kind)
{
    /// <summary>A byte that says whether it is compressed, and four of length.</summary>
    private const int GrpcPrefix = 5;

    private uint _left;
    private byte _have;
    private bool _lineHasText;
    private bool _eventHasText;
    private bool _afterReturn;

    /// <summary>Between two messages, where the answer may end.</summary>
    public readonly bool IsBetween => kind == ConnectionKind.Grpc ? _have == 0 && _left == 0 : !_lineHasText && !_eventHasText;

    /// <summary>Messages that have passed whole.</summary>
    public long Count { get; private set; }

    /// <summary>Follows bytes to the end of the message that they belong to, or as far as they go.</summary>
    /// <returns>How many of them that is.</returns>
    public int Follow(ReadOnlySpan<byte> bytes) => kind == ConnectionKind.Grpc ? FollowGrpc(bytes) : FollowEvent(bytes);

    /// <summary>Follows bytes to their end.</summary>
    public void FollowAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[Follow(bytes)..];
    }

    private int FollowGrpc(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (_have < GrpcPrefix)
            {
                var value = bytes[at++];
                if (_have++ > 0) _left = (_left << 8) | value;
                if (_have < GrpcPrefix || _left > 0) continue;
            }
            else
            {
                var payload = (int)Math.Min(_left, (uint)(bytes.Length - at));
                (_left, at) = (_left - (uint)payload, at + payload);
                if (_left > 0) continue;
            }

            _have = 0;
            Count++;
            return at;
        }

        return at;
    }

    /// <summary>An event ends with an empty line; lines end with a line feed, a carriage return, or both (HTML standard, section 9.2.6).</summary>
    private int FollowEvent(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var rest = bytes[at..];
            var text = rest.IndexOfAny((byte)'\n', (byte)'\r');
            if (text != 0)
            {
                (_lineHasText, _eventHasText, _afterReturn) = (true, true, false);
                if (text < 0) return bytes.Length;
                at += text;
                continue;
            }

            var isFeed = bytes[at++] == '\n';
            var isSecondHalf = isFeed && _afterReturn;
            _afterReturn = !isFeed;
            if (isSecondHalf) continue;
            if (_lineHasText)
            {
                _lineHasText = false;
                continue;
            }

            if (!_eventHasText) continue;
            _eventHasText = false;
            Count++;

            // The other half of the line's end belongs to it, if it is here already.
            if (!isFeed && at < bytes.Length && bytes[at] == '\n') (at, _afterReturn) = (at + 1, false);
            return at;
        }

        return at;
    }
}
