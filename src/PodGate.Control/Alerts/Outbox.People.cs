using PodGate.Control.Journal;

namespace PodGate.Control.Alerts;

// What people ask of it: what stands, that they have seen it, whether alerts arrive, and peace for a while.
public sealed partial class Outbox
{
    /// <summary>How many silences there may be.</summary>
    public const int MostSilences = 100;

    /// <summary>The alerts that stand or wait, and the newest ones that do neither, oldest first.</summary>
    public IReadOnlyList<AlertStanding> List()
    {
        lock (_lock) return [.. _ended.Concat(_items.Values).OrderBy(item => item.Number).Select(StandingOf)];
    }

    /// <summary>Somebody has seen an alert: channels that wait for that are not told of it.</summary>
    /// <param name="id">The alert's id.</param>
    /// <param name="who">Who has seen it.</param>
    /// <returns>The alert after it; null when none of that id stands or waits.</returns>
    public AlertStanding? Acknowledge(string id, string who)
    {
        lock (_lock)
        {
            if (_items.Values.FirstOrDefault(item => item.Alert.Id == id) is not { } item) return null;
            if (item.AcknowledgedAt is null)
            {
                (item.AcknowledgedBy, item.AcknowledgedAt) = (who, _time.GetUtcNow());
                AlertLog.Acknowledged(_logger, id, who);
                _touched.Add(item);
                Write();
                foreach (var channel in _channels.Values) channel.Wake();
            }

            return StandingOf(item);
        }
    }

    /// <summary>Raises an alert that goes to every channel, whatever that takes otherwise.</summary>
    /// <param name="who">Who wants to see it.</param>
    public Alert Test(string who)
    {
        Alert alert;
        lock (_lock)
        {
            alert = new Alert(
                NewId(AlertKinds.Test), AlertKinds.Test, AlertSeverity.Info, Pod: null, Cause: null, $"{who} wants to see whether alerts arrive",
                _time.GetUtcNow());
        }

        Raise(alert);
        return alert;
    }

    /// <summary>The silences in force, by when they end.</summary>
    public IReadOnlyList<Silence> Silences()
    {
        lock (_lock) return [.. _silences.Values.Where(silence => silence.Until > _time.GetUtcNow()).OrderBy(silence => silence.Until)];
    }

    /// <summary>Keeps alerts back for a while. What has been sent already is not taken back.</summary>
    /// <param name="silence">Which ones, for whom, and how long; its id is made here.</param>
    /// <returns>The silence with its id; null when there are too many.</returns>
    public Silence? Add(Silence silence)
    {
        ArgumentNullException.ThrowIfNull(silence);
        lock (_lock)
        {
            if (_silences.Count >= MostSilences) return null;
            silence = silence with { Id = NewId("silence") };
            _number++;
            _silences[silence.Id] = silence;
            AlertLog.Silenced(_logger, silence.Id, silence.Who, silence.Why, silence.Until);
            _ = Record([new OutboxRow(Silence.Prefix + silence.Id, OutboxJson.Write(silence))]);
            return silence;
        }
    }

    /// <summary>Ends a silence; what it kept back and still stands is sent. False when there is none of that id.</summary>
    /// <param name="id">The silence's id.</param>
    /// <param name="who">Who ends it.</param>
    public bool EndSilence(string id, string who)
    {
        lock (_lock)
        {
            if (!_silences.TryGetValue(id, out var silence)) return false;
            AlertLog.SilenceEnded(_logger, id, who);
            Forget(silence);
            LiftSilences(_time.GetUtcNow());
            return true;
        }
    }

    private void Forget(Silence silence)
    {
        _silences.Remove(silence.Id);
        _ = Record([new OutboxRow(Silence.Prefix + silence.Id, null)]);
    }

    private static AlertStanding StandingOf(OutboxItem item) => new(
        item.Alert, item.Stands, item.Over, item.AcknowledgedBy, item.AcknowledgedAt,
        item.To.ToDictionary(to => to.Key, to => to.Value.ToString(), StringComparer.Ordinal));
}
