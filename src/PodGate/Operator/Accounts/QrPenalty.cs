namespace PodGate.Operator.Accounts;

/// <summary>How hard a QR code is to read (ISO/IEC 18004, section 7.8.3): of the eight masks the one with the least is taken.</summary>
internal static class QrPenalty
{
    private const int ShortestRun = 5;
    private const int OfRun = 3;
    private const int OfSquare = 3;
    private const int OfFinder = 40;
    private const int OfUnbalance = 10;

    // Dark and light as a finder has them, with its light rim on the one side or the other.
    private static readonly bool[][] Finders =
    [
        [true, false, true, true, true, false, true, false, false, false, false],
        [false, false, false, false, true, false, true, true, true, false, true],
    ];

    /// <summary>The penalty of a whole code.</summary>
    /// <param name="size">Modules in each direction.</param>
    /// <param name="isDark">Whether a module is dark, from the left and from the top.</param>
    public static int Of(int size, Func<int, int, bool> isDark)
    {
        var penalty = 0;
        for (var line = 0; line < size; line++)
        {
            penalty += OfLine([.. Enumerable.Range(0, size).Select(at => isDark(at, line))]);
            penalty += OfLine([.. Enumerable.Range(0, size).Select(at => isDark(line, at))]);
        }

        var dark = 0;
        for (var x = 0; x < size; x++)
        {
            for (var y = 0; y < size; y++)
            {
                if (isDark(x, y)) dark++;
                if (x > 0 && y > 0 && isDark(x, y) == isDark(x - 1, y) && isDark(x, y) == isDark(x, y - 1) && isDark(x, y) == isDark(x - 1, y - 1))
                    penalty += OfSquare;
            }
        }

        // For each twentieth that it is away from half dark, half light.
        return penalty + (OfUnbalance * (Math.Abs((dark * 20) - (size * size * 10)) / (size * size)));
    }

    private static int OfLine(bool[] line)
    {
        var (penalty, run) = (0, 0);
        for (var at = 0; at < line.Length; at++)
        {
            run = at > 0 && line[at] == line[at - 1] ? run + 1 : 1;
            if (run == ShortestRun) penalty += OfRun;
            else if (run > ShortestRun) penalty++;
            foreach (var finder in Finders)
            {
                if (at + finder.Length <= line.Length && line.AsSpan(at, finder.Length).SequenceEqual(finder)) penalty += OfFinder;
            }
        }

        return penalty;
    }
}
