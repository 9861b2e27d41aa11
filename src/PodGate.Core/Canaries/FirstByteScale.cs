namespace PodGate.Core.Canaries;

/// <summary>
/// Times to the first byte in steps of half an octave, 0.5 ms to 32 s: a step is a factor of 1.41. Many sources show far less than a step, since some of their
/// times always lie at the end of one.
/// </summary>
internal static class FirstByteScale
{
    /// <summary>How many steps there are.</summary>
    public const int Steps = 32;

    private const int StepsAnOctave = 2;
    private const double Shortest = 0.5;

    /// <summary>The step of a time; the first and the last have no other end.</summary>
    public static int StepOf(TimeSpan time)
    {
        var octaves = Math.Log2(Math.Max(Shortest, time.TotalMilliseconds) / Shortest);
        return Math.Min(Steps - 1, (int)(octaves * StepsAnOctave));
    }

    /// <summary>Which factor so many steps are.</summary>
    public static double Factor(double steps) => Math.Pow(2, steps / StepsAnOctave);

    /// <summary>How many steps a factor is.</summary>
    public static double StepsOf(double factor) => Math.Log2(factor) * StepsAnOctave;
}
