using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Probing;

/// <summary>The loops, with time in the test's hand and probes that end when the test says so.</summary>
public sealed class ProberTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new StepClock().GetUtcNow();
    private readonly StepClock _clock = new();
    private readonly ConcurrentQueue<(string Pod, double At)> _starts = new();
    private readonly ConcurrentQueue<ProbeReport> _reports = new();
    private readonly Prober _prober;
    private Func<PodSettings, CancellationToken, Task<ProbeResult>> _answer = (_, _) => Task.FromResult(ProbeResult.Healthy);
    private Func<ProbeReport, ValueTask> _taking = _ => ValueTask.CompletedTask;
    private Func<string, TimeSpan> _interval = _ => TimeSpan.FromSeconds(1);
    private double _chance = 0.5;
    private int _pods;

    public ProberTests() => _prober = new Prober(
        ProbeAsync, pod => _interval(pod), _ => [IPEndPoint.Parse("127.0.0.1:1")], TakeAsync, _clock, () => _chance, NullLogger<Prober>.Instance);

    public ValueTask DisposeAsync() => _prober.DisposeAsync();

    [Fact]
    public async Task Loop_GoodPod_IsProbedStartToStart()
    {
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await ReportsAsync(1);
        for (var i = 2; i <= 5; i++)
        {
            await RunAsync(1000);
            await ReportsAsync(i);
        }

        StartsOf("pod-a").Should().Equal(0, 1000, 2000, 3000, 4000);
    }

    [Theory]
    [InlineData(0, 900)]
    [InlineData(0.5, 1000)]
    [InlineData(0.999999, 1100)]
    public async Task Loop_Jitter_IsTenPercentEachWay(double chance, int milliseconds)
    {
        _chance = chance;
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await ReportsAsync(1);
        await RunAsync(milliseconds + 1);
        await ReportsAsync(2);
        StartsOf("pod-a").Last().Should().BeInRange(milliseconds - 1, milliseconds + 1);
    }

    [Fact]
    public async Task Loop_FastIntervalAfterAFailure_HoldsAtOnceAndAlsoWhenItComesALittleLater()
    {
        var interval = TimeSpan.FromSeconds(1);
        _interval = _ => interval;
        _answer = (_, _) => Task.FromResult(ProbeResult.Refused);
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await ReportsAsync(1);
        await RunAsync(75);
        // Whoever judges the report needs a moment; the loop has gone back to sleep for the slow interval by then.
        interval = TimeSpan.FromMilliseconds(200);
        await RunAsync(425);
        StartsOf("pod-a").Should().Equal(0, 200, 400);
    }

    [Fact]
    public async Task Loop_Reconsider_AsksForTheIntervalAgain()
    {
        var interval = TimeSpan.FromHours(1);
        _interval = _ => interval;
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await ReportsAsync(1);
        await RunAsync(5000);
        interval = TimeSpan.FromSeconds(1);
        _prober.Reconsider("pod-a");
        await ReportsAsync(2);
        StartsOf("pod-a").Should().Equal(0, 5000);
    }

    [Fact]
    public async Task Loop_HangingProbes_OverlapUpToEight()
    {
        var hang = new TaskCompletionSource<ProbeResult>();
        _answer = (_, cancel) => hang.Task.WaitAsync(cancel);
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await Eventually.TrueAsync(() => _starts.Count == 1, "first start");
        await RunAsync(11_500);
        _starts.Should().HaveCount(8);
        _reports.Should().BeEmpty();
        _prober.Meter.Read().Single().Skipped.Should().Be(4);

        hang.SetResult(ProbeResult.TimedOut);
        await ReportsAsync(8);
        _answer = (_, _) => Task.FromResult(ProbeResult.Healthy);
        await RunAsync(1000);
        await ReportsAsync(9);
        _prober.Meter.Read().Single().Document.Results[(int)ProbeResult.TimedOut].Should().Be(8);
    }

    [Fact]
    public async Task Trigger_Many_AreOneAndNotWithin50Milliseconds()
    {
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await ReportsAsync(1);
        for (var i = 0; i < 100; i++) _prober.Trigger("pod-a");
        await RunAsync(49);
        _starts.Should().HaveCount(1);
        await RunAsync(1);
        await ReportsAsync(2);
        await RunAsync(500);
        _prober.Trigger("pod-a");
        await ReportsAsync(3);
        await RunAsync(1000);
        StartsOf("pod-a").Should().Equal(0, 50, 550, 1550);
    }

    [Fact]
    public async Task TriggerOthers_ProbesTheWitnessesOnly()
    {
        _interval = _ => TimeSpan.FromHours(1);
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1"), ("pod-b", "http://127.0.0.1:2"), ("pod-c", "http://127.0.0.1:3")));
        await ReportsAsync(3);
        await RunAsync(100);
        _prober.TriggerOthers("pod-b");
        _prober.Trigger("nobody");
        await ReportsAsync(5);
        await Eventually.AMomentAsync();
        _starts.Select(start => start.Pod).Order().Should().Equal("pod-a", "pod-a", "pod-b", "pod-c", "pod-c");
    }

    [Fact]
    public async Task Loop_ProbeThatThrows_BecomesInconclusiveAndGoesOn()
    {
        _answer = (_, _) => throw new InvalidOperationException("a bug\u001b[31m");
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await ReportsAsync(1);
        _reports.Single().Result.Should().Be(ProbeResult.Inconclusive);
        _reports.Single().Sentence.Should().Be("the gate could not probe: InvalidOperationException: a bug\uFFFD[31m");
        _answer = (_, _) => Task.FromException<ProbeResult>(new OperationCanceledException());
        await RunAsync(1000);
        await ReportsAsync(2);
        _answer = (_, _) => Task.FromResult(ProbeResult.Healthy);
        await RunAsync(1000);
        await ReportsAsync(3);
        _reports.Last().Result.Should().Be(ProbeResult.Healthy);
    }

    [Fact]
    public async Task Loop_ReceiverOrIntervalThatThrows_GoesOn()
    {
        _taking = _ => throw new InvalidOperationException("full");
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await Eventually.TrueAsync(() => _starts.Count == 1, "first start");
        _interval = _ => throw new InvalidOperationException("no idea");
        await RunAsync(1000);
        _taking = _ => ValueTask.CompletedTask;
        await RunAsync(1000);
        await ReportsAsync(1);
        _starts.Count.Should().BeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task Apply_ChangesLoops_AndDropsWhatTheOldOnesFind()
    {
        var hang = new TaskCompletionSource<ProbeResult>();
        _answer = (pod, _) => pod.Address.Port == 1 ? hang.Task : Task.FromResult(ProbeResult.Healthy);
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1"), ("pod-b", "http://127.0.0.1:2")));
        await ReportsAsync(1);

        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:3")));
        await ReportsAsync(2);
        hang.SetResult(ProbeResult.Refused);
        await RunAsync(3000);

        _reports.Should().NotContain(report => report.Result == ProbeResult.Refused, "that was another address");
        _starts.Count(start => start.Pod == "pod-b").Should().Be(1);
        _prober.Meter.Read().Select(pod => pod.Pod).Should().Equal("pod-a");
    }

    [Fact]
    public async Task Apply_SameAddresses_KeepsTheLoop()
    {
        var fleet = AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1"));
        Apply(fleet);
        await ReportsAsync(1);
        await RunAsync(400);
        Apply(fleet with { ProbeTimeout = TimeSpan.FromSeconds(7) });
        await RunAsync(600);
        await ReportsAsync(2);
        StartsOf("pod-a").Should().Equal(0, 1000);
        _reports.Last().Sentence.Should().Be("within 7 s");
    }

    [Fact]
    public async Task Dispose_WhileProbesHang_EndsAndReportsNothing()
    {
        _answer = async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return ProbeResult.Healthy;
        };
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await Eventually.TrueAsync(() => _starts.Count == 1, "first start");
        await _prober.DisposeAsync().AsTask().WaitAsync(Eventually.Limit);
        _reports.Should().BeEmpty();
        Apply(AddressBookTests.Fleet(("pod-b", "http://127.0.0.1:1")));
        _starts.Should().HaveCount(1);
    }

    [Fact]
    public void Meter_CountsByResultAndDuration()
    {
        var meter = new ProbeMeter();
        meter.Follow("pod-a");
        foreach (var (milliseconds, result) in new[] { (5, ProbeResult.Healthy), (6, ProbeResult.Healthy), (1000, ProbeResult.TimedOut), (20_000, ProbeResult.TimedOut) })
            meter.Add(new ProbeReport("pod-a", Start, Start.AddMilliseconds(milliseconds), result, "x"));
        meter.Add(new ProbeReport("unknown", Start, Start, ProbeResult.Healthy, "x"));

        var pod = meter.Read().Single();
        pod.Document.Results[(int)ProbeResult.Healthy].Should().Be(2);
        pod.Document.Results[(int)ProbeResult.TimedOut].Should().Be(2);
        pod.Document.Buckets.Should().Equal(1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1);
        pod.Document.DurationSum.Should().BeApproximately(21.011, 1e-9);
        pod.LastFinishedAt.Should().Be(Start.AddSeconds(20));
    }

    private void Apply(FleetSettings fleet)
    {
        _prober.Apply(fleet);
        _pods = fleet.Pods.Count;
    }

    private IEnumerable<int> StartsOf(string pod) => _starts.Where(start => start.Pod == pod).Select(start => (int)Math.Round(start.At));

    private Task ReportsAsync(int count) => Eventually.TrueAsync(() => _reports.Count >= count, $"{count} reports");

    /// <summary>Lets time pass in steps small enough for the loops to keep up with.</summary>
    private async Task RunAsync(int milliseconds)
    {
        var end = _clock.GetUtcNow().AddMilliseconds(milliseconds);
        while (_clock.GetUtcNow() is var now && now < end)
        {
            await _clock.SettledAsync(_pods);
            var step = _clock.UntilNext is { } next && next < end - now ? next : end - now;
            _clock.Advance(step);
        }

        await _clock.SettledAsync(_pods);
    }

    private async Task<ProbeReport> ProbeAsync(PodSettings pod, ImmutableArray<IPEndPoint> endpoints, TimeSpan timeout, CancellationToken cancel)
    {
        var sentAt = _clock.GetUtcNow();
        _starts.Enqueue((pod.Name, (sentAt - Start).TotalMilliseconds));
        var result = await _answer(pod, cancel);
        return new ProbeReport(pod.Name, sentAt, _clock.GetUtcNow(), result, $"within {timeout.TotalSeconds} s");
    }

    private async ValueTask TakeAsync(ProbeReport report)
    {
        await _taking(report);
        _reports.Enqueue(report);
    }
}
