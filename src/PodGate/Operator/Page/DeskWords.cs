namespace PodGate.Operator.Page;

/// <summary>The words around alerts and the audit trail in one language.</summary>
internal sealed record DeskWords
{
    public required string Alerts { get; init; }

    public required string NoneStands { get; init; }

    /// <summary>With holes for how many stand, and how many of them nobody has acknowledged.</summary>
    public required string SomeStand { get; init; }

    /// <summary>With a hole for how many.</summary>
    public required string Unseen { get; init; }

    public required string Standing { get; init; }

    public required string Waiting { get; init; }

    public required string Over { get; init; }

    public required string OverHint { get; init; }

    public required string Severity { get; init; }

    public required string SeverityPage { get; init; }

    public required string SeverityWarning { get; init; }

    public required string SeverityInfo { get; init; }

    public required string Runbook { get; init; }

    public required string Channels { get; init; }

    public required string NoChannel { get; init; }

    public required string NobodyIsTold { get; init; }

    public required string SeenBy { get; init; }

    public required string Nobody { get; init; }

    public required string Acknowledge { get; init; }

    public required string Acknowledged { get; init; }

    public required string Silences { get; init; }

    public required string NoSilence { get; init; }

    public required string Silence { get; init; }

    public required string SilenceHint { get; init; }

    public required string Silenced { get; init; }

    public required string EndSilence { get; init; }

    public required string SilenceEnded { get; init; }

    public required string AllKinds { get; init; }

    public required string AllPods { get; init; }

    public required string Test { get; init; }

    public required string TestHint { get; init; }

    public required string Tested { get; init; }

    public required string Sent { get; init; }

    public required string GivenUp { get; init; }

    public required string Dropped { get; init; }

    public required string Queued { get; init; }

    public required string FailingSince { get; init; }

    public required string Audit { get; init; }

    public required string AuditHint { get; init; }

    public required string Number { get; init; }

    public required string Act { get; init; }

    public required string Target { get; init; }

    public required string Outcome { get; init; }

    public required string Head { get; init; }

    /// <summary>With a hole for how many.</summary>
    public required string Unreadable { get; init; }

    /// <summary>With a hole for how many.</summary>
    public required string Omitted { get; init; }

    public required string NobodyKnown { get; init; }

    /// <summary>Those of the page's language.</summary>
    /// <param name="words">The page's words.</param>
    public static DeskWords Of(PageWords words) => words.Tag == PageWords.German.Tag ? DeskWordsGerman.Words : DeskWordsEnglish.Words;
}
