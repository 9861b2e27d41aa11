using PodGate.Core.Pods;

namespace PodGate.Operator.Page;

/// <summary>
/// The page's own words in one language. What the gate says of pods (sentences, reasons) is made once, in English, and shown as it is: the log, the journal and
/// the page then say the same, and can be searched for.
/// </summary>
internal sealed partial record PageWords
{
    /// <summary>The language's tag, for the page's <c>lang</c>.</summary>
    public required string Tag { get; init; }

    public required string Fleet { get; init; }

    public required string TimeLine { get; init; }

    public required string WhereIs { get; init; }

    public required string SignIn { get; init; }

    public required string SignOut { get; init; }

    public required string SignedInAs { get; init; }

    public required string TokenLabel { get; init; }

    public required string TokenHint { get; init; }

    public required string SkipToContent { get; init; }

    public required string Appearance { get; init; }

    public required string Automatic { get; init; }

    public required string Light { get; init; }

    public required string Dark { get; init; }

    public required string Language { get; init; }

    public required string Apply { get; init; }

    public required string AsOf { get; init; }

    public required string Stale { get; init; }

    public required string AllWell { get; init; }

    public required string NeedsLook { get; init; }

    public required string SomeOut { get; init; }

    public required string GuardReached { get; init; }

    public required string MoreFailures { get; init; }

    public required string OneMoreFailure { get; init; }

    public required string Frozen { get; init; }

    public required string Observing { get; init; }

    public required string JournalStuck { get; init; }

    public required string ReloadRefused { get; init; }

    public required string Pod { get; init; }

    public required string State { get; init; }

    public required string Since { get; init; }

    public required string Why { get; init; }

    public required string Share { get; init; }

    public required string PerSecond { get; init; }

    public required string InFlight { get; init; }

    public required string LastProbe { get; init; }

    public required string WellSince { get; init; }

    public required string Never { get; init; }

    public required string NotWell { get; init; }

    public required string Unwatched { get; init; }

    public required string HeldBack { get; init; }

    public required string Evidence { get; init; }

    public required string Numbers { get; init; }

    public required string Reports { get; init; }

    public required string Components { get; init; }

    public required string Body { get; init; }

    public required string OnIt { get; init; }

    public required string Nobody { get; init; }

    public required string IfItFailed { get; init; }

    public required string Maintenance { get; init; }

    public required string RollingWork { get; init; }

    public required string Drain { get; init; }

    public required string Enable { get; init; }

    public required string Disable { get; init; }

    public required string Freeze { get; init; }

    public required string EndFreeze { get; init; }

    public required string Reason { get; init; }

    public required string ReasonHint { get; init; }

    public required string Deadline { get; init; }

    public required string AsConfigured { get; init; }

    public required string KeepActive { get; init; }

    public required string KeepNobody { get; init; }

    public required string Force { get; init; }

    public required string ForceHint { get; init; }

    public required string TypeName { get; init; }

    public required string WouldMove { get; init; }

    public required string Allowed { get; init; }

    public required string Refused { get; init; }

    public required string NotDone { get; init; }

    public required string NotKnown { get; init; }

    public required string Done { get; init; }

    public required string NotDurable { get; init; }

    public required string At { get; init; }

    public required string Who { get; init; }

    public required string Cause { get; init; }

    public required string Everyone { get; init; }

    public required string Filter { get; init; }

    public required string Export { get; init; }

    public required string Older { get; init; }

    public required string Nothing { get; init; }

    public required string Address { get; init; }

    public required string Find { get; init; }

    public required string GoesTo { get; init; }

    public required string GoesNowhere { get; init; }

    public required string NextWouldBe { get; init; }

    public required string Slot { get; init; }

    public required string Automation { get; init; }

    public required string OnlyOperators { get; init; }

    public required string Duration { get; init; }

    public required string Clients { get; init; }

    public required string Now { get; init; }

    public required string Then { get; init; }

    public required string Value { get; init; }

    public required string Limit { get; init; }

    public required string ClientAt { get; init; }

    public required string WasOn { get; init; }

    public required string WasNowhere { get; init; }

    public required string NoGate { get; init; }

    public required string NotToldWhere { get; init; }

    public required string Pinned { get; init; }

    public required string PinnedOnly { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string HeavySlots { get; init; }

    public required string HeavySlotsHint { get; init; }

    /// <summary>The word for a state; the state's own name is shown beside it in the API and the CLI.</summary>
    public required Func<PodState, string> StateOf { get; init; }

    /// <summary>The language that a request wants: what was chosen, else the first of the browser's that there is, else English.</summary>
    /// <param name="chosen">The cookie, or null.</param>
    /// <param name="accepted">The header Accept-Language.</param>
    public static PageWords Of(string? chosen, string? accepted)
    {
        if (chosen == German.Tag) return German;
        if (chosen == English.Tag) return English;
        foreach (var range in (accepted ?? "").Split(',', 10))
        {
            var tag = range.Split(';')[0].Trim();
            if (tag.StartsWith("de", StringComparison.OrdinalIgnoreCase)) return German;
            if (tag.StartsWith("en", StringComparison.OrdinalIgnoreCase)) return English;
        }

        return English;
    }

    /// <summary>Where a browser asks for nothing that there is.</summary>
    public static PageWords English => PageWordsEnglish.Words;

    /// <summary>The first customers' language.</summary>
    public static PageWords German => PageWordsGerman.Words;
}
