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
    private TimeSpan _lateness;
    private TimeSpan? _slowerBy;
    private double _chance = 0.5;
    private int _pods;

    public ProberTests() => _prober = new Prober(
        new ProberParts
        {
            Probe = ProbeAsync,
            Check = CheckAsync,
            Interval = pod => _interval(pod),
            CheckInterval = (_, check) => check.Interval,
            Endpoints = _ => [IPEndPoint.Parse("127.0.0.1:1")],
            Sink = TakeAsync,
            LatenessIn = (_, _) => _lateness,
            Time = _clock,
            Chance = () => _chance,
        },
        NullLogger<Prober>.Instance);

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
        _prober.Meter.Read().Single().Results[(int)ProbeResult.TimedOut].Should().Be(8);
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
    public async Task Trigger_OnePod_ProbesThatOneOnly()
    {
        _interval = _ => TimeSpan.FromHours(1);
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1"), ("pod-b", "http://127.0.0.1:2")));
        await ReportsAsync(2);
        await RunAsync(100);
        _prober.Trigger("pod-b");
        _prober.Trigger("nobody");
        await ReportsAsync(3);
        await Eventually.AMomentAsync();
        _starts.Select(start => start.Pod).Order().Should().Equal("pod-a", "pod-b", "pod-b");
    }

    [Fact]
    public async Task Checks_HaveLoopsOfTheirOwn_AndIntervalsOfTheirOwn()
    {
        var fleet = WithChecks(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")), new CheckSettings("login"), new CheckSettings("slow") { Interval = TimeSpan.FromSeconds(9) });
        Apply(fleet);
        await ReportsAsync(3);
        await RunAsync(5000);
        await ReportsAsync(9);
        StartsOf("pod-a/login").Should().Equal(0, 5000);
        StartsOf("pod-a/slow").Should().Equal(0);
        StartsOf("pod-a").Should().Equal(0, 1000, 2000, 3000, 4000, 5000);
        _reports.Count(report => report.Check == "login").Should().Be(2);
        _prober.Meter.Read().Select(pod => (pod.Pod, pod.Check, pod.Results[0])).Should().Equal(("pod-a", null, 6), ("pod-a", "login", 2), ("pod-a", "slow", 1));

        // A check that changed is another one; one that is gone is run no more, and the health address does not care.
        Apply(WithChecks(fleet, new CheckSettings("login") { Timeout = TimeSpan.FromSeconds(3) }));
        await ReportsAsync(10);
        await RunAsync(9000);
        StartsOf("pod-a/login").Should().Equal(0, 5000, 5000, 10_000);
        StartsOf("pod-a/slow").Should().Equal(0);
        StartsOf("pod-a").Should().HaveCount(15);
        _prober.Meter.Read().Select(pod => pod.Check).Should().Equal(null, "login");
    }

    [Theory]
    [InlineData(ProbeResult.TimedOut, 251, ProbeResult.Inconclusive)]
    [InlineData(ProbeResult.TimedOut, 250, ProbeResult.TimedOut)]
    [InlineData(ProbeResult.TooSlow, 4980, ProbeResult.Inconclusive)]
    [InlineData(ProbeResult.Broken, 4980, ProbeResult.Inconclusive)]
    [InlineData(ProbeResult.Refused, 4980, ProbeResult.Refused)]
    [InlineData(ProbeResult.Unhealthy, 4980, ProbeResult.Unhealthy)]
    [InlineData(ProbeResult.Healthy, 4980, ProbeResult.Healthy)]
    public async Task Loop_GateWasLate_TimeOutsAreNoEvidence(ProbeResult found, int late, ProbeResult reported)
    {
        _lateness = TimeSpan.FromMilliseconds(late);
        _answer = (_, _) => Task.FromResult(found);
        Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        await ReportsAsync(1);
        var report = _reports.Single();
        report.Result.Should().Be(reported);
        if (found != reported) report.Sentence.Should().Be($"the gate itself was late by {late / 1000.0:0.##} s meanwhile, so this says nothing: within 1 s");
    }

    // The timeout of 2 s would forgive no lateness up to 500 ms; what the gate's lateness explains is forgiven all the same.
    [Theory]
    [InlineData(400, 400, ProbeResult.Inconclusive)]
    [InlineData(400, 399, ProbeResult.Inconclusive)]
    [InlineData(400, 401, ProbeResult.TooSlow)]
    [InlineData(0, 1, ProbeResult.TooSlow)]
    [InlineData(501, 1500, ProbeResult.Inconclusive)]
    public async Task Check_TooSlowByLessThanTheGateWasLate_SaysNothing(int late, int slowerBy, ProbeResult reported)
    {
        _lateness = TimeSpan.FromMilliseconds(late);
        _slowerBy = TimeSpan.FromMilliseconds(slowerBy);
        _answer = (_, _) => Task.FromResult(ProbeResult.TooSlow);
        var check = new CheckSettings("login") { Timeout = TimeSpan.FromSeconds(2) };
        Apply(WithChecks(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")), check));
        await ReportsAsync(2);
        _reports.Single(report => report.Check == "login").Result.Should().Be(reported);
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
        meter.Follow(new HashSet<(string, string?)> { ("pod-a", null) });
        foreach (var (milliseconds, result) in new[] { (5, ProbeResult.Healthy), (6, ProbeResult.Healthy), (1000, ProbeResult.TimedOut), (20_000, ProbeResult.TimedOut) })
            meter.Add(new ProbeReport("pod-a", Start, Start.AddMilliseconds(milliseconds), result, "x"));
        meter.Add(new ProbeReport("unknown", Start, Start, ProbeResult.Healthy, "x"));

        var pod = meter.Read().Single();
        pod.Results[(int)ProbeResult.Healthy].Should().Be(2);
        pod.Results[(int)ProbeResult.TimedOut].Should().Be(2);
        pod.Buckets.Should().Equal(1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1);
        pod.DurationSum.Should().BeApproximately(21.011, 1e-9);
        pod.LastFinishedAt.Should().Be(Start.AddSeconds(20));
    }

    private void Apply(FleetSettings fleet)
    {
        _prober.Apply(fleet);
        _pods = fleet.Pods.Values.Sum(pod => 1 + pod.Checks.Count);
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

    private async Task<ProbeReport> CheckAsync(PodSettings pod, CheckSettings check, ImmutableArray<IPEndPoint> endpoints, CancellationToken cancel)
    {
        var sentAt = _clock.GetUtcNow();
        _starts.Enqueue(($"{pod.Name}/{check.Name}", (sentAt - Start).TotalMilliseconds));
        return new ProbeReport(pod.Name, sentAt, _clock.GetUtcNow(), await _answer(pod, cancel), "x") { Check = check.Name, SlowerBy = _slowerBy };
    }

    private static FleetSettings WithChecks(FleetSettings fleet, params CheckSettings[] checks) => fleet with
    {
        Pods = fleet.Pods.ToImmutableSortedDictionary(
            pod => pod.Key, pod => pod.Value with { Checks = checks.ToImmutableSortedDictionary(check => check.Name, check => check, StringComparer.Ordinal) }),
    };

    private async ValueTask TakeAsync(ProbeReport report)
    {
        await _taking(report);
        _reports.Enqueue(report);
    }
}
