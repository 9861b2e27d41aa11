using System.Runtime.CompilerServices;
using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Connections;

/// <summary>
/// A connection to a pod, as the handler uses it. It adds two things. When a request's head has gone out, the request counts as sent: the
/// head is put into the handler's buffer and flushed on one thread without a pause, so the thread knows whose it is. And whoever carries
/// much gives others their turn: as long as a fast pod and a fast client have something to copy nothing ever waits, and the copying, which
/// may run on the thread that hears from all sockets, would not end before the body does.
/// </summary>
internal sealed class PodStream(Stream inner) : Stream
{
    /// <summary>Bytes that are carried without a pause: a full buffer of the copying, about fifty microseconds.</summary>
    internal const int Turn = 64 * 1024;

    private int _readInTurn;
    private int _writtenInTurn;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var head = ForwardTarget.TakeHead();
        if (head is null)
        {
            var write = inner.WriteAsync(buffer, cancellationToken);
            return IsTurnOver(write.IsCompletedSuccessfully, buffer.Length, ref _writtenInTurn) ? HopAsync(write) : write;
        }

        // Before the write: what may have reached the pod is never called unsent. After it: the bytes are the kernel's.
        head.Written = true;
        try
        {
            return inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            head.Sent();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (ForwardTarget.TakeHead() is { } head)
        {
            head.Written = true;
            head.Sent();
        }

        inner.Write(buffer, offset, count);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(buffer, cancellationToken);
        if (!read.IsCompletedSuccessfully)
        {
            _readInTurn = 0;
            return read;
        }

        var count = read.Result;
        return IsTurnOver(atOnce: true, count, ref _readInTurn) ? HopAsync(count) : ValueTask.FromResult(count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsTurnOver(bool atOnce, int count, ref int inTurn)
    {
        inTurn = atOnce ? inTurn + count : 0;
        if (inTurn < Turn) return false;
        inTurn = 0;
        return true;
    }

    /// <summary>Goes on on a thread of the pool, after those who wait for one.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask HopAsync(ValueTask write)
    {
        await Task.Yield();
        await write;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> HopAsync(int count)
    {
        await Task.Yield();
        return count;
    }
}
