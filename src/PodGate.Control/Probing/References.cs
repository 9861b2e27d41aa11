using Microsoft.Extensions.Logging;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>
/// Asks the reference targets, each in a loop of its own: what answers is a witness that the gate's own network works. That one does not answer means
/// nothing. All members may be called from any thread.
/// </summary>
public sealed class References : IAsyncDisposable
{
    private readonly ReferenceProbe _probe;
    private TimeSpan _interval = TimeSpan.FromSeconds(1);

    /// <summary>Makes it without targets.</summary>
    /// <param name="probe">Asks one once.</param>
    /// <param name="answered">Told of each answer: which target, and when it was asked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Randomness from 0 up to 1, for jitter.</param>
    /// <param name="logger">The log.</param>
    public References(
        ReferenceProbe probe, Func<string, DateTimeOffset, ValueTask> answered, TimeProvider time, Func<double> chance, ILogger<References> logger)
    {
        ArgumentNullException.ThrowIfNull(answered);
        _probe = probe;
        // An answer is an answer, however late the gate was; and silence is not reported.
        Loops = new LoopSet(new ProbeRoom(
            report => report.IsAnswer ? answered(report.Pod, report.SentAt) : ValueTask.CompletedTask, new ProbeMeter(), static (_, _) => TimeSpan.Zero,
            time, chance, logger));
    }

    /// <summary>The loops, for whoever watches over them.</summary>
    internal LoopSet Loops { get; }

    /// <summary>Asks these targets and no others, at the probe interval and with the probe timeout.</summary>
    /// <param name="settings">What is in force now.</param>
    public void Apply(FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var timeout = settings.ProbeTimeout;
        _interval = settings.ProbeInterval;
        Loops.Apply([.. settings.References.Distinct().Select(target => new ProbeTarget
        {
            Name = target.AbsoluteUri,
            Pod = target.AbsoluteUri,
            Subject = target,
            Timeout = timeout,
            Interval = () => _interval,
            AskAsync = cancel => _probe.AskAsync(target, timeout, cancel),
        })]);
    }

    /// <summary>Asks all of them at once (each at most once every 50 ms): something is silent, and witnesses are wanted.</summary>
    public void Trigger() => Loops.WithAll(static loop => loop.Trigger());

    /// <summary>Ends all loops.</summary>
    public ValueTask DisposeAsync() => Loops.DisposeAsync();
}
