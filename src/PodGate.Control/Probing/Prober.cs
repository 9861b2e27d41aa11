using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>Probes one pod's health address once. <see cref="HealthProbe.ProbeAsync"/> is one.</summary>
/// <param name="pod">The pod.</param>
/// <param name="dataEndpoints">What its address resolved to; empty while it is not known.</param>
/// <param name="timeout">How long it may take.</param>
/// <param name="cancel">Gives up.</param>
public delegate Task<ProbeReport> Probe(PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, TimeSpan timeout, CancellationToken cancel);

/// <summary>Runs one check of the gate's own once. <see cref="CheckRunner.RunAsync"/> is one.</summary>
/// <param name="pod">The pod.</param>
/// <param name="check">The check.</param>
/// <param name="dataEndpoints">What the pod's address resolved to; empty while it is not known.</param>
/// <param name="cancel">Gives up.</param>
public delegate Task<ProbeReport> RunCheck(PodSettings pod, CheckSettings check, ImmutableArray<IPEndPoint> dataEndpoints, CancellationToken cancel);

/// <summary>How pods are asked.</summary>
public sealed record ProberParts
{
    /// <summary>Asks a health address.</summary>
    public required Probe Probe { get; init; }

    /// <summary>Runs a check.</summary>
    public required RunCheck Check { get; init; }

    /// <summary>Time from start to start, by pod; asked before each wait, and again while the last report was not good.</summary>
    public required Func<string, TimeSpan> Interval { get; init; }

    /// <summary>The same for a check of a pod.</summary>
    public required Func<string, CheckSettings, TimeSpan> CheckInterval { get; init; }

    /// <summary>Where a pod's address leads; empty while that is not known.</summary>
    public required Func<string, ImmutableArray<IPEndPoint>> Endpoints { get; init; }

    /// <summary>Takes each report. Of one pod several may come at once, in any order.</summary>
    public required Func<ProbeReport, ValueTask> Sink { get; init; }

    /// <summary>By how much the gate itself was late between two moments (<see cref="SelfWatch.LatenessIn"/>); never, when nothing is given.</summary>
    public Func<DateTimeOffset, DateTimeOffset, TimeSpan> LatenessIn { get; init; } = static (_, _) => TimeSpan.Zero;

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Randomness from 0 up to 1, for jitter.</summary>
    public required Func<double> Chance { get; init; }
}

/// <summary>
/// Holds one loop for the health address of each configured pod and one for each of its checks; none waits for another. All members may be called from
/// any thread.
/// </summary>
public sealed class Prober : IAsyncDisposable
{
    private readonly ProberParts _parts;

    /// <summary>Makes a prober without pods.</summary>
    /// <param name="parts">How pods are asked.</param>
    /// <param name="logger">The log.</param>
    public Prober(ProberParts parts, ILogger<Prober> logger)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        Loops = new LoopSet(new ProbeRoom(parts.Sink, Meter, parts.LatenessIn, parts.Time, parts.Chance, logger));
    }

    /// <summary>What the probes and checks have found, for the metrics page.</summary>
    public ProbeMeter Meter { get; } = new();

    /// <summary>The loops, for whoever watches over them.</summary>
    internal LoopSet Loops { get; }

    /// <summary>
    /// Probes these pods with their checks and no others, with this timeout. A pod whose address or health address changed gets a new loop, and so does a
    /// check that changed; what the old one still finds is dropped.
    /// </summary>
    /// <param name="settings">What is in force now.</param>
    public void Apply(FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ProbeTarget[] targets =
        [
            .. settings.Pods.Values.Select(pod => OfHealth(pod, settings.ProbeTimeout)),
            .. settings.Pods.Values.SelectMany(pod => pod.Checks.Values.Select(check => OfCheck(pod, check))),
        ];
        Meter.Follow(targets.Select(target => (target.Pod, target.Check)).ToHashSet());
        Loops.Apply(targets);
    }

    /// <summary>Starts a probe of a pod's health address at once (at most one every 50 ms). Nothing when there is no such pod.</summary>
    /// <param name="pod">The pod's name.</param>
    public void Trigger(string pod) => Loops.With(pod, static loop => loop.Trigger());

    /// <summary>Asks for a pod's intervals again now, because they may have become shorter.</summary>
    /// <param name="pod">The pod's name.</param>
    public void Reconsider(string pod) => Loops.WithAll(loop =>
    {
        if (loop.Target.Pod == pod) loop.Reconsider();
    });

    /// <summary>Ends all loops; afterwards no report comes any more.</summary>
    public ValueTask DisposeAsync() => Loops.DisposeAsync();

    private ProbeTarget OfHealth(PodSettings pod, TimeSpan timeout) => new()
    {
        Name = pod.Name,
        Pod = pod.Name,
        Subject = (pod.Address, pod.Health),
        Timeout = timeout,
        Interval = () => _parts.Interval(pod.Name),
        AskAsync = cancel => _parts.Probe(pod, _parts.Endpoints(pod.Name), timeout, cancel),
    };

    private ProbeTarget OfCheck(PodSettings pod, CheckSettings check) => new()
    {
        // No name of a pod has a slash.
        Name = $"{pod.Name}/{check.Name}",
        Pod = pod.Name,
        Check = check.Name,
        Subject = (pod.Address, check),
        Timeout = check.Timeout,
        Interval = () => _parts.CheckInterval(pod.Name, check),
        AskAsync = cancel => _parts.Check(pod, check, _parts.Endpoints(pod.Name), cancel),
    };
}
