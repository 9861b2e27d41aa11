namespace PodGate.Operator;

/// <summary>
/// Whether this gate can serve: journal read, listening, not stopping. Deliberately not whether the pods are well, or with a sick fleet all
/// gates would leave their load balancer together, and nobody would be left to answer at all. Any thread may call.
/// </summary>
internal sealed class Readiness
{
    private volatile bool _journalRead;
    private volatile bool _listening;
    private volatile bool _stopping;

    /// <summary>The journal was read, and the pods have their intents and latches.</summary>
    public void JournalWasRead() => _journalRead = true;

    /// <summary>The data port takes requests.</summary>
    public void IsListening() => _listening = true;

    /// <summary>The gate is stopping; there is no way back.</summary>
    public void IsStopping() => _stopping = true;

    /// <summary>Why this gate cannot serve; empty when it can.</summary>
    public IReadOnlyList<string> Reasons()
    {
        var reasons = new List<string>(3);
        if (!_journalRead) reasons.Add("The journal has not been read yet.");
        if (!_listening) reasons.Add("The data port does not listen yet.");
        if (_stopping) reasons.Add("The gate is stopping.");
        return reasons;
    }
}
