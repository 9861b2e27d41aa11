using System.Globalization;
using System.Text;

namespace PodGate.Operator.Page;

/// <summary>Turns the numbers of an hour into lines of SVG: in whole numbers, since a page is sent again and again.</summary>
internal static class TrendDrawing
{
    /// <summary>How much time goes across a chart, large or small.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromHours(1);

    /// <summary>A line through the numbers, with a gap where one is missing; empty when all are.</summary>
    /// <param name="points">When, and how much; oldest first.</param>
    /// <param name="until">The moment at the right edge.</param>
    /// <param name="most">The number at the upper edge.</param>
    /// <param name="width">Of the drawing.</param>
    /// <param name="height">Of the drawing.</param>
    public static string Line(IEnumerable<(DateTimeOffset At, double? Number)> points, DateTimeOffset until, double most, int width, int height)
    {
        var line = new StringBuilder();
        var draws = false;
        foreach (var (at, number) in points)
        {
            if (number is null)
            {
                draws = false;
                continue;
            }

            // A pixel is left at both edges, or the line would be cut. One that stands alone is a dash, to the left, for the newest is at the edge.
            var y = height - 1 - (int)Math.Round(Math.Clamp(number.Value / most, 0, 1) * (height - 2));
            line.Append(CultureInfo.InvariantCulture, $"{(draws ? 'L' : 'M')}{Across(at, until, width)} {y}{(draws ? "" : "h-1")}");
            draws = true;
        }

        return line.ToString();
    }

    /// <summary>A bar for each day; none for one of which there is nothing.</summary>
    /// <param name="days">Which day, as <c>2026-11-29</c>, and how much.</param>
    /// <param name="last">The day at the right edge.</param>
    /// <param name="across">How many days go across.</param>
    /// <param name="most">The number at the upper edge.</param>
    /// <param name="width">Of the drawing.</param>
    /// <param name="height">Of the drawing.</param>
    public static string Bars(IEnumerable<(string Day, long Number)> days, string last, int across, double most, int width, int height)
    {
        static int Day(string written) => DateOnly.ParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber;
        var (bars, first) = (new StringBuilder(), Day(last) - across + 1);
        foreach (var (day, number) in days.Where(day => day.Number > 0))
        {
            // What is little is seen, too.
            var (left, right) = ((Day(day) - first) * width / across, (Day(day) - first + 1) * width / across);
            var up = Math.Max(1, (int)Math.Round(Math.Clamp(number / most, 0, 1) * height));
            bars.Append(CultureInfo.InvariantCulture, $"M{left} {height}v-{up}h{Math.Max(1, right - left - (right - left > 3 ? 2 : 0))}v{up}z");
        }

        return bars.ToString();
    }

    /// <summary>How far to the right a moment is.</summary>
    /// <param name="at">The moment.</param>
    /// <param name="until">The moment at the right edge.</param>
    /// <param name="width">Of the drawing.</param>
    public static int Across(DateTimeOffset at, DateTimeOffset until, int width) => (int)Math.Round(Math.Clamp(1 - ((until - at) / Span), 0, 1) * width);

    /// <summary>The next number of 1, 2, 5, 10, 20 and so on, for an axis; 1 when there is nothing.</summary>
    /// <param name="number">The largest that is drawn.</param>
    public static double RoundUp(double number)
    {
        if (number <= 0) return 1;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(number)));
        return number <= unit ? unit : number <= 2 * unit ? 2 * unit : number <= 5 * unit ? 5 * unit : 10 * unit;
    }
}
