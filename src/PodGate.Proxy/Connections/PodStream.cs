using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Connections;

/// <summary>
/// A connection to a pod, as the handler writes to it. It adds one thing: when a request's head has gone out, the request counts as
/// sent. The head is put into the handler's buffer and flushed on one thread without a pause, so the thread knows whose it is.
/// </summary>
internal sealed class PodStream(Stream inner) : Stream
{
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
        if (head is null) return inner.WriteAsync(buffer, cancellationToken);

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

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

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
}
