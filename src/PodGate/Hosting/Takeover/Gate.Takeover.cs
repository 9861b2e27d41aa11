using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using PodGate.Control;
using PodGate.Control.Takeover;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.Hosting.Takeover;
using PodGate.Metrics;
using PodGate.Operator;
using PodGate.Operator.Audit;

namespace PodGate.Hosting;

// How a gate takes over from the one that started it, and how it hands over to one that it starts.
internal sealed partial class Gate : IUpgrading
{
    private static readonly TimeSpan MomentToEnd = TimeSpan.FromSeconds(1);

    private readonly TakeoverPatience _patience = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _upgrades = new();
    private Predecessor? _predecessor;
    private Task<UpgradeJson>? _upgrade;
    private volatile bool _handsOver;

    /// <inheritdoc/>
    public bool HandsOver
    {
        get => _handsOver;
        private set => _handsOver = _tokens.HandsOver = _rolls.HandsOver = _audit.HandsOver = value;
    }

    /// <inheritdoc/>
    public TakeoverJson Standing => new(
        Environment.ProcessId,
        ProcessMetrics.Version,
        _predecessor is { IsThere: true } before ? new PredecessorJson(before.Pid, before.Connections) : null);

    /// <inheritdoc/>
    public Task<UpgradeJson> UpgradeAsync(string? path, string who)
    {
        lock (_upgrades)
        {
            if (_upgrade is { IsCompletedSuccessfully: true } || _upgrade is { IsCompleted: false })
            {
                throw new ApiProblem(
                    Microsoft.AspNetCore.Http.StatusCodes.Status409Conflict, "upgrade-under-way", "Another upgrade is under way",
                    "Another upgrade is under way; ask again when it has ended.") { Kind = "Takeover" };
            }

            return _upgrade = Task.Run(() => HandOverAsync(path, who));
        }
    }

    /// <summary>What runs on pods in the process that is taken over from. Until that has said more, something may be on its way to each of them.</summary>
    private static Dictionary<string, PodLoad>? LoadsOf(HandedOver? handed) => handed?.Fleet.Pods.Select(pod => pod.Name).Union(handed.Loads.Keys).ToDictionary(
        name => name, name => new PodLoad { Elsewhere = handed.Loads.GetValueOrDefault(name), UnsentElsewhere = 1 }, StringComparer.Ordinal);

    private static void RequireClaimed(InheritedSockets? sockets)
    {
        if (sockets is not { Unclaimed: [var first, ..] }) return;
        throw new ListenException(
            $"systemd hands over a socket on {first}, which neither {Ports.DataKey} nor {Ports.AdminKey} names; name it there, with the same address, or take it out of the socket unit.");
    }

    /// <summary>Once all is open: hears that it is this gate's own, and only then writes and acknowledges anything.</summary>
    private async Task TakeOverAsync(Heir? heir, CancellationToken cancel)
    {
        if (heir is null) return;
        await heir.TakenAsync(_journal.Position.Epoch, _logger, cancel);
        GateLog.TookOver(_logger, heir.Predecessor, _journal.Start.Sequence, _journal.Position.Epoch);
        _predecessor = new Predecessor(heir.Line, heir.Predecessor, _routing, _patience, _time, _logger);
        _journal.Release();
        _adminListeners.Local?.BecomeOwn();
        _audit.Begin(AuditActs.OfGate(AuditActs.TakenOver, _time.GetUtcNow(),
            $"process {Environment.ProcessId} (podgate {ProcessMetrics.Version}) has taken over from process {heir.Predecessor}"));

        // What the configuration does not name any more is closed here as it is there.
        heir.Sockets.Dispose();
    }

    private async Task<UpgradeJson> HandOverAsync(string? path, string who)
    {
        Process? process = null;
        try
        {
            if (!OperatingSystem.IsLinux()) throw new TakeoverException("a gate can be taken over from on Linux only; restart it instead");
            if (!_journal.IsWritable || _journal.Backlog > 0)
                throw new TakeoverException("the journal cannot be written, and what waits for it would be lost; free the disk first");
            var start = NewBinary.Start(path);
            GateLog.Upgrading(_logger, who, start.FileName);
            var (line, started) = StartOther(start);
            process = started;
            ReadyToTake ready;
            try
            {
                ready = await HandOver.RunAsync(line, process.Id, Path.GetFullPath(_initial.StateDirectory), Steps(process), _patience, _ending.Token);
            }
            catch
            {
                line.Dispose();
                throw;
            }

            var connections = _data.Connections;
            var patience = _keeper.Current.Stopping.TakeoverDeadline;
            _leaving = LeaveAsync(line, process, ready, patience);
            return new UpgradeJson(
                $"process {ready.Pid} (podgate {ready.Version}) has taken over from process {Environment.ProcessId}; {connections} connections are left there and have {patience:c} to end",
                ready.Pid, ready.Version, Environment.ProcessId);
        }
        catch (Exception exception) when (exception is TakeoverException or OperationCanceledException or Win32Exception or IOException)
        {
            var why = exception is OperationCanceledException ? "this gate was told to stop meanwhile" : exception.Message;
            if (exception is TakeoverException { OtherIsGone: true } && process is { HasExited: true })
                why = $"the new process ended with exit code {process.ExitCode} before it had taken over; what it said is in this gate's log";
            process?.Dispose();
            GateLog.NotUpgraded(_logger, why);
            throw new TakeoverException(why, exception);
        }
    }

