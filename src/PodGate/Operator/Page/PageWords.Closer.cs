namespace PodGate.Operator.Page;

// What is seen at a closer look: the last hour, who is on a pod, several pods at once.
internal sealed partial record PageWords
{
    public required string Note { get; init; }

    public required string LeaveNote { get; init; }

    public required string NoteHint { get; init; }

    public required string ClearNote { get; init; }

    public required string HoldAt { get; init; }

    public required string HeldAt { get; init; }

    public required string NotHeld { get; init; }

    /// <summary>With a hole for how many.</summary>
    public required string AboutClients { get; init; }

    public required string LastHour { get; init; }

    public required string Errors { get; init; }

    public required string Latency { get; init; }

    public required string Median { get; init; }

    public required string P95 { get; init; }

    public required string MedianLine { get; init; }

    public required string P95Line { get; init; }

    public required string NowAverageMost { get; init; }

    public required string MostInHour { get; init; }

    public required string NoFiguresYet { get; init; }

    public required string MinutesAgo { get; init; }

    public required string Failovers { get; init; }

    public required string FailedOverAt { get; init; }

    public required string Figures { get; init; }

    public required string FiguresHint { get; init; }

    public required string Until { get; init; }

    public required string OldestOf { get; init; }

    public required string Kind { get; init; }

    public required string Client { get; init; }

    public required string Age { get; init; }

    public required string LastActivity { get; init; }

    public required string ToClient { get; init; }

    public required string ToPod { get; init; }

    public required string Goodbye { get; init; }

    public required string AskedToEnd { get; init; }

    public required string WellAgain { get; init; }

    public required string EnableAllWell { get; init; }

    public required string EnableAllHint { get; init; }

    public required string Version { get; init; }

    public required string WellFor { get; init; }

    public required string MoreAfterwards { get; init; }

    public required string EnabledOf { get; init; }
}
