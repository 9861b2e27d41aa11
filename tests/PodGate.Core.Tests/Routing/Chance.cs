namespace PodGate.Core.Tests.Routing;

/// <summary>What chance explains, and what memory says.</summary>
internal static class Chance
{
    /// <summary>The point that a standard normal number exceeds once in a million times.</summary>
    public const double OneInAMillion = 4.7534;

    /// <summary>How far counts are from all being equal, as a chi-square number with one degree of freedom fewer than there are counts.</summary>
    public static double ChiSquare(IReadOnlyCollection<long> counts)
    {
        var expected = counts.Sum() / (double)counts.Count;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }

    /// <summary>What a chi-square number exceeds once in a million times (Wilson and Hilferty; good to a percent from 1 degree on).</summary>
    public static double ChiSquareOneInAMillion(int degrees)
    {
        var spread = 2.0 / (9 * degrees);
        return degrees * Math.Pow(1 - spread + (OneInAMillion * Math.Sqrt(spread)), 3);
    }

    /// <summary>How many standard deviations a binomial count lies from what is expected.</summary>
    public static double Deviations(long count, long trials, double probability) =>
        (count - (trials * probability)) / Math.Sqrt(trials * probability * (1 - probability));

    /// <summary>What a call allocates on this thread once it is warm: the least of five thousand-fold runs.</summary>
    public static long AllocatedBytes(Action call)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 5; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++) call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