    /// <summary>
    /// Starts the other process, which inherits a second descriptor of each listening socket and one end of the line; here those are closed at once.
    /// </summary>
    private (TakeoverLine Line, Process Process) StartOther(ProcessStartInfo start)
    {
        var (ours, theirs) = Descriptors.Pair();
        var heritable = new List<int>();
        try
        {
            int Inherited(int descriptor)
            {
                var second = Descriptors.Heritable(descriptor);
                heritable.Add(second);
                return second;
            }

            int[] Sockets(Listeners listeners) => [.. listeners.Bound.Select(bound => Inherited((int)bound.Socket.Handle))];
            int[] local = _adminListeners.Local is { } socket ? [Inherited((int)socket.Socket.Handle)] : [];
            start.Environment[Heir.Variable] = Heir.Describe(
                Inherited(theirs), [(Ports.DataKey, Sockets(_dataListeners)), (Ports.AdminKey, Sockets(_adminListeners)), (Ports.SocketKey, local)]);
            foreach (var meantForUs in new[] { "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES" }) start.Environment.Remove(meantForUs);
            var process = Process.Start(start) ?? throw new IOException($"{start.FileName} cannot be started");
            return (new TakeoverLine(new System.Net.Sockets.NetworkStream(ours, ownsSocket: true), _time), process);
        }
        catch
        {
            ours.Dispose();
            throw;
        }
        finally
        {
            heritable.ForEach(Descriptors.Close);
            Descriptors.Close(theirs);
        }
    }

    private HandOverSteps Steps(Process process) => new()
    {
        Hold = async cancel =>
        {
            HandsOver = true;
            await Task.WhenAll(_measuring.CloseHistoryAsync(), _days.HoldAsync());
            await UntilWrittenAsync(cancel);
            await _gatekeeper.HoldAsync(_patience.Word, cancel);
            await _audit.CloseAsync(_patience.Word, cancel);

            // What waits is sent by whoever has the journal then.
            _outbox.Hold(true);
        },
        GiveUp = async () => new HandedOver(
            await _journal.GiveUpAsync(), GateMoment.Of(_time), InheritedFleet.Of(_gatekeeper.View.Fleet), Successor.Loads(_routing.Current)),
        GoOn = () =>
        {
            _gatekeeper.GoOn();
            _days.Open();
            _outbox.Hold(false);
            HandsOver = false;
        },
        EndOther = () => EndAsync(process),
        TakeBack = async otherIsGone =>
        {
            await _journal.TakeBackAsync(otherIsGone);
            await otherIsGone;
            _audit.Reopen();
            _measuring.OpenHistory();
            WriteGateFile();
        },
    };

    /// <summary>What people change beside the journal: what is being written is written to its end, before another process reads it.</summary>
    private async Task UntilWrittenAsync(CancellationToken cancel)
    {
        var written = Task.Run(() =>
        {
            _tokens.UntilWritten();
            _rolls.UntilWritten();
            _sessions.UntilWritten();
        }, cancel);
        try
        {
            await written.WaitAsync(_patience.Word, _time, cancel);
        }
        catch (TimeoutException exception)
        {
            throw new TakeoverException($"what is being written to the state directory was not written within {_patience.Word.TotalSeconds:0.#} s", exception);
        }
    }

    /// <summary>Ends the new process, unless it ends by itself: then it is left the moment to say with which code.</summary>
    private async Task EndAsync(Process process)
    {
        using var moment = new CancellationTokenSource(MomentToEnd, _time);
        try
        {
            await process.WaitForExitAsync(moment.Token);
        }
        catch (OperationCanceledException) when (moment.IsCancellationRequested)
        {
            try
            {
                process.Kill();
            }
            catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
            {
                // It has ended just now.
            }

            await process.WaitForExitAsync();
        }
    }

    private void WriteGateFile()
    {
        try
        {
            _file.Write(new GateFileJson(Environment.ProcessId, DataUrls, AdminUrl, _adminListeners.Local?.Path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk must not stop a gate that can forward.
            GateLog.NoGateFile(_logger, exception, GateFile.Name);
        }
    }
}
