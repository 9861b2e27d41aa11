using System.Diagnostics;
using PodGate.Control.Takeover;

namespace PodGate.Hosting;

// How a gate leaves that another process has taken over from.
internal sealed partial class Gate
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _leaving;

    /// <summary>Completes when this gate has handed over and nothing of it is left.</summary>
    public Task Left => _left.Task;

    /// <summary>Whether another process is the gate now.</summary>
    public bool HasHandedOver => _leaving is not null;

    /// <summary>
    /// Leaves: takes no more connections, ends each with its next answer and the long-lived ones with their goodbye, and is gone when they are, or at the
    /// deadline. Until then it goes by what the other process decides.
    /// </summary>
    private async Task LeaveAsync(TakeoverLine line, Process process, ReadyToTake ready, TimeSpan patience)
    {
        _stops = 1;
        ServiceNotifier.OfProcess().HandedOver(ready.Pid);
        var successor = new Successor(line, _routing, () => _data.Connections, _patience, _time, _logger);
        successor.Begin();
        _duck.Leave();
        _dataListeners.AreShared = _adminListeners.AreShared = true;
        await QuietlyAsync("the listeners", () =>
        {
            _data.LetGo();
            return Task.CompletedTask;
        });
        GateLog.HandedOver(_logger, ready.Pid, ready.Version, _data.Connections, patience.TotalSeconds);
        await _stopping.CancelAsync();
        await QuietlyAsync("the admin port", async () => await _admin.StopAsync(AdminPatience));

        // The other process hears of rolls now; here it would look as if nobody renewed.
        _rolls.Dispose();
        await QuietlyAsync("the configuration's watch", async () => await _watching);
        await QuietlyAsync("what measures", async () => await _measuring.DisposeAsync());
        await QuietlyAsync("the gatekeeper", async () => await _gatekeeper.DisposeAsync());
        await QuietlyAsync("the audit trail", async () => await Task.Run(_audit.Dispose).WaitAsync(AdminPatience, _time));
        await QuietlyAsync("the alerts", TellNoMoreAsync);
        await QuietlyAsync("the journal", async () => await _journal.DisposeAsync());

        _pipeline.LeaveAll(Shorter(_keeper.Current.Fleet.GoodbyeSpread, patience * GoodbyesAtMost));
        patience = await UntilEmptyAsync(patience);
        await QuietlyAsync("the data port", async () => await _data.StopAsync(patience));
        await QuietlyAsync("the statistics", _days.LeaveAsync);
        await QuietlyAsync("the line before", ForgetPredecessorAsync);
        await QuietlyAsync("the line", async () => await successor.DisposeAsync());
        await QuietlyAsync("the ports", async () =>
        {
            await _data.DisposeAsync();
            await _admin.DisposeAsync();
            _pipeline.Dispose();
            _keeper.Dispose();
            _stopping.Dispose();
            process.Dispose();
        });
        GateLog.Left(_logger, ready.Pid);
        _log.Dispose();
        _left.SetResult();
    }

    /// <summary>
    /// Waits until nothing is left, or as long as there is time. Who is told to stop meanwhile waits no longer: what runs has the time that a stop leaves it,
    /// and connections on which nothing runs have none.
    /// </summary>
    /// <returns>How long what is left may take to end.</returns>
    private async Task<TimeSpan> UntilEmptyAsync(TimeSpan patience)
    {
        var begin = _time.GetTimestamp();

        // The one before this one, if it is still there, hears through this one what is decided.
        while (_data.Connections > 0 || _predecessor is { IsThere: true })
        {
            var left = patience - _time.GetElapsedTime(begin);
            if (left <= TimeSpan.Zero)
            {
                GateLog.LeftOver(_logger, _data.Connections, patience.TotalSeconds);
                return TimeSpan.Zero;
            }

            if (_ending.IsCancellationRequested)
            {
                var stop = Shorter(left, _keeper.Current.Stopping.Deadline);
                _pipeline.LeaveAll(Shorter(_keeper.Current.Fleet.GoodbyeSpread, stop * GoodbyesAtMost));
                return stop;
            }

            await Task.Delay(Look, _time);
        }

        return AdminPatience;
    }

    /// <summary>Ends what is under way of a take-over. True when this gate has handed over, and all of it has ended by now.</summary>
    private async Task<bool> HasLeftAsync()
    {
        await _ending.CancelAsync();
        Task? upgrade;
        lock (_upgrades) upgrade = _upgrade;
        if (upgrade is not null) await upgrade.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_leaving is not null) await _leaving;
        return _leaving is not null;
    }

    /// <summary>Last of all that carries requests: until then that process goes by what is decided here, and what runs there counts.</summary>
    private async Task ForgetPredecessorAsync()
    {
        if (_predecessor is not null) await _predecessor.DisposeAsync();
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
