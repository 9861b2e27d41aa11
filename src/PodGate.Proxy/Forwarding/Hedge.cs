namespace PodGate.Proxy.Forwarding;

/// <summary>
/// Sends a safe request to a second pod as well when the first keeps it waiting, and returns the answer whose head comes first. Made for
/// one request, and only where hedging is switched on.
/// </summary>
/// <remarks>
/// Each attempt has its own end: the one that loses is cancelled and counted out in the background, and gives no signal, unless it had
/// failed by itself. Whatever ends the winner ends the forwarding of its answer.
/// </remarks>
internal sealed class Hedge(Exchange exchange, TimeSpan after, TimeProvider time) : HttpMessageInvoker(Nothing.Instance, disposeHandler: false)
{
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenRegistration _winner;

    /// <summary>Ends the forwarding of the answer that was chosen.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Sends, and waits for the first head of an answer.</summary>
    /// <param name="request">The request, made for the exchange's current attempt.</param>
    /// <param name="cancellationToken">The client went away.</param>
    public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var first = new Racer(exchange.Current, () => request, cancellationToken);
        if (await first.IsDoneWithinAsync(after, time, cancellationToken) || exchange.BeginSecond() is not { } attempt) return await WinAsync(first);

        var second = new Racer(attempt, () => Copy(request, attempt), cancellationToken);
        var ahead = await Task.WhenAny(first.Sending, second.Sending) == first.Sending ? first : second;
        var behind = ReferenceEquals(ahead, first) ? second : first;
        if (!ahead.HasAnswer)
        {
            await behind.DoneAsync();
            if (behind.HasAnswer) (ahead, behind) = (behind, ahead);
            else (ahead, behind) = (first, second);
        }

        // Its failure, when it failed before the other answered, is a word about its pod like any other.
        if (behind.Failure is { } failure) exchange.Failed(behind.Attempt, failure);
        exchange.Current = ahead.Attempt;
        _ = behind.LoseAsync();
        return await WinAsync(ahead);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _winner.Dispose();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<HttpResponseMessage> WinAsync(Racer racer)
    {
        try
        {
            var answer = await racer.Sending;
            _winner = racer.Attempt.Stop.UnsafeRegister(static stop => ((CancellationTokenSource)stop!).Cancel(), _stop);
            return answer;
        }
        finally
        {
            racer.Dispose();
        }
    }

    /// <summary>The same request once more. It has no content but, at most, headers of one.</summary>
    private HttpRequestMessage Copy(HttpRequestMessage request, Attempt attempt)
    {
        attempt.Target = RequestHead.Target(exchange.Context, attempt.Line.Prefix, attempt.Pod!.Load);
        var copy = new HttpRequestMessage(request.Method, attempt.Target) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var header in request.Headers.NonValidated) copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
        if (!exchange.Context.Request.Host.HasValue) copy.Headers.Host = attempt.Line.Authority;
        if (request.Content is null) return copy;
        copy.Content = new ByteArrayContent([]);
        foreach (var header in request.Content.Headers.NonValidated) copy.Content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        return copy;
    }

    /// <summary>One of the two that run.</summary>
    private sealed class Racer : IDisposable
    {
        private readonly CancellationTokenSource _stop;

        public Racer(Attempt attempt, Func<HttpRequestMessage> request, CancellationToken cancel)
        {
            Attempt = attempt;
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, attempt.Stop);
            Sending = SendAsync(attempt, request, _stop.Token);
        }

        public Attempt Attempt { get; }

        public Task<HttpResponseMessage> Sending { get; }

        public bool HasAnswer => Sending.IsCompletedSuccessfully;

        /// <summary>What went wrong; null as long as it runs, or when it was just not waited for.</summary>
        public Exception? Failure =>
            Sending.IsFaulted ? Sending.Exception.InnerException : Sending.IsCanceled && Attempt.IsOverdue ? new TimeoutException() : null;

        public async Task<bool> IsDoneWithinAsync(TimeSpan after, TimeProvider time, CancellationToken cancel)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(Sending, Task.Delay(after, time, enough.Token));
            await enough.CancelAsync();
            return Sending.IsCompleted || cancel.IsCancellationRequested;
        }

        /// <summary>Waits for its end, whatever that is.</summary>
        public async Task DoneAsync() => await Sending.ContinueWith(static sending => _ = sending.Exception, TaskScheduler.Default);

        /// <summary>Ends it, waits until that is done, and counts it out.</summary>
        public async Task LoseAsync()
        {
            Attempt.GiveUp();
            await DoneAsync();
            if (HasAnswer) (await Sending).Dispose();
            Attempt.End();
            Attempt.Dispose();
            Dispose();
        }

        public void Dispose() => _stop.Dispose();

        private static async Task<HttpResponseMessage> SendAsync(Attempt attempt, Func<HttpRequestMessage> request, CancellationToken cancel)
        {
            var sending = attempt.Line.Invoker.SendAsync(request(), cancel);
            attempt.HandedOver(sending.IsCompleted);
            return await sending;
        }
    }

    /// <summary>Nothing is ever sent through the base class.</summary>
    private sealed class Nothing : HttpMessageHandler
    {
        public static readonly Nothing Instance = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
