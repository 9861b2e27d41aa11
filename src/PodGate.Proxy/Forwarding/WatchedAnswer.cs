using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// The answer's body as it is written for the client. It tells the attempt when the gate waits for the client to read (then the pod is not
/// to blame) and when something went on. Streams, never buffers; reused by its exchange.
/// </summary>
internal sealed class WatchedAnswer : PassingStream, IHttpResponseBodyFeature
{
    private IHttpResponseBodyFeature? _inner;
    private Stream _stream = Null;
    private Attempt? _attempt;

    public override bool CanWrite => true;

    Stream IHttpResponseBodyFeature.Stream => this;

    PipeWriter IHttpResponseBodyFeature.Writer => _inner!.Writer;

    /// <summary>Puts itself between.</summary>
    public void Watch(HttpContext context, Attempt attempt)
    {
        _attempt = attempt;
        _inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _stream = _inner.Stream;
        context.Features.Set<IHttpResponseBodyFeature>(this);
    }

    /// <summary>Steps aside again; does nothing when it is not between.</summary>
    public void Unwatch(HttpContext context)
    {
        if (_inner is null) return;
        context.Features.Set(_inner);
        _inner = null;
        _stream = Null;
        _attempt = null;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var write = _stream.WriteAsync(buffer, cancellationToken);
        _attempt?.PassedToClient(buffer.Length);
        if (!write.IsCompletedSuccessfully) return WaitAsync(write);
        _attempt?.PodsTurn(Waits.None);
        return write;
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        var flush = _stream.FlushAsync(cancellationToken);
        return flush.IsCompletedSuccessfully ? flush : WaitAsync(new ValueTask(flush)).AsTask();
    }

    public override void Flush() => _stream.Flush();

    public void DisableBuffering() => _inner!.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _inner!.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        _inner!.SendFileAsync(path, offset, count, cancellationToken);

    public Task CompleteAsync() => _inner!.CompleteAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(ValueTask write)
    {
        var attempt = _attempt;
        attempt?.ClientsTurn(Waits.ForReader);
        await write;
        attempt?.PodsTurn(Waits.ForReader);
    }
}
