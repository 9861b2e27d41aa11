using System.Runtime.CompilerServices;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// The client's body as it is read for the pod. It only tells the watch when the gate waits for the client (then the pod is not to
/// blame) and when something has come (from then on it is the pod's turn). Streams, never buffers; lets zero-byte reads through.
/// </summary>
/// <param name="inner">The client's body.</param>
/// <param name="exchange">Whose it is.</param>
/// <param name="gathers">
/// Whether the first read hops to the pool, if it is not there. A body of some size comes in pieces, and on the thread that hears from the sockets each would
/// go to the pod by itself, before the next one was even heard: a system call each. While the reader hops, they come together.
/// </param>
internal sealed class WatchedBody(Stream inner, Exchange exchange, bool gathers) : PassingStream
{
    private Exchange? _exchange = exchange;
    private bool _gathers = gathers;

    public override bool CanRead => true;

    /// <summary>The exchange has ended; whatever is read from now on is nobody's business.</summary>
    public void Release() => Volatile.Write(ref _exchange, null);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_gathers && !Thread.CurrentThread.IsThreadPoolThread) return GatherAsync(buffer, cancellationToken);
        var read = inner.ReadAsync(buffer, cancellationToken);
        if (!read.IsCompletedSuccessfully) return WaitAsync(read);
        var count = read.Result;
        Passed(count);
        return ValueTask.FromResult(count);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> GatherAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _gathers = false;
        await Task.Yield();
        return await ReadAsync(buffer, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> read)
    {
        Volatile.Read(ref _exchange)?.Current.ClientsTurn(Waits.ForBody);
        var count = await read;
        Passed(count);
        return count;
    }

    private void Passed(int count)
    {
        if (Volatile.Read(ref _exchange) is not { } exchange) return;
        if (exchange.Long is { } connection) connection.PassedToPod(count);
        else exchange.Current.PassedToPod(count);
        exchange.Current.PodsTurn(Waits.ForBody);
    }
}
