using PodGate.Control.Configuration;

namespace PodGate.Hosting;

// How a gate ends.
internal sealed partial class Gate
{
    /// <summary>
    /// Stops in an order of its own: say so, and go on until others have seen it; take no more connections and let what runs finish while everything else
    /// goes on (probes, moves to safety, the admin port); then measure no more; then take no more commands; and last what the others write to.
    /// </summary>
    private async Task StopAsync(StoppingSettings stopping)
    {
        if (Interlocked.Exchange(ref _stops, 1) != 0) return;
        var patience = stopping.Deadline;
        _readiness.IsStopping();
        if (stopping.Grace > TimeSpan.Zero)
        {
            GateLog.Leaving(_logger, stopping.Grace.TotalSeconds);
            var last = Shorter(stopping.Grace, LastOfGrace);
            await Task.Delay(stopping.Grace - last, _time);

            // Kept connections end with an answer as far as that is possible: what is idle is closed below, and a request could be on its way there.
            _duck.Leave();
            await Task.Delay(last, _time);
        }

        GateLog.Stopping(_logger, patience.TotalSeconds);
        await _stopping.CancelAsync();
        _pipeline.LeaveAll(Shorter(_keeper.Current.Fleet.GoodbyeSpread, patience * GoodbyesAtMost));
        await QuietlyAsync("the configuration's watch", async () => await _watching);
        await QuietlyAsync("the data port", async () =>
        {
            if (!await _data.StopAsync(patience) && patience > TimeSpan.Zero) GateLog.Cut(_logger, patience.TotalSeconds);
        });
        await QuietlyAsync("the statistics", async () => await _days.DisposeAsync());
        await QuietlyAsync("the line", ForgetPredecessorAsync);
        await QuietlyAsync("what measures", async () => await _measuring.DisposeAsync());
        await QuietlyAsync("the admin port", StopAdminAsync);
        await QuietlyAsync("the gatekeeper", async () => await _gatekeeper.DisposeAsync());
        await QuietlyAsync("the audit trail", async () => await Task.Run(_audit.Dispose).WaitAsync(AdminPatience, _time));
        await QuietlyAsync("the alerts", TellNoMoreAsync);
        await QuietlyAsync("the journal", async () => await _journal.DisposeAsync());
        await QuietlyAsync("the ports", async () =>
        {
            await _data.DisposeAsync();
            await _admin.DisposeAsync();
            _rates.Dispose();
            _trend.Dispose();
            _rolls.Dispose();
            _pipeline.Dispose();
            _keeper.Dispose();
            _stopping.Dispose();
            _file.Remove();
        });
        GateLog.Stopped(_logger);
        _log.Dispose();
    }

    /// <summary>Whatever one part does when it stops, the others are stopped, too; above all the journal.</summary>
    private async Task QuietlyAsync(string what, Func<Task> stop)
    {
        try
        {
            await stop();
        }
        catch (Exception exception)
        {
            GateLog.StopFailed(_logger, exception, what);
        }
    }
}
