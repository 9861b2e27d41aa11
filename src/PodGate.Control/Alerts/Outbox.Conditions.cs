using System.Globalization;

namespace PodGate.Control.Alerts;

// What holds for a while: it is looked for now and then, and what is not so any more is resolved.
public sealed partial class Outbox
{
    /// <summary>How often it looks. <value>Default 3 s, which is not the length of anything else that is waited for.</value></summary>
    internal TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Which conditions hold at a moment; set by the composition before <see cref="Start"/>. <value>Default none.</value></summary>
    public Func<DateTimeOffset, IEnumerable<AlertCondition>> Conditions { get; set; } = _ => [];

    /// <summary>
    /// At the start: resolves what was raised before and is not so any more. What has ended between a command's entry in the journal and its alert's is found
    /// here too.
    /// </summary>
    /// <param name="isStill">Whether what an alert says is still so, for all that is known now.</param>
    public void Review(Func<Alert, bool> isStill)
    {
        ArgumentNullException.ThrowIfNull(isStill);
        lock (_lock)
        {
            foreach (var item in _standing.Values.Where(item => item.IsFound && !AlertConditions.Kinds.Contains(item.Alert.Kind)).ToList())
            {
                if (!isStill(item.Alert)) Resolve(item, $"it is not so any more since the gate was started: {item.Alert.Sentence}");
            }
        }
    }

    /// <summary>Looks once.</summary>
    internal void Look()
    {
        var now = _time.GetUtcNow();
        var holding = Conditions(now).Concat(Channels.SelectMany(channel => AlertConditions.OfChannel(channel, now))).ToList();
        lock (_lock)
        {
            LiftSilences(now);
            var keys = new HashSet<string>(StringComparer.Ordinal);
            foreach (var condition in holding)
            {
                var alert = new Alert(NewId(condition.Kind), condition.Kind, condition.Severity, condition.Pod, Cause: null, condition.Sentence, now)
                {
                    About = condition.About,
                };
                keys.Add(alert.Key);
                if (_standing.GetValueOrDefault(alert.Key) is { } standing && standing.Stage >= condition.Stage) continue;
                var item = Add(alert, condition.Stage);
                Write();
                Deliver(item);
            }

            foreach (var item in _standing.Values.Where(item => AlertConditions.Kinds.Contains(item.Alert.Kind) && !keys.Contains(item.Alert.Key)).ToList())
                Resolve(item, $"it is over: {item.Alert.Sentence}");
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookInterval, _time, _stopping.Token).ConfigureAwait(false);
                try
                {
                    Look();
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    // What one look cannot digest, the next one says again; alerts of transitions do not depend on it.
                    AlertLog.LookFailed(_logger, error);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Because the gate stops.
        }
    }

    private void Resolve(OutboxItem standing, string sentence)
    {
        var began = standing.Alert;
        var item = Add(
            new Alert(NewId(began.Kind), began.Kind, AlertSeverity.Info, began.Pod, Cause: null, sentence, _time.GetUtcNow(), Resolved: true)
            {
                About = began.About,
            },
            stage: 1);
        Write();
        Deliver(item);
    }

    /// <summary>What was kept back and still stands is sent when the last silence about it is over.</summary>
    private void LiftSilences(DateTimeOffset now)
    {
        foreach (var silence in _silences.Values.Where(silence => silence.Until <= now).ToList()) Forget(silence);
        foreach (var item in _standing.Values.Where(item => item.To.ContainsValue(Delivery.Silenced)).ToList())
        {
            if (_silences.Values.Any(silence => silence.Covers(item.Alert, now))) continue;
            var lifted = item.To.Where(to => to.Value == Delivery.Silenced && _channels.ContainsKey(to.Key)).Select(to => to.Key).ToList();
            foreach (var name in lifted) item.To[name] = Delivery.Waits;
            _touched.Add(item);
            Write();
            lifted.ForEach(name => Enqueue(_channels[name], item));
        }
    }

    private string NewId(string kind) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}-{_time.GetUtcNow().ToUnixTimeMilliseconds()}-{_number + 1}");
}
