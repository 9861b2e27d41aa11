namespace PodGate.Control.Probing;

/// <summary>How late the gate may be before what it saw says nothing.</summary>
internal static class Punctuality
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250);

    /// <summary>The most lateness with which a time-out is still evidence: a quarter of the timeout, and never less than 250 ms.</summary>
    /// <param name="timeout">The timeout.</param>
    internal static TimeSpan Limit(TimeSpan timeout) => timeout / 4 > Least ? timeout / 4 : Least;
}
