using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PodGate.Proxy.Affinity;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Farewells;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Turnstiles;
using Yarp.ReverseProxy.Forwarder;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// One request and its attempts, from arrival to end. It is YARP's transformer too, since that is called at just the moments that
/// matter: before the head goes out, when an answer begins, and when it is whole. Pooled; one at a time uses it.
/// </summary>
internal sealed class Exchange : HttpTransformer, IDisposable
{
    /// <summary>A body of so many bytes mostly comes with its head.</summary>
    private const int OnePiece = 2048;

    private readonly TimeProvider _time;
    private readonly Picker _picker;
    private readonly Reporter _reporter;
    private readonly WatchedAnswer _answer = new();
    private readonly TriedPods _tried = new();
    private WatchedBody? _body;
    private Hedge? _hedge;
    private TimeSpan _firstByteTimeout;
    private volatile bool _races;
    private volatile LongConnection? _long;

    // Odd while a request is taken up; who reads it before and after a look knows whether it was one and the same.
    private int _turn;

    public Exchange(TimeProvider time, Picker picker, Reporter reporter)
    {
        _time = time;
        _picker = picker;
        _reporter = reporter;
        Current = new Attempt(this, time);
        Turns = new Turns(time);
    }

    /// <summary>Where it is in the list of all exchanges; the pool's.</summary>
    public int Place { get; set; }

    /// <summary>What it has become, if that may go on for hours; else null. Any thread may ask.</summary>
    public LongConnection? Long => _long;

    /// <summary>The request.</summary>
    public HttpContext Context { get; private set; } = null!;

    /// <summary>What it goes by, from its first to its last moment.</summary>
    public Rules Rules { get; private set; } = null!;

    /// <summary>When it arrived.</summary>
    public long ArrivedAt { get; private set; }

    /// <summary>Whose it is.</summary>
    public Client Client { get; private set; }

    /// <summary>The client's slot.</summary>
    public int Slot { get; set; }

    /// <summary>Whether it is gRPC: HTTP/2 to the pod, and no first-byte timeout, since a stream may be silent for long.</summary>
    public bool IsGrpc { get; private set; }

    /// <summary>Whether it may be repeated although a pod may have executed it.</summary>
    public bool IsRepeatable { get; private set; }

    /// <summary>Whether it was repeated so already, after an answer or a broken connection; that is done once.</summary>
    public bool WasRepeated { get; set; }

    /// <summary>The attempt whose answer counts; the last one when there is none any more.</summary>
    public Attempt Current { get; set; }

    /// <summary>Where it waits for a pod that has all it can do.</summary>
    public Turns Turns { get; }

    /// <summary>Names of the pods that are not to be tried again.</summary>
    public ReadOnlySpan<string> Tried => _tried.Names;

    /// <summary>Whether another pod may be tried.</summary>
    public bool MayTryAnother => _tried.MayTryAnother;

    /// <summary>What went wrong in the current attempt, or null.</summary>
    public Exception? Failure => Context.Features.Get<IForwarderErrorFeature>()?.Exception;

    /// <summary>Takes a request up.</summary>
    public void Begin(HttpContext context, Rules rules, in Client client, long arrivedAt)
    {
        Context = context;
        Rules = rules;
        Client = client;
        var request = context.Request;
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;
        IsRepeatable = !hasBody && RequestHead.IsSafe(request.Method);
        IsGrpc = IsGrpcType(request.ContentType) && !HttpProtocol.IsHttp11(request.Protocol) && !HttpProtocol.IsHttp10(request.Protocol);
        _firstByteTimeout = IsGrpc ? Timeout.InfiniteTimeSpan : rules.Settings.FirstByteTimeout;
        ArrivedAt = arrivedAt;
        if (hasBody)
        {
            _body = new WatchedBody(request.Body, this, gathers: request.ContentLength is null or > OnePiece);
            request.Body = _body;
        }

        Volatile.Write(ref _turn, _turn + 1);
    }

