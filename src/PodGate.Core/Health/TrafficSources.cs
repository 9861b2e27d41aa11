using PodGate.Core.Routing;

namespace PodGate.Core.Health;

/// <summary>The sources of one pod that count at the moment of a look, by slot.</summary>
internal sealed class TrafficSources
{
    // What ends while a look is taken may bear a later moment than the look.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(-1);

    private readonly uint _moment;
    private readonly TimeSpan _reach;
    private readonly TimeSpan _notBefore;

    private TrafficSources(TrafficSubject subject, DateTimeOffset now, TimeSpan window)
    {
        Subject = subject;
        _moment = SlotOutcomes.MomentOf(now);
        var before = subject.Before;
        _notBefore = now - before.NotBefore;

        // Of a pod that was taken out under suspicion what was seen before goes on to count: nothing new will be seen there. What was before a person enabled
        // it does not.
        _reach = before.IsSuspicion && !subject.Serves ? now - before.Since + window : window;
        if (_notBefore < _reach) _reach = _notBefore;
        for (var cell = subject.Outcomes.NextWritten(0); cell >= 0; cell = subject.Outcomes.NextWritten(cell + 1))
        {
            var entry = subject.Outcomes[cell];
            var age = Age(entry);
            if (age >= Ahead && age <= _reach) Entries.Add(entry.Slot, entry);
        }

        Times = [.. Entries.Values.Where(entry => entry.Outcome == SlotOutcome.Fine).Select(entry => entry.FirstByte).Order()];
    }

    /// <summary>The pod.</summary>
    public TrafficSubject Subject { get; }

    /// <summary>Its active sources.</summary>
    public Dictionary<int, SlotEntry> Entries { get; } = [];

    /// <summary>How long those that were served well last waited for their first byte, in ascending order.</summary>
    public TimeSpan[] Times { get; }

    /// <summary>Counts what is there.</summary>
    public static TrafficSources Of(TrafficSubject subject, DateTimeOffset now, TimeSpan window) => new(subject, now, window);

    /// <summary>Whether a source shows any sign of failing.</summary>
    public static bool IsSign(SlotEntry entry) => entry.IsFailure || entry.IsAffected;

    /// <summary>How long ago an entry was made.</summary>
    public TimeSpan Age(SlotEntry entry) => SlotOutcomes.Between(_moment, entry.Moment);

    /// <summary>So many percent of the times do not exceed this; zero when there are none.</summary>
    public TimeSpan Within(int percent) =>
        Times.Length == 0 ? TimeSpan.Zero : Times[Math.Min(Times.Length - 1, Math.Max(0, ((Times.Length * percent) + 99) / 100 - 1))];

    /// <summary>The same source fails here too: lately, or since it failed there, however long that takes it.</summary>
    /// <param name="entry">The source, on the other pod.</param>
    public bool FailsToo(SlotEntry entry) => Same(entry) is { } same && IsSign(same) && (Age(same) <= _reach || IsSince(same, entry));

    /// <summary>The last that is known of the same source here is a failure, however long ago.</summary>
    /// <param name="entry">The source, on the other pod.</param>
    public bool HasFailed(SlotEntry entry) => Same(entry) is { } same && IsSign(same);

    /// <summary>What the same source met here at that moment or after it, however long ago; null when it did not come.</summary>
    /// <param name="entry">The source, on the other pod.</param>
    public SlotEntry? After(SlotEntry entry) => Same(entry) is { } same && IsSince(same, entry) ? same : null;

    private static bool IsSince(SlotEntry later, SlotEntry earlier) => SlotOutcomes.Between(later.Moment, earlier.Moment) >= TimeSpan.Zero;

    private SlotEntry? Same(SlotEntry entry) =>
        Subject.Outcomes.Of(entry.Slot) is { Kind: not SlotOutcome.None } same && Age(same) <= _notBefore ? same : null;
}
