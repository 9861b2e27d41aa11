using System.Globalization;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>
/// An explanation for people, most important first. Made for 80 columns: a block of short lines for each question that somebody has at night, and
/// what is too long for a line goes on below, indented.
/// </summary>
internal static class WhyDetail
{
    private const int Indent = 2;

    /// <summary>Prints it.</summary>
    /// <param name="screen">Where to print.</param>
    /// <param name="why">The gate's answer.</param>
    public static void Show(Screen screen, WhyJson why)
    {
        var pod = why.Pod;
        screen.Line(
            $"{pod.Name} is ", new Words(pod.State, Looks.OfState(pod.State)), $" since {PlainText.Moment(pod.StateSince)} ({PlainText.Span(why.Now - pod.StateSince)}), health ",
            new Words(pod.Health, Looks.OfHealth(pod.Health)));
        screen.Indented(Indent, pod.Sentence);
        foreach (var line in MaintenanceWords.Of(pod, why.Now)) screen.Indented(Indent, line);
        ShowRulings(screen, why);
        ShowNumbers(screen, why.Numbers);
        ShowEvidence(screen, pod);
        ShowReports(screen, why.Reports);
        if (why.Document is { } document) ShowDocument(screen, document, why.Now);
        if (why.Body is { } body) Section(screen, "THE BEGINNING OF THE LAST BODY (the pod's own words)", body);
        Section(screen, "THE GUARD", [.. why.Guard]);
        Head(screen, "ENABLE");
        screen.Indented(Indent, new Words(why.Enable.Allowed ? "yes: " : "no: ", why.Enable.Allowed ? Looks.Good : Looks.Warning), why.Enable.Sentence);
    }

    private static void ShowRulings(Screen screen, WhyJson why)
    {
        Head(screen, "DECIDED BY");
        foreach (var ruling in why.Rulings)
        {
            var cause = ruling.Cause is null ? "" : $" {ruling.Cause}";
            screen.Indented(Indent, $"{ruling.By}{cause}, since {PlainText.Moment(ruling.Since)}");
            screen.Indented(2 * Indent, $"rule: {ruling.Rule}");

            // The state's sentence stands above already.
            if (ruling.Sentence != why.Pod.Sentence) screen.Indented(2 * Indent, $"seen: {ruling.Sentence}");
        }
    }

    private static void ShowNumbers(Screen screen, IReadOnlyList<ComparisonJson> numbers)
    {
        foreach (var subject in numbers.GroupBy(number => number.Subject))
        {
            Head(screen, $"NUMBERS NOW: {subject.Key}");
            foreach (var number in subject) screen.Indented(Indent, $"{number.Name,-28} {number.Value,10}  {number.Limit}".TrimEnd());
        }
    }

    private static void ShowEvidence(Screen screen, PodJson pod)
    {
        if (pod.Latch is not { Evidence.Count: > 0 } latch) return;
        Section(screen, $"EVIDENCE OF THE LATCH, as it was at {PlainText.Moment(latch.Since)}", [.. latch.Evidence]);
    }

    private static void ShowReports(Screen screen, IReadOnlyList<ReportJson> reports)
    {
        foreach (var track in reports.GroupBy(report => report.Check))
        {
            Head(screen, track.Key is null ? "LAST REPORTS: health address" : $"LAST REPORTS: check {track.Key}");
            string? shown = null;
            foreach (var report in track)
            {
                var witnessed = report.Witnessed ? " (a witness answered)" : "";
                var at = report.At.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
                screen.Indented(Indent, PlainText.Invariant($"{at} {report.Result,-11} {report.Milliseconds,6:0.#} ms  {report.Sentence}{witnessed}").TrimEnd());

                // The health address has its document and its last body below; of a check this is all that there is.
                if (track.Key is null || report.Body is null || report.Body == shown) continue;
                screen.Indented(2 * Indent, $"body: {report.Body}");
                shown = report.Body;
            }
        }
    }

    private static void ShowDocument(Screen screen, DocumentJson document, DateTimeOffset now)
    {
        Head(screen, $"LAST DOCUMENT, {PlainText.Span(now - document.At)} ago: judged {document.Result}");
        if (document.Identity is { } identity) Fact(screen, "identity", identity);
        if (document.Version is { } version) Fact(screen, "version", version);
        if (document.ObservedAt is { } observed) Fact(screen, "observed at", $"{PlainText.Moment(observed)} by the pod's clock");
        if (document.Sequence is { } sequence) Fact(screen, "sequence", PlainText.Invariant($"{sequence}"));
        if (document.Uptime is { } uptime) Fact(screen, "uptime", PlainText.Span(uptime));
        if (document.CacheAge is { } age) Fact(screen, "from a cache", $"{PlainText.Span(age)} old");
        if (document.ClockSkewSeconds is { } skew)
            Fact(screen, "clock", PlainText.Invariant($"{Math.Abs(skew):0.0} s {(skew < 0 ? "behind" : "ahead of")} the gate's"));
        foreach (var component in document.Components)
        {
            var text = component.Text is null ? "" : $": {component.Text}";
            screen.Indented(Indent, $"{component.Name} ", new Words(component.Result, Looks.OfHealth(component.Result)), $" (rule: {component.Rule}){text}");
        }
    }

    private static void Fact(Screen screen, string name, string value) => screen.Indented(Indent, $"{name,-14}{value}");

    private static void Section(Screen screen, string head, params IReadOnlyList<string> lines)
    {
        Head(screen, head);
        foreach (var line in lines) screen.Indented(Indent, line);
    }

    private static void Head(Screen screen, string head)
    {
        screen.Line();
        screen.Line(new Words(head, Looks.Heading));
    }
}
