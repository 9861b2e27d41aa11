namespace PodGate.Operator.Page;

/// <summary>What the page of one pod shows.</summary>
/// <param name="Why">The pod, and why it is what it is.</param>
/// <param name="Drain">What a drain would lead to.</param>
/// <param name="Enable">What an enable would lead to.</param>
/// <param name="Connections">Who is on it; null for those who may not see it.</param>
/// <param name="Trend">Its last hour.</param>
/// <param name="Events">What happened to it, newest first.</param>
/// <param name="Told">What became of the command that was given last; null when there was none.</param>
public sealed record PodPageModel(
    WhyJson Why, PreviewJson Drain, PreviewJson Enable, ConnectionsJson? Connections, TrendJson Trend, IReadOnlyList<EventJson> Events, CommandTold? Told)
{
    /// <summary>Its heaviest slots; null: they are not shown.</summary>
    public SlotsJson? Slots { get; init; }
}

/// <summary>What became of a command.</summary>
/// <param name="Command">drain, enable, disable or note.</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="Done">Whether it is in effect.</param>
/// <param name="Durable">Whether it is in the journal.</param>
/// <param name="Reason">What the person wrote, so that it need not be written again.</param>
public sealed record CommandTold(string Command, string Sentence, bool Done, bool Durable, string Reason)
{
    /// <summary>Whether it is known what became of it. <value>Default true.</value></summary>
    public bool Known { get; init; } = true;

    /// <summary>What the person chose of a drain, as the form names it; empty: nothing.</summary>
    public string Deadline { get; init; } = "";

    /// <summary>The same of those who may stay.</summary>
    public string KeepActive { get; init; } = "";

    /// <summary>The same of an enable, and the share that the pod is held at.</summary>
    public string Hold { get; init; } = "";

    /// <summary>Whether it was to be done although a check objects.</summary>
    public bool Force { get; init; }

    /// <summary>Of a command for several pods, what became of each; else empty, and the sentence is the one pod's.</summary>
    public IReadOnlyList<PodTold> Each { get; init; } = [];
}
