using PodGate.Control.Configuration;
using PodGate.Control.Journal;
using PodGate.Metrics;

namespace PodGate.Hosting;

// How people are told.
internal sealed partial class Gate
{
    private void TellOf(IJournal journal)
    {
        AlertWiring.Connect(_outbox, _gatekeeper, journal, told => _measuring.Noticed += told, _time);
        AlertWiring.FollowSlots(_outbox, told => _measuring.SlotNoticed += told, _time);
        AlertWiring.Follow(_outbox, _audit, _time);
    }

    private void TellBy(GateConfiguration configuration)
    {
        _outbox.Apply(configuration.Alerts, configuration.Admin.PublicUrl);
        _heartbeat.Apply(configuration.Alerts);
    }

    /// <summary>Once the journal is this gate's own: sends what waits, and what comes.</summary>
    /// <param name="isNew">No other process was the gate until now.</param>
    private void BeginToTell(bool isNew)
    {
        _outbox.Conditions = AlertWiring.Conditions(() => _gatekeeper.View, () => _keeper.LastReload, _certificates.Readings, () => _rolls.Last);
        if (isNew) _outbox.Raise(AlertWiring.OfStart(ProcessMetrics.Version, _time.GetUtcNow()));
        _outbox.Start();
        _heartbeat.Start();
    }

    private async Task TellNoMoreAsync()
    {
        await _heartbeat.DisposeAsync();
        await _outbox.DisposeAsync();
    }
}
