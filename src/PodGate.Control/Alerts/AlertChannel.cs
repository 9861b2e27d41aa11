using Microsoft.Extensions.Logging;
using PodGate.Control.Alerts.Channels;
using PodGate.Control.Configuration;
using PodGate.Control.Probing;
using Polly;

namespace PodGate.Control.Alerts;

/// <summary>
/// Sends what waits for one channel, one alert after the other. A receiver that is slow, down or hangs holds up this channel and nothing else.
/// </summary>
internal sealed class AlertChannel : IAsyncDisposable
{
    private static readonly ResiliencePropertyKey<Alert> AlertKey = new("alert");

    private readonly Outbox _outbox;
    private readonly IAlertSender _sender;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline<DeliveryOutcome> _pipeline;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _leave = new();
    private Task _sending = Task.CompletedTask;
    private Task? _leaving;
    private volatile Trouble? _trouble;
    private bool _isStarted;
    private long _sent;
    private long _failed;
    private long _dropped;

    internal AlertChannel(
        string name, ChannelSettings settings, Outbox outbox, IAlertSender sender, TimeProvider time, Func<double> chance, ILogger logger)
    {
        (Name, Settings, _outbox, _sender, _time, _logger) = (name, settings, outbox, sender, time, logger);
        _wake = new WakeSignal(time);
        _pipeline = AlertDelivery.NewPipeline(time, chance, sender.Timeout, IsWorthIt, NoteRetry);
    }

    internal string Name { get; }

    internal ChannelSettings Settings { get; }

    /// <summary>What waits, in the order in which it was raised. Touched under the outbox's lock only.</summary>
    internal LinkedList<OutboxItem> Waiting { get; private set; } = new();

    /// <summary>Takes up what was found in the journal.</summary>
    internal void TakeUp(IEnumerable<OutboxItem> found) => Waiting = new LinkedList<OutboxItem>(found);

    /// <summary>Goes on where the channel of the same name was, before its settings changed.</summary>
    internal void TakeOver(AlertChannel before)
    {
        Waiting = before.Waiting;
        (_sent, _failed, _dropped) = (Interlocked.Read(ref before._sent), Interlocked.Read(ref before._failed), before._dropped);
    }

