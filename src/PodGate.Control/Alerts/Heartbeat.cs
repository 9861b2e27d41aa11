using Microsoft.Extensions.Logging;
using PodGate.Control.Alerts.Channels;
using PodGate.Control.Configuration;
using PodGate.Control.Probing;

namespace PodGate.Control.Alerts;

/// <summary>
/// Asks an address again and again, so that somebody outside notices when the gate itself has gone silent. One that is missed is not made up for: the next one
/// is due soon.
/// </summary>
public sealed class Heartbeat : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AlertPost _post;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stop = new();
    private volatile AlertSettings _settings = new();
    private Task _beating = Task.CompletedTask;
    private bool _isMissed;

    /// <summary>Makes one that is still.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public Heartbeat(TimeProvider time, ILogger<Heartbeat> logger)
    {
        (_time, _logger) = (time, logger);
        _post = new AlertPost(time);
        _wake = new WakeSignal(time);
    }

    /// <summary>The newest entry of the audit trail, which each beat carries. <value>Default: none is known.</value></summary>
    public Func<AuditHead?> Audit { get; init; } = () => null;

    /// <summary>Puts settings into force; the next beat is due at once.</summary>
    /// <param name="settings">The alerts' settings.</param>
    public void Apply(AlertSettings settings)
    {
        _settings = settings;
        _wake.Call();
    }

    /// <summary>Begins to beat.</summary>
    public void Start() => _beating = Task.Run(BeatAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        _post.Dispose();
        _wake.Dispose();
        _stop.Dispose();
    }

    private async Task BeatAsync()
    {
        try
        {
            // Settings that came before the start have called already, so that the first beat is due at once, and only one.
            var rest = Timeout.InfiniteTimeSpan;
            while (true)
            {
                await _wake.SleepAsync(rest, _stop.Token).ConfigureAwait(false);
                var settings = _settings;
                if (settings.HeartbeatUrl is { } url) await BeatAsync(url).ConfigureAwait(false);
                rest = settings.HeartbeatUrl is null ? Timeout.InfiniteTimeSpan : settings.HeartbeatInterval;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Because the gate stops: from now on silence is meant.
        }
    }

    private async Task BeatAsync(Uri url)
    {
        string? why;
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var end = _time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), bounded, AlertPost.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            why = (await _post.GetAsync(url, Audit(), bounded.Token).ConfigureAwait(false)).Why;
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            why = $"no answer within {AlertPost.Timeout.TotalSeconds} s";
        }
        catch (Exception error) when (AlertDelivery.Of(error, AlertPost.Timeout) is { } outcome)
        {
            why = outcome.Why;
        }

        if (why is not null && !_isMissed) AlertLog.HeartbeatMissed(_logger, url.Host, why);
        if (why is null && _isMissed) AlertLog.HeartbeatBack(_logger, url.Host);
        _isMissed = why is not null;
    }
}
