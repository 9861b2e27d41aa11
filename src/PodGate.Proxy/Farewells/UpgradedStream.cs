using System.Runtime.CompilerServices;
using PodGate.Proxy.Connections;

namespace PodGate.Proxy.Farewells;

/// <summary>
/// The client's side of an upgraded connection: what is read goes to the pod, what is written comes from it. Counts both. Of a WebSocket it follows the pod's
/// frames, so that a goodbye can be put between two of them; the client's own close then goes to the pod, which ends the connection as if the client had begun.
/// </summary>
internal sealed class UpgradedStream : PassingStream, IEnding
{
    private const ushort GoingAway = 1001;
    private static readonly byte[] Farewell = FrameReader.Close(GoingAway, "this server is being taken out of service; connect again"u8);

    private readonly Stream _inner;
    private readonly LongConnection _connection;
    private readonly Lock _lock = new();
    private FrameReader _fromPod;
    private FrameReader _fromClient;
    private bool _writing;
    private bool _leaves;
    private bool _silent;

    public UpgradedStream(Stream inner, LongConnection connection)
    {
        _inner = inner;
        _connection = connection;
        if (connection.Kind == ConnectionKind.WebSocket) connection.Ending = this;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = _inner.ReadAsync(buffer, cancellationToken);

        // An idle connection waits in a read of no bytes, and needs no more memory for this than the connection itself.
        if (buffer.IsEmpty) return read;
        if (!read.IsCompletedSuccessfully) return WaitAsync(read, buffer);
        var count = read.Result;
        Passed(buffer.Span[..count]);
        return ValueTask.FromResult(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_connection.Kind != ConnectionKind.WebSocket)
        {
            _connection.PassedToClient(buffer.Length);
            return _inner.WriteAsync(buffer, cancellationToken);
        }

        bool saysGoodbye;
        lock (_lock)
        {
            // After its close frame an endpoint says nothing more.
            if (_silent) return ValueTask.CompletedTask;
            (buffer, saysGoodbye) = ToBoundary(buffer);
            _writing = !saysGoodbye;
        }

        _connection.PassedToClient(buffer.Length);

        return saysGoodbye ? WriteLastAsync(buffer, cancellationToken) : WriteFramesAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    /// <summary>Not when one of both has said goodbye by itself.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock) return !_silent && !_fromPod.HasClosed && !_fromClient.HasClosed;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (_leaves || _fromPod.HasClosed || _fromClient.HasClosed) return;
            _leaves = true;

            // Whoever writes now, or in the middle of a frame will write, says it at that frame's end.
            if (_writing || _silent || !_fromPod.IsBetween) return;
            _silent = true;

            // Begun in here: once the connection is disposed of, its stream may already be another request's.
            _ = FinishAsync(_inner.WriteAsync(Farewell, CancellationToken.None));
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock) _silent = true;
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>What may still be written: all, or up to the end of the frame when the goodbye is due then.</summary>
    private (ReadOnlyMemory<byte> Left, bool SaysGoodbye) ToBoundary(ReadOnlyMemory<byte> buffer)
    {
        if (!_leaves)
        {
            _fromPod.FollowAll(buffer.Span);
            return (buffer, false);
        }

        var count = _fromPod.IsBetween ? 0 : _fromPod.Follow(buffer.Span);
        if (!_fromPod.IsBetween) return (buffer, false);
        _silent = !_fromPod.HasClosed;
        return (buffer[..count], _silent);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteFramesAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await _inner.WriteAsync(buffer, cancellationToken);
        lock (_lock)
        {
            _writing = false;
            if (!_leaves || _silent || !_fromPod.IsBetween || _fromPod.HasClosed) return;
            _silent = true;
        }

        await WriteLastAsync(default, cancellationToken);
    }

    private async ValueTask WriteLastAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!buffer.IsEmpty) await _inner.WriteAsync(buffer, cancellationToken);
        await _inner.WriteAsync(Farewell, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> read, Memory<byte> buffer)
    {
        var count = await read;
        Passed(buffer.Span[..count]);
        return count;
    }

    private void Passed(ReadOnlySpan<byte> bytes)
    {
        _connection.PassedToPod(bytes.Length);
        if (_connection.Kind != ConnectionKind.WebSocket) return;
        lock (_lock) _fromClient.FollowAll(bytes);
    }

    private static async Task FinishAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The client has gone meanwhile; whoever copies for it hears that too, and ends the connection.
        }
    }
}
