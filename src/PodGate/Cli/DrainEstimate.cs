namespace PodGate.Cli;

/// <summary>When a pod will be empty, if it goes on as it did in the last half minute.</summary>
/// <param name="time">The clock.</param>
internal sealed class DrainEstimate(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    // Less than this tells nothing about a pace.
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(3);

    private readonly Queue<(long At, long Count)> _seen = new();

    /// <summary>So much was left just now.</summary>
    /// <param name="count">Requests and connections.</param>
    public void Saw(long count)
    {
        _seen.Enqueue((time.GetTimestamp(), count));
        while (time.GetElapsedTime(_seen.Peek().At) > Window) _seen.Dequeue();
    }

    /// <summary>How long the rest takes at this pace; null while there is no pace to tell of.</summary>
    /// <param name="count">What is left.</param>
    public TimeSpan? Left(long count)
    {
        if (count == 0 || !_seen.TryPeek(out var first)) return null;
        var passed = time.GetElapsedTime(first.At);
        return passed < Least || first.Count <= count ? null : passed * ((double)count / (first.Count - count));
    }
}
