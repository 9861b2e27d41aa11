using System.Threading.Channels;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests;

/// <summary>Which reports of those that wait are taken in one step.</summary>
public sealed class GatekeeperStepTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    // Reports by their pod; t: time passes. What stands between bars is one step.
    [Theory]
    [InlineData("a", "a")]
    [InlineData("abc", "abc")]
    [InlineData("aba", "ab|a")]
    [InlineData("aaa", "a|a|a")]
    [InlineData("abtab", "ab|t|ab")]
    [InlineData("tat", "t|a|t")]
    [InlineData("", "")]
    public void ReportsThatWait_AreTakenTogether_NeverTwoOfOnePod(string waiting, string steps)
    {
        var queue = Channel.CreateBounded<Step>(100);
        foreach (var what in waiting) queue.Writer.TryWrite(new Step(what == 't' ? new TimePassed() : new ProbeEnded(Report($"pod-{what}")), null)).Should().BeTrue();
        var taken = new List<string>();
        while (queue.Reader.TryRead(out var step)) taken.Add(Name(step.WithWhatWaits(queue.Reader)));
        string.Join('|', taken).Should().Be(steps);
    }

    private static string Name(Step step) => step.Input is ProbeEnded ended ? string.Concat(ended.Reports.Select(report => report.Pod[^1])) : "t";

    private static ProbeReport Report(string pod) => new(pod, Now, Now, ProbeResult.Healthy, "well");
}