    /// <summary>What runs on a pod here at this moment, or null. Any thread may ask, and the request does not notice.</summary>
    public OpenConnection? Look()
    {
        var turn = Volatile.Read(ref _turn);
        if (turn % 2 == 0) return null;
        var (attempt, longer, client, arrivedAt) = (Current, _long, Client.Address, ArrivedAt);
        var pod = Turns.Waiter is null ? attempt.Pod?.Name : null;
        var kind = longer?.Kind ?? (IsGrpc ? ConnectionKind.Grpc : _body is not null && !attempt.Answered ? ConnectionKind.Upload : ConnectionKind.Request);
        var now = _time.GetTimestamp();
        var idle = longer?.Idle ?? _time.GetElapsedTime(Math.Min(now, attempt.MovedAt), now);
        var (toClient, toPod) = (attempt.ToClient + (longer?.ToClient ?? 0), attempt.ToPod + (longer?.ToPod ?? 0));
        Interlocked.MemoryBarrier();
        return pod is null || Volatile.Read(ref _turn) != turn
            ? null
            : new OpenConnection(pod, kind, client, _time.GetElapsedTime(arrivedAt, now), idle, toClient, toPod, longer?.Told == true);
    }

    /// <summary>Begins an attempt at the pod that was picked.</summary>
    public void Begin(Attempt attempt, in Pick pick) => attempt.Begin(pick, _firstByteTimeout);

    /// <summary>Begins a second attempt beside the current one, if there is another pod that has room and the budget allows; else null.</summary>
    public Attempt? BeginSecond()
    {
        if (!MayRepeat()) return null;

        // From here on the current attempt is not moved away: it has company.
        _races = true;
        Exclude();
        if (_picker.CountIn(this, mayWait: false) is not { } pick)
        {
            _races = false;
            return null;
        }

        var second = new Attempt(this, _time);
        Begin(second, pick);
        return second;
    }

    /// <summary>The second attempt's way to send when the request is to be hedged; else null. Ends with the attempt.</summary>
    public Hedge? BeginHedge()
    {
        if (Rules.Settings.HedgeAfter is not { } after || !IsRepeatable || Context.Request.Headers.Upgrade.Count > 0) return null;
        return _hedge = new Hedge(this, after, _time);
    }

    /// <summary>Whether the request may be executed once more, by another pod than the current one; if so, takes it out of the budget.</summary>
    public bool MayRepeat()
    {
        var spent = _tried.With(Current.Pod!.Name);
        return IsRepeatable && spent.Length < TriedPods.Most && _picker.MayRepeat(this, spent);
    }

    /// <summary>
    /// Whether the waiting request is to be sent to another pod, since its own leaves the traffic; takes it out of the budget. Called on
    /// another thread, while the attempt runs.
    /// </summary>
    public bool MayMoveAway() => !_races && MayRepeat();

    /// <summary>An attempt that is not the current one failed by itself.</summary>
    public void Failed(Attempt attempt, Exception failure)
    {
        if (Verdicts.OfFailure(this, attempt, failure).Outcome is { } outcome) _reporter.Ended(attempt, Slot, outcome);
        _tried.Add(attempt.Pod!.Name);
    }

    /// <summary>The current attempt is over, however it ended.</summary>
    public void EndAttempt()
    {
        _answer.Unwatch(Context);
        if (_long is { } connection)
        {
            // Who closes it at this moment must not close what comes after it.
            lock (connection) _long = null;
        }

        Current.End();
        _hedge?.Dispose();
        _hedge = null;
        _races = false;
    }

    /// <summary>Clears away what the failed attempt left in the response, for another one. Nothing of it has gone out.</summary>
    public void ClearAttempt()
    {
        Context.Response.Clear();
        Context.Features.Set<IForwarderErrorFeature>(null);
    }

