using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Connections;

/// <summary>
/// A connection to a pod, as the handler writes to it. When a request's head has gone out, the request counts as sent. The head is put into the
/// handler's buffer and flushed on one thread without a pause, so the thread knows whose it is.
/// </summary>
internal sealed class PodStream(Stream inner) : TurnStream(inner)
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var head = ForwardTarget.TakeHead();
        if (head is null) return base.WriteAsync(buffer, cancellationToken);

        // Before the write: what may have reached the pod is never called unsent. After it: the bytes are the kernel's.
        head.Written = true;
        if (head is UpgradeTarget upgrade) upgrade.Connection = this;
        try
        {
            return base.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            head.Sent();
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (ForwardTarget.TakeHead() is { } head)
        {
            head.Written = true;
            head.Sent();
        }

        base.Write(buffer, offset, count);
    }
}
