namespace PodGate.Core.Canaries;

/// <summary>
/// How probable it is that numbers whose signs are as good as tosses of a coin add up to so much. Nothing is assumed of the numbers: they may be few, wild, and
/// as different as they like.
/// </summary>
internal static class SignFlips
{
    /// <summary>No smaller factor would do (Bentkus and Dzindzalieta 2015); rounded up.</summary>
    private const double Tightest = 3.179;

    /// <summary>Never less than the probability that they add up to as much or more.</summary>
    /// <param name="deviations">Their sum, divided by the root of the sum of their squares.</param>
    public static double Chance(double deviations)
    {
        if (!(deviations > 0)) return 1;
        var bell = Math.Exp(-deviations * deviations / 2);

        // Mills' ratio, bounded from above (Sampford 1953).
        var beyond = bell / Math.Sqrt(2 * Math.PI) * 4 / ((3 * deviations) + Math.Sqrt((deviations * deviations) + 8));
        return Math.Min(bell, Tightest * beyond);
    }
}
