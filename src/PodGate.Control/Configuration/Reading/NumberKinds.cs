using System.Globalization;
using System.Text.RegularExpressions;

namespace PodGate.Control.Configuration.Reading;

/// <summary>A whole number within limits.</summary>
internal sealed class WholeNumberKind(long least, long most) : ValueKind<long>
{
    public long Least => least;

    public long Most => most;

    /// <summary>0 is right too, below the least.</summary>
    public bool OrZero { get; init; }

    public override string Name => "a whole number";

    protected override string Example => string.Create(CultureInfo.InvariantCulture, $"write {least} to {most}{(OrZero ? ", or 0" : "")}");

    public override bool TryRead(WrittenValue written, string key, Findings findings, out long value)
    {
        value = 0;
        var isNumber = written.Kind is WrittenKind.Number or WrittenKind.Variable
            && long.TryParse(written.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        if (!isNumber)
        {
            var quotes = written.Kind == WrittenKind.Text && long.TryParse(written.Text, CultureInfo.InvariantCulture, out _);
            return Refuse(written, key, findings, $"{written.Quoted} is not {Name}", quotes ? Remedy + ", without quotes" : Remedy);
        }

        if ((value >= least && value <= most) || (OrZero && value == 0))
            return true;
        return Refuse(written, key, findings, $"{written.Quoted} is too {(value < least ? "small" : "large")}");
    }

    public override string Show(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A duration within limits: hours, minutes and seconds, all of them written.</summary>
internal sealed partial class DurationKind(TimeSpan least, TimeSpan most) : ValueKind<TimeSpan>
{
    public TimeSpan Least => least;

    public TimeSpan Most => most;

    public override string Name => "a duration";

    protected override string Example => most >= TimeSpan.FromDays(1)
        ? "write \"hh:mm:ss\" or \"d.hh:mm:ss\", such as \"00:00:30\""
        : "write \"hh:mm:ss\", such as \"00:00:01\"";

    public override bool TryRead(WrittenValue written, string key, Findings findings, out TimeSpan value)
    {
        // The pattern first: .NET would take "5" for five days, and "00:01" for a minute.
        value = default;
        if (!written.IsText || !Pattern().IsMatch(written.Text) || !TimeSpan.TryParseExact(written.Text, "c", CultureInfo.InvariantCulture, out value))
            return Refuse(written, key, findings);
        if (value >= least && value <= most)
            return true;
        return Refuse(
            written,
            key,
            findings,
            $"{written.Quoted} is too {(value < least ? "short" : "long")}",
            $"write {Show(least)} to {Show(most)}{(OrNull ? ", or null" : "")}");
    }

    /// <summary>The kind with these limits, written as .NET writes durations.</summary>
    public static DurationKind Of(string least, string most, bool orNull = false) =>
        new(TimeSpan.ParseExact(least, "c", CultureInfo.InvariantCulture), TimeSpan.ParseExact(most, "c", CultureInfo.InvariantCulture)) { OrNull = orNull };

    public override string Show(TimeSpan value) => $"\"{Write(value)}\"";

    /// <summary>The shortest way to write a duration.</summary>
    public static string Write(TimeSpan value)
    {
        var text = value.ToString("c", CultureInfo.InvariantCulture);
        return text.EndsWith("0000", StringComparison.Ordinal) && text.Contains('.', StringComparison.Ordinal) && value.Ticks % TimeSpan.TicksPerSecond != 0
            ? text[..^4]
            : text;
    }

    [GeneratedRegex(@"^-?(\d{1,5}\.)?\d\d:\d\d:\d\d(\.\d{1,7})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
