using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.TestKit;

namespace PodGate.Control.Tests;

/// <summary>What the gatekeeper's loop takes together, and how long it rests.</summary>
public sealed class GatekeeperQueueTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

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
        using var queue = new GatekeeperQueue(new ManualTime());
        foreach (var what in waiting) queue.TryPut(new Step(what == 't' ? new TimePassed() : new ProbeEnded(Report($"pod-{what}")), null)).Should().BeTrue();
        var taken = new List<string>();
        while (queue.TryTake(out var step)) taken.Add(Name(step));
        string.Join('|', taken).Should().Be(steps);
    }

    // What comes, or came, during a rest of 1,000 pods, and how many milliseconds it lasts.
    [Theory]
    [InlineData("nothing", 50)]
    [InlineData("good news", 50)]
    [InlineData("time", 50)]
    [InlineData("bad news", 10)]
    [InlineData("a command", 10)]
    [InlineData("a refused connection", 10)]
    public async Task Rest_OfALargeFleet_IsEndedByWhatMayHaveToBeActedOn(string what, int milliseconds)
    {
        var time = new ManualTime();
        using var queue = new GatekeeperQueue(time);
        var rest = queue.RestAsync(1000, CancellationToken.None);
        if (Input(what) is { } input) queue.TryPut(new Step(input, null)).Should().BeTrue();
        await time.WaitForTimersAsync();
        time.Advance(9 * Millisecond);
        rest.IsCompleted.Should().BeFalse();
        time.Advance(Millisecond);
        if (milliseconds > 10)
        {
            await time.WaitForTimersAsync();
            time.Advance((milliseconds - 11) * Millisecond);
            rest.IsCompleted.Should().BeFalse();
            time.Advance(Millisecond);
        }

        await rest.WaitAsync(TimeSpan.FromSeconds(10));
        time.Elapsed.Should().Be(milliseconds * Millisecond);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(99, 0)]
    [InlineData(100, 5)]
    [InlineData(500, 25)]
    [InlineData(1024, 50)]
    public async Task Rest_GrowsWithTheFleet(int pods, int milliseconds)
    {
        var time = new ManualTime();
        using var queue = new GatekeeperQueue(time);
        var rest = queue.RestAsync(pods, CancellationToken.None);
        rest.IsCompleted.Should().Be(milliseconds == 0);
        for (var part = 0; part < 2 && !rest.IsCompleted; part++)
        {
            await time.WaitForTimersAsync();
            time.Advance(time.NextDue!.Value);
        }

        await rest.WaitAsync(TimeSpan.FromSeconds(10));
        time.Elapsed.Should().Be(milliseconds * Millisecond);
    }

    [Fact]
    public async Task Rest_IsEndedByStopping()
    {
        using var queue = new GatekeeperQueue(new ManualTime());
        using var stop = new CancellationTokenSource();
        var rest = queue.RestAsync(1000, stop.Token);
        await stop.CancelAsync();
        await rest.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static FleetInput? Input(string what) => what switch
    {
        "good news" => new ProbeEnded(Report("pod-a")),
        "bad news" => new ProbeEnded(Report("pod-a", ProbeResult.Unhealthy)),
        "time" => new TimePassed(),
        "a command" => new Commanded(new DrainCommand("pod-a", "ann", "work", false, null, null)),
        "a refused connection" => new ConnectionRefused("pod-a"),
        _ => null,
    };

    private static string Name(Step step) => step.Input is ProbeEnded ended ? string.Concat(ended.Reports.Select(report => report.Pod[^1])) : "t";

    private static ProbeReport Report(string pod, ProbeResult result = ProbeResult.Healthy) => new(pod, Now, Now, result, "what it said");
}