    /// <summary>Closes a long-lived connection that was asked to end and does not, if it is still this one. Any thread may call it.</summary>
    public void Close(LongConnection connection)
    {
        lock (connection)
        {
            if (_long == connection) Current.Close();
        }
    }

    /// <summary>Remembers that the current pod is not to be tried again.</summary>
    public void Exclude() => _tried.Add(Current.Pod!.Name);

    /// <inheritdoc/>
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        RequestHead.Finish(httpContext, proxyRequest, Client);
        if (IsGrpc && Current.Line.IsSecure) proxyRequest.Headers.Host = null;
        else if (!httpContext.Request.Host.HasValue) proxyRequest.Headers.Host = Current.Line.Authority;
        if (!IsGrpc && _body is not null && proxyRequest.Content is { Headers.ContentLength: null } streamed)
            proxyRequest.Content = new FlushedContent(streamed);
        Current.Target = RequestHead.Target(httpContext, destinationPrefix, Current.Pod!.Load);
        proxyRequest.RequestUri = Current.Target;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null) return false;
        var attempt = Current;
        var status = (int)proxyResponse.StatusCode;
        var isLong = IsGrpc || ResponseHead.IsLong(proxyResponse);
        if (!attempt.Answers(status, isLong ? Timeout.InfiniteTimeSpan : Rules.Settings.IdleTimeout, isLong))
            throw new OperationCanceledException("The request was moved away before the answer began.");

        // Decided before the answer is dropped: if there is no other pod, or no budget, it is the best that can be had.
        if (status >= 500 && !WasRepeated && Rules.Settings.RetryStatuses.Contains(status) && MayRepeat())
        {
            WasRepeated = true;
            attempt.Dropped = true;
            return false;
        }

        var copied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        ResponseHead.Finish(httpContext.Response.Headers, proxyResponse.Headers, Rules, attempt.Pod!.Name);
        if (isLong) Follow(httpContext, proxyResponse, attempt);
        else _answer.Watch(httpContext, attempt);
        return copied;
    }

    /// <inheritdoc/>
    public override async ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        await base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
        ResponseHead.FinishTrailers(httpContext, Rules);
        if (IsGrpc && _long?.Told == true) ResponseHead.SayUnavailable(httpContext);
        Current.IsWhole();
    }

    /// <summary>Lets go of the request, so that another may be taken up.</summary>
    public void Reset()
    {
        // Even, whatever it was; and what follows is not seen before.
        Interlocked.Exchange(ref _turn, (_turn | 1) + 1);
        _body?.Release();
        _body = null;
        _tried.Clear();
        Turns.Reset();
        Context = null!;
        Rules = null!;
        WasRepeated = false;
        Current.Forget();
    }

    public void Dispose()
    {
        _hedge?.Dispose();
        _answer.Dispose();
        Current.Dispose();
    }

    private static bool IsGrpcType(string? type) =>
        type is not null && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) && (type.Length == 16 || type[16] is '+' or ';');

    /// <summary>An answer begins that may go on for hours: it is told what it carries, and how to end it when its pod has to give it up.</summary>
    private void Follow(HttpContext context, HttpResponseMessage answer, Attempt attempt)
    {
        attempt.LeavePlace();
        _reporter.Began(attempt, Slot);
        var connection = new LongConnection(attempt.Channel!, Client.Address, Slot, ResponseHead.KindOf(answer, IsGrpc), _picker.Use, _time);
        if (connection.Kind is ConnectionKind.WebSocket or ConnectionKind.Upgraded)
        {
            new UpgradeFeatures(context.Features, connection).Watch();
            if (attempt.Target is UpgradeTarget { Connection: { } taken }) answer.Content = TakenConnection.From(taken, answer.Content);
        }
        else answer.Content = new EndingContent(answer.Content, connection, IsGrpc || ResponseHead.MayEnd(context.Request.Method, answer.Content));
        _long = connection;
    }
}
