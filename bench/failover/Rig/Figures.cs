namespace Failover.Rig;

/// <summary>What a row did to a proxy's callers. Times are since the fault.</summary>
internal sealed record Figures(Row Row, ProxyKind Proxy)
{
    /// <summary>Why it was not measured; null: it was.</summary>
    public string? Skipped { get; init; }

    /// <summary>What went wrong with the measuring itself; null: nothing.</summary>
    public string? Broke { get; init; }

    /// <summary>Requests since the fault, and of those: no good answer; a good one after more than a second.</summary>
    public int Requests { get; init; }

    public int Failed { get; init; }

    public int Slow { get; init; }

    /// <summary>How they failed: word and number.</summary>
    public IReadOnlyDictionary<string, int> Kinds { get; init; } = new Dictionary<string, int>();

    /// <summary>The end of the last request that failed; null: none did.</summary>
    public TimeSpan? LastFailure { get; init; }

    public TimeSpan Slowest { get; init; }

    /// <summary>Requests that failed although they were begun when the fault had been over for five seconds.</summary>
    public int FailedLater { get; init; }

    /// <summary>Requests that failed before the fault: the figures are not worth much then.</summary>
    public int FailedBefore { get; init; }

    /// <summary>Callers that were on the sick pod.</summary>
    public int OnFaulty { get; init; }

    /// <summary>
    /// Callers that another pod served well although theirs was well. Where nobody can be served during the fault, only what was begun a second after it
    /// counts: before, it was a request that went where it could.
    /// </summary>
    public int Moved { get; init; }

    /// <summary>How long the fault lasted.</summary>
    public TimeSpan Lasted { get; init; }

    /// <summary>Requests that reached the sick pod while it was sick, and when the last did; null: it could not count.</summary>
    public (long Count, TimeSpan? Last)? During { get; init; }

    /// <summary>Requests that were begun after it was well again and that it answered, with nobody having enabled it.</summary>
    public int After { get; init; }

    /// <summary>When the gate was first seen to have taken the sick pod out, and to have latched it.</summary>
    public TimeSpan? Out { get; init; }

    public TimeSpan? Latched { get; init; }

    public string? Cause { get; init; }

    public string? Sentence { get; init; }

    /// <summary>Pods that were latched though nothing was wrong with them.</summary>
    public IReadOnlyList<string> LatchedWrongly { get; init; } = [];

    /// <summary>That the fault was one; null: the figures show it.</summary>
    public string? Note { get; init; }

    /// <summary>The worst lateness of the measuring process itself.</summary>
    public TimeSpan Lateness { get; init; }

    /// <summary>What the gate printed; kept when it missed a bound.</summary>
    public string Output { get; init; } = "";

    /// <summary>What is not as the row's bound says; empty: all is.</summary>
    public IReadOnlyList<string> Misses() => !Proxy.IsPodGate || Skipped is not null ? [] : Broke is not null ? ["could not be measured"] : [.. Judge()];

    /// <summary>There are figures.</summary>
    public bool IsMeasured => Skipped is null && Broke is null;

    private IEnumerable<string> Judge()
    {
        var bound = Row.Bound;
        if (bound.Serves && Failed > bound.FailedEach * OnFaulty) yield return $"{Failed} failed, at most {bound.FailedEach * OnFaulty}";
        if (bound.Serves && Slow > bound.SlowEach * OnFaulty) yield return $"{Slow} slow, at most {bound.SlowEach * OnFaulty}";
        if (!bound.Serves && FailedLater > 0) yield return $"{FailedLater} failed long after it was over";
        if (Moved > 0) yield return $"{Moved} moved";
        foreach (var pod in LatchedWrongly) yield return $"{pod} latched";
        if (bound.LatchedWithin is not { } seconds) yield break;
        if (Latched is not { } latched) yield return "not latched";
        else if (latched > TimeSpan.FromSeconds(seconds)) yield return FormattableString.Invariant($"latched after {latched.TotalSeconds:0.0} s, at most {seconds:0} s");
        if (After > 0) yield return $"{After} requests after it recovered";
    }
}
