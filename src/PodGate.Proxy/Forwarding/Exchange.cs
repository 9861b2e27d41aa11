using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PodGate.Core.Routing;
using PodGate.Proxy.Affinity;
using PodGate.Proxy.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// One request and its attempts, from arrival to end. It is YARP's transformer too, since that is called at just the moments that
/// matter: before the head goes out, when an answer begins, and when it is whole. Pooled; one at a time uses it.
/// </summary>
/// <remarks>
/// The first-byte watch: one token source, whose timer runs while it is the pod's turn. It stands still while the gate waits for more of
/// the client's body, and stops for good when an answer begins. The same source is cancelled when the pod is closed.
/// </remarks>
internal sealed class Exchange(TimeProvider time) : HttpTransformer, IDisposable
{
    /// <summary>Pods that may be tried for one request.</summary>
    public const int MostPods = 3;

    private readonly string[] _tried = new string[MostPods];
    private int _triedCount;
    private CancellationTokenSource _stop = new(Timeout.InfiniteTimeSpan, time);
    private CancellationTokenRegistration _closing;
    private WatchedBody? _body;
    private TimeSpan _firstByteTimeout;
    private long _attemptAt;
    private int _answered;
    private volatile bool _closedByGate;

    /// <summary>The request.</summary>
    public HttpContext Context { get; private set; } = null!;

    /// <summary>What it goes by, from its first to its last moment.</summary>
    public Rules Rules { get; private set; } = null!;

    /// <summary>Whose it is.</summary>
    public Client Client { get; private set; }

    /// <summary>The client's slot.</summary>
    public int Slot { get; set; }

    /// <summary>Whether it is gRPC: HTTP/2 to the pod, and no first-byte timeout, since a stream may be silent for long.</summary>
    public bool IsGrpc { get; private set; }

    /// <summary>Whether it may be repeated although a pod may have executed it.</summary>
    public bool IsRepeatable { get; private set; }

    /// <summary>Whether it was repeated so already; that is done once.</summary>
    public bool WasRepeated { get; set; }

    /// <summary>The pod of the current attempt; the last one tried when there is none.</summary>
    public PodRoute? Pod { get; private set; }

    /// <summary>The channel of that pod.</summary>
    public PodChannel? Channel { get; private set; }

    /// <summary>The connections that the current attempt uses.</summary>
    public PodLine Line { get; private set; } = null!;

    /// <summary>Where the current attempt goes, and whether it was written.</summary>
    public ForwardTarget? Target { get; private set; }

    /// <summary>Ends the current attempt when cancelled: the pod was closed, or was silent too long.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Whether the pod was closed under the current attempt.</summary>
    public bool ClosedByGate => _closedByGate;

    /// <summary>Whether the current attempt's answer has begun.</summary>
    public bool Answered => Volatile.Read(ref _answered) == 1;

    /// <summary>Whether the current attempt's answer went through whole.</summary>
    public bool Whole { get; private set; }

    /// <summary>The pod's status code, or 0.</summary>
    public int StatusCode { get; private set; }

    /// <summary>Time to the first byte of the answer, or zero.</summary>
    public TimeSpan FirstByte { get; private set; }

    /// <summary>Names of the pods that failed.</summary>
    public ReadOnlySpan<string> Tried => _tried.AsSpan(0, _triedCount);

    /// <summary>Whether another pod may be tried.</summary>
    public bool MayTryAnother => _triedCount < MostPods;

    /// <summary>Takes a request up.</summary>
    public void Begin(HttpContext context, Rules rules, in Client client)
    {
        Context = context;
        Rules = rules;
        Client = client;
        var request = context.Request;
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;
        IsRepeatable = !hasBody && RequestHead.IsSafe(request.Method);
        IsGrpc = IsGrpcType(request.ContentType) && !HttpProtocol.IsHttp11(request.Protocol) && !HttpProtocol.IsHttp10(request.Protocol);
        _firstByteTimeout = IsGrpc ? Timeout.InfiniteTimeSpan : rules.Settings.FirstByteTimeout;
        if (!hasBody || IsGrpc) return;
        _body = new WatchedBody(request.Body, this);
        request.Body = _body;
    }

