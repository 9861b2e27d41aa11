namespace PodGate.Core.Canaries;

/// <summary>What one source's requests came to over some time.</summary>
public sealed class SourceTally
{
    private readonly int[] _times = new int[FirstByteScale.Steps];

    /// <summary>Requests that ended, well or not.</summary>
    public int Requests { get; private set; }

    /// <summary>Those that the pod failed: all that <see cref="Routing.SlotOutcome"/> knows of.</summary>
    public int Failures { get; private set; }

    /// <summary>How many of those that were served well got their first byte within which step of <see cref="FirstByteScale"/>.</summary>
    public ReadOnlySpan<int> Times => _times;

    /// <summary>Adds what was counted elsewhere of the same source.</summary>
    internal void Add(int requests, int failures, ReadOnlySpan<int> times)
    {
        Requests += requests;
        Failures += failures;
        for (var step = 0; step < times.Length; step++) _times[step] += times[step];
    }
}
