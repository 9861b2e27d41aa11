using System.Net;
using System.Runtime.CompilerServices;
using PodGate.Proxy.Connections;

namespace PodGate.Proxy.Farewells;

/// <summary>The body of an answer that streams, which can be ended between two messages as if the pod had ended it.</summary>
/// <param name="inner">The pod's.</param>
/// <param name="connection">What it belongs to.</param>
/// <param name="mayEnd">Whether it may be ended; else it is only counted.</param>
internal sealed class EndingContent(HttpContent inner, LongConnection connection, bool mayEnd) : HttpContent
{
    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new EndingStream(await inner.ReadAsStreamAsync(cancellationToken), connection, mayEnd);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        throw new NotSupportedException("An answer that streams is read, not written.");

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>The stream of such a body. It is read by one at a time; anybody may end it.</summary>
internal sealed class EndingStream : PassingStream, IEnding
{
    // Of a single answer nobody can know whether its end, or another message, comes next: one that waits is a stream.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Stream _inner;
    private readonly LongConnection _connection;
    private readonly Lock _lock = new();

    // Cancels a read that waits. Made once, so that a read costs no more than without.
    private readonly CancellationTokenSource _end = new();
    private CancellationToken _reader;
    private CancellationTokenRegistration _reading;
    private MessageReader _messages;
    private bool _leaves;

    public EndingStream(Stream inner, LongConnection connection, bool mayEnd)
    {
        _inner = inner;
        _connection = connection;
        _messages = new MessageReader(connection.Kind);
        if (mayEnd) connection.Ending = this;
    }

    public override bool CanRead => true;

    private bool IsOver
    {
        get
        {
            lock (_lock) return _leaves && _messages.IsBetween;
        }
    }

    public bool IsReady
    {
        get
        {
            lock (_lock) return _connection.Kind == ConnectionKind.EventStream || _messages.Count > 1 || (_messages.Count == 1 && _connection.Idle >= Pause);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsOver) return 0;
        if (_reader != cancellationToken)
        {
            await _reading.DisposeAsync();
            _reader = cancellationToken;
            _reading = cancellationToken.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
        }

        int count;
        try
        {
            count = await _inner.ReadAsync(buffer, _end.Token);
        }
        catch (OperationCanceledException) when (IsOver && !cancellationToken.IsCancellationRequested)
        {
            return 0;
        }

        lock (_lock)
        {
            // What comes after the message that is passing when the end is due is the next pod's to say.
            if (_leaves) count = _messages.IsBetween ? 0 : _messages.Follow(buffer.Span[..count]);
            else _messages.FollowAll(buffer.Span[..count]);
        }

        if (count > 0) _connection.PassedToClient(count);
        return count;
    }

    public void Leave()
    {
        lock (_lock)
        {
            _leaves = true;
            if (!_messages.IsBetween) return;
        }

        try
        {
            // What waits goes on elsewhere: here others wait for their goodbye.
            _ = _end.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself meanwhile.
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _reading.Dispose();
            _inner.Dispose();
            _end.Dispose();
        }

        base.Dispose(disposing);
    }
}
