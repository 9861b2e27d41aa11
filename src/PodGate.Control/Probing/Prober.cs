using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>Probes one pod once. <see cref="HttpProbe.ProbeAsync"/> is one.</summary>
/// <param name="pod">The pod.</param>
/// <param name="dataEndpoints">What its address resolved to; empty while it is not known.</param>
/// <param name="timeout">How long it may take.</param>
/// <param name="cancel">Gives up.</param>
public delegate Task<ProbeReport> Probe(PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, TimeSpan timeout, CancellationToken cancel);

/// <summary>Holds one probe loop for each configured pod; none waits for another. All members may be called from any thread.</summary>
public sealed class Prober : IAsyncDisposable
{
    private readonly Probe _probe;
    private readonly Func<string, TimeSpan> _interval;
    private readonly Func<string, ImmutableArray<IPEndPoint>> _endpoints;
    private readonly Func<ProbeReport, ValueTask> _sink;
    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private readonly ILogger<Prober> _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProbeLoop> _loops = new(StringComparer.Ordinal);
    private List<Task> _ending = [];
    private bool _stopped;

    /// <summary>Makes a prober without pods.</summary>
    /// <param name="probe">Probes once.</param>
    /// <param name="interval">Time from start to start, by pod; asked before each wait, and again while the last report was not good.</param>
    /// <param name="endpoints">Where a pod's address leads; empty while that is not known.</param>
    /// <param name="sink">Takes each report. Of one pod several may come at once, in any order.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Randomness from 0 up to 1, for jitter.</param>
    /// <param name="logger">The log.</param>
    public Prober(
        Probe probe,
        Func<string, TimeSpan> interval,
        Func<string, ImmutableArray<IPEndPoint>> endpoints,
        Func<ProbeReport, ValueTask> sink,
        TimeProvider time,
        Func<double> chance,
        ILogger<Prober> logger)
    {
        _probe = probe;
        _interval = interval;
        _endpoints = endpoints;
        _sink = sink;
        _time = time;
        _chance = chance;
        _logger = logger;
    }

    /// <summary>What the probes have found, for the metrics page.</summary>
    public ProbeMeter Meter { get; } = new();

    /// <summary>
    /// Probes these pods and no others, with this timeout. A pod whose address or health address changed gets a new loop, and what the old
    /// one still finds is dropped.
    /// </summary>
    /// <param name="settings">What is in force now.</param>
    public void Apply(FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (_lock)
        {
            if (_stopped) return;
            foreach (var name in _loops.Keys.Where(name => !settings.Pods.ContainsKey(name)).ToList())
            {
                End(name);
                Meter.Forget(name);
            }

            foreach (var (name, pod) in settings.Pods)
            {
                if (_loops.TryGetValue(name, out var loop))
                {
                    if (loop.Pod.Address == pod.Address && loop.Pod.Health == pod.Health)
                    {
                        loop.Change(pod, settings.ProbeTimeout);
                        continue;
                    }

                    End(name);
                }

                Begin(pod, settings.ProbeTimeout);
            }
        }
    }

    /// <summary>Starts a probe of a pod at once (at most one every 50 ms). Nothing when there is no such pod.</summary>
    /// <param name="pod">The pod's name.</param>
    public void Trigger(string pod)
    {
        lock (_lock)
        {
            if (_loops.TryGetValue(pod, out var loop)) loop.Trigger();
        }
    }

    /// <summary>Starts a probe of every other pod at once: they are the witnesses.</summary>
    /// <param name="pod">The pod that is not probed.</param>
    public void TriggerOthers(string pod)
    {
        lock (_lock)
        {
            foreach (var (name, loop) in _loops)
            {
                if (name != pod) loop.Trigger();
            }
        }
    }

    /// <summary>Asks for a pod's interval again now, because it may have become shorter.</summary>
    /// <param name="pod">The pod's name.</param>
    public void Reconsider(string pod)
    {
        lock (_lock)
        {
            if (_loops.TryGetValue(pod, out var loop)) loop.Reconsider();
        }
    }

    /// <summary>Ends all loops; afterwards no report comes any more.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Task> ending;
        lock (_lock)
        {
            if (_stopped) return;
            _stopped = true;
            foreach (var name in _loops.Keys.ToList()) End(name);
            ending = _ending;
        }

        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    private void Begin(PodSettings pod, TimeSpan timeout)
    {
        var name = pod.Name;
        Meter.Follow(name);
        var loop = new ProbeLoop(
            pod, timeout, (target, limit, cancel) => _probe(target, _endpoints(name), limit, cancel),
                () => _interval(name), _sink, Meter, _time, _chance, _logger);
        _loops.Add(name, loop);
        loop.Start();
    }

    private void End(string name)
    {
        _loops.Remove(name, out var loop);
        // The task ends when its loop does, and the list holds only those that have not.
        _ending = [.. _ending.Where(task => !task.IsCompleted), loop!.DisposeAsync().AsTask()];
    }
}
