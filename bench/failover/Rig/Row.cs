namespace Failover.Rig;

/// <summary>What PodGate may cost its callers in a row, and how soon it must have acted.</summary>
/// <param name="FailedEach">Failed requests for each caller on the sick pod.</param>
/// <param name="SlowEach">Slow ones.</param>
/// <param name="LatchedWithin">Seconds from the fault to the latch; null: nothing may be latched.</param>
/// <param name="Serves">Whether callers can be served at all while the fault lasts. If not, only what comes later counts.</param>
internal sealed record Bound(int FailedEach, int SlowEach, double? LatchedWithin, bool Serves = true)
{
    /// <summary>Nothing may be latched, nobody moved, nothing fail.</summary>
    public static readonly Bound Untouched = new(0, 0, null);

    /// <summary>Nothing may be latched and nobody moved; but nothing can be served either.</summary>
    public static readonly Bound Patient = new(0, 0, null, Serves: false);

    /// <summary>In the words of the tables.</summary>
    public override string ToString()
    {
        var latch = LatchedWithin is { } seconds ? FormattableString.Invariant($"latched within {seconds:0} s") : "nothing latched, nobody moved";
        return Serves ? $"{Each(FailedEach)} / {Each(SlowEach)}, {latch}" : latch;
    }

    private static string Each(int count) => count == 0 ? "0" : $"{count} each";
}

/// <summary>A fault: how it is brought about, how it ends, and what PodGate must make of it.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">Its name in tables.</param>
/// <param name="Bound">For PodGate.</param>
/// <param name="BreakAsync">Brings it about.</param>
/// <param name="MendAsync">Ends it.</param>
internal sealed record Row(string Name, string Title, Bound Bound, Func<Stage, Task> BreakAsync, Func<Stage, Task> MendAsync)
{
    /// <summary>The least time it must last to mean anything.</summary>
    public TimeSpan Least { get; init; }

    /// <summary>Everything lives in a network namespace of its own.</summary>
    public bool Namespace { get; init; }

    /// <summary>The proxy knows the pods by name, and a resolver of ours knows the names. Needs <see cref="Namespace"/>.</summary>
    public bool ByName { get; init; }

    /// <summary>Whether one pod is sick; if not, nothing is wrong with any of them.</summary>
    public bool OnePod => Bound.LatchedWithin is not null;
}