    /// <summary>Prepares an attempt at a pod.</summary>
    public void Attempt(PodRoute pod, PodChannel channel)
    {
        Pod = pod;
        Channel = channel;
        Line = channel.Line;
        Target = null;
        Whole = false;
        StatusCode = 0;
        FirstByte = TimeSpan.Zero;
        _answered = 0;
        _closedByGate = false;
        if (!_stop.TryReset()) RenewStop();
        _closing = Line.Closing.UnsafeRegister(static state => ((Exchange)state!).OnClosing(), this);
        _attemptAt = time.GetTimestamp();
        PodsTurn();
    }

    /// <summary>The attempt's synchronous part is over: when its head has gone out, or nothing will, it is between nothing any more.</summary>
    public void HandedOver(bool completed)
    {
        if (Target is { } target && (completed || target.Written)) target.Sent();
    }

    /// <summary>The attempt is over, however it ended.</summary>
    public void EndAttempt()
    {
        _closing.Dispose();
        _closing = default;
        if (Target is { } target) target.Sent();
        else Pod!.Load.Sent();
        Pod!.Load.Leave();
    }

    /// <summary>What went wrong in the current attempt, or null.</summary>
    public Exception? Failure => Context.Features.Get<IForwarderErrorFeature>()?.Exception;

    /// <summary>Clears away what the failed attempt left in the response, for another one. Nothing of it has gone out.</summary>
    public void ClearAttempt()
    {
        Context.Response.Clear();
        Context.Features.Set<IForwarderErrorFeature>(null);
    }

    /// <summary>Forgets the pod: the request is nobody's.</summary>
    public void Forget()
    {
        Pod = null;
        Channel = null;
    }

    /// <summary>Remembers that the current pod failed; it is not tried again.</summary>
    public void Exclude() => _tried[_triedCount++] = Pod!.Name;

    /// <summary>The gate waits for more of the client's body.</summary>
    public void ClientsTurn() => _stop.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>The pod has all there is.</summary>
    public void PodsTurn()
    {
        if (Answered) return;
        _stop.CancelAfter(_firstByteTimeout);

        // The answer may have begun on another thread meanwhile; then its disarming was undone just now.
        if (Answered) _stop.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        RequestHead.Finish(httpContext, proxyRequest, Client);
        if (IsGrpc && Line.IsSecure) proxyRequest.Headers.Host = null;
        if (!IsGrpc && _body is not null && proxyRequest.Content is { Headers.ContentLength: null } streamed)
            proxyRequest.Content = new FlushedContent(streamed);
        Target = RequestHead.Target(httpContext, destinationPrefix, Pod!.Load);
        proxyRequest.RequestUri = Target;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null) return false;
        Interlocked.Exchange(ref _answered, 1);
        _stop.CancelAfter(Timeout.InfiniteTimeSpan);
        FirstByte = time.GetElapsedTime(_attemptAt);
        StatusCode = (int)proxyResponse.StatusCode;
        var copied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        ResponseHead.Finish(httpContext.Response.Headers, proxyResponse.Headers, Rules, Pod!.Name);
        return copied;
    }

    /// <inheritdoc/>
    public override async ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        await base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
        ResponseHead.FinishTrailers(httpContext, Rules);
        Whole = true;
    }

    /// <summary>Lets go of the request, so that another may be taken up.</summary>
    public void Reset()
    {
        _body?.Release();
        _body = null;
        Array.Clear(_tried);
        _triedCount = 0;
        Context = null!;
        Rules = null!;
        Pod = null;
        Channel = null;
        Line = null!;
        Target = null;
        WasRepeated = false;
        if (!_stop.TryReset()) RenewStop();
    }

    public void Dispose()
    {
        _closing.Dispose();
        _stop.Dispose();
    }

    private static bool IsGrpcType(string? type) =>
        type is not null && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) && (type.Length == 16 || type[16] is '+' or ';');

    private void RenewStop()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    private void OnClosing()
    {
        _closedByGate = true;
        _stop.Cancel();
    }
}
