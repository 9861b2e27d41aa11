namespace PodGate.Core.Canaries;

/// <summary>
/// The moments at which a canary is judged: each 1.4 times as late as the one before, and later on every quarter of <see cref="CanarySettings.Before"/>.
/// Between two of them the last word stands, so one may look as often as one likes. Each has a share of the false aborts that are allowed; together that is
/// all of them, however many marks there come to be.
/// </summary>
internal static class CanaryMarks
{
    /// <summary>Nothing is judged any more after so many; with the defaults that is half a year.</summary>
    public const int Most = 4096;

    /// <summary>The more, the more evenly the marks share.</summary>
    private const double Evenness = 8;

    /// <summary>The last mark that has passed; -1: none has.</summary>
    /// <param name="elapsed">Time from the beginning.</param>
    /// <param name="settings">The limits.</param>
    public static int Passed(TimeSpan elapsed, CanarySettings settings)
    {
        var longest = Math.Max(1, (int)(settings.Before.TotalMinutes / 4));
        var mark = -1;
        for (double next = settings.Minutes; next <= elapsed.TotalMinutes && mark < Most - 1; mark++)
            next += Math.Clamp(Math.Floor(next * 2 / 5), 1, longest);
        return mark;
    }

    /// <summary>Which part of the false aborts it may have. The parts of all marks, without end, are 1 together.</summary>
    /// <param name="mark">The mark, from 0 on.</param>
    public static double Share(int mark) => Evenness / ((mark + Evenness) * (mark + Evenness + 1));
}
