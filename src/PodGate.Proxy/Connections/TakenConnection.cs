using System.Buffers;
using System.Net;

namespace PodGate.Proxy.Connections;

/// <summary>
/// A connection to a pod that speaks something else than HTTP from now on, taken away from the platform's handler: that would keep 8 kB of
/// buffers for it, which nothing goes through any more, for as long as it lives. The handler sees a connection that has ended, and forgets it.
/// </summary>
internal sealed class TakenConnection : HttpContent
{
    /// <summary>The handler's buffer is as long, unless the head was longer.</summary>
    private const int Piece = 4096;

    private readonly Stream _stream;

    private TakenConnection(Stream stream) => _stream = stream;

    /// <summary>Takes a connection.</summary>
    /// <param name="connection">The one that the answer came over. It is at its end afterwards.</param>
    /// <param name="handlers">What the handler makes of it: what it has read beyond the head comes first.</param>
    public static TakenConnection From(PodStream connection, HttpContent handlers)
    {
        var stream = connection.GiveAway();
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        byte[] ahead = [];
        try
        {
            // Nothing waits here: what is left is in memory, and what follows is the end.
            var left = handlers.ReadAsStream();
            for (int count; (count = left.Read(buffer)) > 0;) ahead = [.. ahead, .. buffer.AsSpan(0, count)];
            return new TakenConnection(new AheadStream(stream, ahead));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(_stream);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        throw new NotSupportedException("An upgraded connection goes both ways.");

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _stream.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The connection, with what was read ahead of it. It is read by one at a time.</summary>
    private sealed class AheadStream(Stream inner, byte[] ahead) : TurnStream(inner)
    {
        private ReadOnlyMemory<byte> _ahead = ahead;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_ahead.IsEmpty) return base.ReadAsync(buffer, cancellationToken);
            var count = Math.Min(buffer.Length, _ahead.Length);
            _ahead.Span[..count].CopyTo(buffer.Span);
            _ahead = count == _ahead.Length ? default : _ahead[count..];
            return ValueTask.FromResult(count);
        }
    }
}
