using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Polly;

namespace PodGate.Control.Alerts;

/// <summary>
/// Posts alerts to one webhook, as JSON, one after another in the order in which they were raised. Raising never waits: alerts queue in memory, and when
/// too many wait the oldest goes. All public members may be called from any thread.
/// </summary>
public sealed class WebhookAlerts : IAsyncDisposable
{
    /// <summary>The most alerts that wait.</summary>
    public const int QueueLimit = 1_000;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private static readonly ResiliencePropertyKey<Alert> AlertKey = new("alert");

    private readonly TimeProvider _time;
    private readonly ILogger<WebhookAlerts> _logger;
    private readonly Channel<Alert> _queue;
    private readonly ResiliencePipeline<DeliveryOutcome> _pipeline;
    private readonly WebhookPost _post;
    private readonly Task _sending;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _lock = new();
    private CancellationTokenSource _changed = new();
    private Uri? _webhook;
    private Task? _disposing;
    private long _sent;
    private long _failed;
    private long _dropped;
    private int _inHand;

    /// <summary>Starts the sender.</summary>
    /// <param name="gate">The gate's name or id; every alert carries it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Randomness from 0 up to 1, for jitter.</param>
    /// <param name="logger">The log.</param>
    public WebhookAlerts(string gate, TimeProvider time, Func<double> chance, ILogger<WebhookAlerts> logger)
    {
        _time = time;
        _logger = logger;
        _queue = Channel.CreateBounded<Alert>(
            new BoundedChannelOptions(QueueLimit) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            alert => Drop(alert, $"more than {QueueLimit} alerts wait"));
        _pipeline = AlertDelivery.NewPipeline(time, chance, LogRetry);
        _post = new WebhookPost(gate, time, () => Audit());
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>The newest entry of the audit trail, which each alert carries; called on the sender's thread. <value>Default: none is known.</value></summary>
    public Func<AuditHead?> Audit { get; init; } = () => null;

    /// <summary>
    /// Where alerts go; null: nowhere, and what waits is dropped. May be changed at any time: an alert that is being tried at the old
    /// address goes on to the new one at once.
    /// </summary>
    public Uri? Webhook
    {
        get
        {
            lock (_lock)
            {
                return _webhook;
            }
        }

        set
        {
            CancellationTokenSource old;
            lock (_lock)
            {
                if (_webhook == value) return;
                _webhook = value;
                old = _changed;
                _changed = new CancellationTokenSource();
            }

            old.Cancel();
        }
    }

    /// <summary>What became of the alerts so far.</summary>
    public AlertCounts Counts => new(
        Interlocked.Read(ref _sent), Interlocked.Read(ref _failed), Interlocked.Read(ref _dropped), _queue.Reader.Count + Volatile.Read(ref _inHand));

    /// <summary>Queues an alert. Returns at once; nothing happens while there is no <see cref="Webhook"/>.</summary>
    /// <param name="alert">What people must hear of.</param>
    /// <exception cref="ArgumentException">The id is empty, longer than 200 characters or not visible ASCII.</exception>
    public void Raise(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.Id.Length is 0 or > 200 || alert.Id.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("The id of an alert must be 1 to 200 visible ASCII characters.", nameof(alert));
        if (Webhook is null) AlertLog.NoReceiver(_logger, alert.Id, alert.Kind);
        else if (!_queue.Writer.TryWrite(alert)) Drop(alert, "the gate is stopping");
    }

    /// <summary>Stops within 5 s: what waits is tried one last time, in order; what is then left is dropped and logged.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _disposing ??= StopAsync();
            return new ValueTask(_disposing);
        }
    }

    private async Task StopAsync()
    {
        _queue.Writer.TryComplete();
        using var end = _time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), _stopped, StopLimit, Timeout.InfiniteTimeSpan);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        _post.Dispose();
    }

    private async Task SendAllAsync()
    {
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_queue.Reader.TryRead(out var alert))
            {
                Volatile.Write(ref _inHand, 1);
                try
                {
                    await DeliverAsync(alert).ConfigureAwait(false);
                }
                catch (Exception error)
                {
                    // One alert that cannot be sent must not keep the others from being sent.
                    Interlocked.Increment(ref _failed);
                    AlertLog.Threw(_logger, error, alert.Id);
                }

                Volatile.Write(ref _inHand, 0);
            }
        }
    }

    /// <summary>Delivers one alert, or gives it up. Begins anew when the address changes, and with one last attempt when the gate stops.</summary>
    private async Task DeliverAsync(Alert alert)
    {
        while (true)
        {
            Uri? webhook;
            CancellationToken changed;
            lock (_lock)
            {
                webhook = _webhook;
                changed = _changed.Token;
            }

            if (webhook is null)
            {
                Drop(alert, "the webhook was taken out of the configuration");
                return;
            }

            var last = _stopping.IsCancellationRequested;
            try
            {
                var outcome = last
                    ? await LastAttemptAsync(alert, webhook).ConfigureAwait(false)
                    : await TryAsync(alert, webhook, changed).ConfigureAwait(false);
                Conclude(alert, webhook, outcome);
                return;
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested || last)
            {
                Drop(alert, "the gate stopped before it could be delivered");
                return;
            }
            catch (OperationCanceledException) when (changed.IsCancellationRequested || _stopping.IsCancellationRequested)
            {
                // Again, to the new address or for the last time.
            }
        }
    }

    private async Task<(DeliveryOutcome Outcome, int Attempts)> TryAsync(Alert alert, Uri webhook, CancellationToken changed)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(changed, _stopping.Token);
        var context = ResilienceContextPool.Shared.Get(either.Token);
        try
        {
            context.Properties.Set(AlertKey, alert);
            var attempts = 0;
            var outcome = await _pipeline.ExecuteOutcomeAsync(
                async (attempt, self) =>
                {
                    attempts++;
                    try
                    {
                        return Outcome.FromResult(await self._post.SendAsync(alert, webhook, attempt.CancellationToken).ConfigureAwait(false));
                    }
                    catch (Exception error)
                    {
                        return Outcome.FromException<DeliveryOutcome>(error);
                    }
                },
                context,
                this).ConfigureAwait(false);
            if (AlertDelivery.Of(outcome) is { } known) return (known, attempts);
            outcome.ThrowIfException();
            throw new InvalidOperationException("A delivery ended without outcome.");
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<(DeliveryOutcome Outcome, int Attempts)> LastAttemptAsync(Alert alert, Uri webhook)
    {
        try
        {
            return (await _post.SendAsync(alert, webhook, _stopped.Token).ConfigureAwait(false), 1);
        }
        catch (Exception error) when (AlertDelivery.Of(error) is not null)
        {
            return (AlertDelivery.Of(error)!, 1);
        }
    }

    private void Conclude(Alert alert, Uri webhook, (DeliveryOutcome Outcome, int Attempts) result)
    {
        if (result.Outcome.Why is null)
        {
            Interlocked.Increment(ref _sent);
            AlertLog.Sent(_logger, alert.Id, alert.Kind, webhook.Host, result.Attempts);
            return;
        }

        Interlocked.Increment(ref _failed);
        AlertLog.Failed(_logger, alert.Id, alert.Kind, alert.Sentence, webhook.Host, result.Outcome.Why);
    }

    private void Drop(Alert alert, string why)
    {
        Interlocked.Increment(ref _dropped);
        AlertLog.Dropped(_logger, alert.Id, alert.Kind, alert.Sentence, why);
    }

    private void LogRetry(ResilienceContext context, DeliveryOutcome outcome, int attempt, TimeSpan pause)
    {
        var alert = context.Properties.GetValue(AlertKey, null!);
        AlertLog.Retrying(_logger, alert.Id, Webhook?.Host ?? "", outcome.Why!, attempt, Math.Round(pause.TotalSeconds, 1));
    }
}
