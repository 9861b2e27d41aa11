using Microsoft.Extensions.Logging;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>What a loop asks: a pod's health address, a check of a pod, a reference target.</summary>
internal sealed record ProbeTarget
{
    /// <summary>For the log and for alarms: <c>pod-a</c>, <c>pod-a/login</c>, <c>tcp://10.0.0.1:53</c>. One loop for each.</summary>
    internal required string Name { get; init; }

    /// <summary>The pod, or for a reference target its name again.</summary>
    internal required string Pod { get; init; }

    /// <summary>The check, or null.</summary>
    internal string? Check { get; init; }

    /// <summary>Equal subjects are asked by the same loop, whatever else changes; another one gets a new loop.</summary>
    internal required object Subject { get; init; }

    /// <summary>How long one question may take.</summary>
    internal required TimeSpan Timeout { get; init; }

    /// <summary>Time from start to start, asked before each wait.</summary>
    internal required Func<TimeSpan> Interval { get; init; }

    /// <summary>Asks once.</summary>
    internal required Func<CancellationToken, Task<ProbeReport>> AskAsync { get; init; }
}

/// <summary>What all loops share.</summary>
/// <param name="Sink">Takes each report.</param>
/// <param name="Meter">Counts the reports that it follows.</param>
/// <param name="LatenessIn">By how much the gate itself was late between two moments.</param>
/// <param name="Time">The clock.</param>
/// <param name="Chance">0 up to 1, for jitter.</param>
/// <param name="Logger">The log.</param>
internal sealed record ProbeRoom(
    Func<ProbeReport, ValueTask> Sink,
    ProbeMeter Meter,
    Func<DateTimeOffset, DateTimeOffset, TimeSpan> LatenessIn,
    TimeProvider Time,
    Func<double> Chance,
    ILogger Logger);