    internal void Start()
    {
        _isStarted = true;
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>There may be something to send.</summary>
    internal void Wake() => _wake.Call();

    internal void CountDropped() => _dropped++;

    internal ChannelReading Read(DateTimeOffset now) => new(
        Name, Interlocked.Read(ref _sent), Interlocked.Read(ref _failed), _dropped, Queued(now), _trouble?.Since, _trouble?.Why);

    /// <summary>How many wait that are due.</summary>
    internal int Queued(DateTimeOffset now) =>
        Settings.After is { } after ? Waiting.Count(item => item.Alert.Resolved || item.Alert.At + after <= now) : Waiting.Count;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(LeaveAsync());

    /// <summary>Ends at once; what is being tried is tried no more.</summary>
    internal Task LeaveAsync() => _leaving ??= EndAsync();

    /// <summary>Ends after one last attempt at each alert that waits, in order, as long as the receiver takes them.</summary>
    /// <param name="isHeld">True: nothing more is sent.</param>
    /// <param name="end">No attempt lasts longer.</param>
    internal async Task StopAsync(bool isHeld, CancellationToken end)
    {
        await _leave.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        while (_isStarted && !isHeld && !end.IsCancellationRequested && _outbox.Next(this).Item is { } item)
        {
            if (!await TryLastAsync(item, end).ConfigureAwait(false)) break;
        }

        await LeaveAsync().ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        await _leave.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        _sender.Dispose();
        _wake.Dispose();
    }

    private async Task SendAllAsync()
    {
        try
        {
            var repeated = _time.GetTimestamp();
            while (true)
            {
                _leave.Token.ThrowIfCancellationRequested();
                var (item, wait) = _outbox.Next(this);
                if (item is not null)
                {
                    await DeliverAsync(item).ConfigureAwait(false);
                    continue;
                }

                var rest = _sender.Repeat is { } every ? every - _time.GetElapsedTime(repeated) : Timeout.InfiniteTimeSpan;
                if (_sender.Repeat is not null && rest <= TimeSpan.Zero)
                {
                    repeated = _time.GetTimestamp();
                    await RepeatAsync().ConfigureAwait(false);
                    continue;
                }

                if (wait is { } until && (rest < TimeSpan.Zero || until < rest)) rest = until;
                await _wake.SleepAsync(rest, _leave.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_leave.IsCancellationRequested)
        {
            // Because the channel ends; what waits stays where it is.
        }
    }

    /// <summary>Delivers one alert, or gives it up.</summary>
    private async Task DeliverAsync(OutboxItem item)
    {
        var context = ResilienceContextPool.Shared.Get(_leave.Token);
        try
        {
            context.Properties.Set(AlertKey, item.Alert);
            var attempts = 0;
            var outcome = await _pipeline.ExecuteOutcomeAsync(
                async (attempt, self) =>
                {
                    attempts++;
                    try
                    {
                        return Outcome.FromResult(await self._sender.SendAsync(self._outbox.MessageOf(item), attempt.CancellationToken).ConfigureAwait(false));
                    }
                    catch (Exception error)
                    {
                        return Outcome.FromException<DeliveryOutcome>(error);
                    }
                },
                context,
                this).ConfigureAwait(false);
            if (outcome.Exception is OperationCanceledException && _leave.IsCancellationRequested) return;
            Conclude(item, AlertDelivery.Of(outcome, _sender.Timeout) ?? Unexpected(item, outcome.Exception), attempts);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>True when the next one may be tried.</summary>
    private async Task<bool> TryLastAsync(OutboxItem item, CancellationToken end)
    {
        try
        {
            var outcome = await _sender.SendAsync(_outbox.MessageOf(item), end).ConfigureAwait(false);
            if (outcome is { Why: not null, Again: true }) return false;
            Conclude(item, outcome, 1);
            return true;
        }
        catch (Exception error) when (error is OperationCanceledException || AlertDelivery.Of(error, _sender.Timeout) is not null)
        {
            // It stays in the journal for the next start.
            return false;
        }
    }

    /// <summary>Tells a receiver that forgets what stands. One that does not hear it now is told again soon.</summary>
    private async Task RepeatAsync()
    {
        var standing = _outbox.StandingOn(Name);
        if (standing.Count == 0) return;
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(_leave.Token);
        using var end = _time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), bounded, _sender.Timeout, Timeout.InfiniteTimeSpan);
        DeliveryOutcome? outcome;
        try
        {
            outcome = await _sender.RepeatAsync(standing, bounded.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_leave.IsCancellationRequested)
        {
            outcome = new DeliveryOutcome($"no answer within {_sender.Timeout.TotalSeconds} s", Again: true);
        }
        catch (Exception error) when (AlertDelivery.Of(error, _sender.Timeout) is not null)
        {
            outcome = AlertDelivery.Of(error, _sender.Timeout);
        }

        Note(outcome!);
    }

    private void Conclude(OutboxItem item, DeliveryOutcome outcome, int attempts)
    {
        Note(outcome);
        if (outcome.Why is null)
        {
            Interlocked.Increment(ref _sent);
            AlertLog.Sent(_logger, item.Alert.Id, item.Alert.Kind, Name, _sender.Receiver, attempts);
            _outbox.Conclude(this, item, Delivery.Sent);
            return;
        }

        Interlocked.Increment(ref _failed);
        AlertLog.Failed(_logger, item.Alert.Id, item.Alert.Kind, item.Alert.Sentence, Name, _sender.Receiver, outcome.Why);
        _outbox.Conclude(this, item, Delivery.GivenUp);
    }

    /// <summary>One alert that cannot be sent must not keep the others from being sent.</summary>
    private DeliveryOutcome Unexpected(OutboxItem item, Exception? error)
    {
        AlertLog.Threw(_logger, error, item.Alert.Id, Name);
        return new DeliveryOutcome($"it failed in a way that nobody expected: {error?.Message}");
    }

    /// <summary>Whether the receiver is there. One that refuses an alert for its content is.</summary>
    private void Note(DeliveryOutcome outcome) =>
        _trouble = outcome is { Why: { } why, Again: true } ? new Trouble(_trouble?.Since ?? _time.GetUtcNow(), why) : null;

    private bool IsWorthIt(ResilienceContext context) =>
        context.Properties.GetValue(AlertKey, null!) is { } alert && _time.GetUtcNow() - alert.At < _outbox.KeepTrying;

    private void NoteRetry(ResilienceContext context, DeliveryOutcome outcome, int attempt, TimeSpan pause)
    {
        Note(outcome);
        var alert = context.Properties.GetValue(AlertKey, null!);
        AlertLog.Retrying(_logger, alert.Id, Name, _sender.Receiver, outcome.Why!, attempt, Math.Round(pause.TotalSeconds, 1));
    }

    private sealed record Trouble(DateTimeOffset Since, string Why);
}
