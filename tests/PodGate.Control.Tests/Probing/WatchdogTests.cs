using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Probing;

/// <summary>Loops that stop, because a probe or a receiver of reports never comes back.</summary>
public sealed class WatchdogTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<LoopNotice> _notices = new();
    private readonly ConcurrentQueue<ProbeReport> _reports = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Prober _prober;
    private readonly References _references;
    private readonly Watchdog _watchdog;
    private volatile bool _probeHangs;
    private volatile bool _sinkHangs;
    private volatile bool _late;
    private int _starts;

    public WatchdogTests()
    {
        _prober = new Prober(
            new ProberParts
            {
                Probe = ProbeAsync,
                Check = (_, _, _, _) => throw new InvalidOperationException("there are no checks"),
                Interval = _ => TimeSpan.FromSeconds(1),
                CheckInterval = (_, check) => check.Interval,
                Endpoints = _ => [IPEndPoint.Parse("127.0.0.1:1")],
                Sink = TakeAsync,
                Time = _time,
                Chance = () => 0.5,
            },
            NullLogger<Prober>.Instance);
        _references = new References(
            new ReferenceProbe(_time, _ => [], Guid.NewGuid), (_, _) => ValueTask.CompletedTask, _time, () => 0.5, NullLogger<References>.Instance);
        _watchdog = new Watchdog(_prober, _references, (_, _) => _late ? TimeSpan.FromSeconds(5) : TimeSpan.Zero, _time, NullLogger<Watchdog>.Instance);
        _watchdog.Noticed += _notices.Enqueue;
    }

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        await _watchdog.DisposeAsync();
        await _references.DisposeAsync();
        await _prober.DisposeAsync();
    }

    [Fact]
    public async Task ProbeThatNeverComesBack_ItsLoopIsReplaced_AndSaidOnce_AndOnceWhenItWorksAgain()
    {
        _probeHangs = true;
        Begin();
        // Eight hang at 0 to 7 s; three intervals and the timeout of 1 s later they are too long ago, and it takes a second look.
        await RunUntilAsync(() => _watchdog.Restarts == 1, 14);
        _time.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(7 + 4));
        _notices.Single().Should().Match<LoopNotice>(notice => notice.Pod == "pod-a" && !notice.Resolved
            && notice.Sentence.StartsWith("the probe loop of pod-a had started nothing for "));

        _probeHangs = false;
        await RunUntilAsync(() => _notices.Count == 2, 5);
        _notices.Last().Should().Be(new LoopNotice("pod-a", "the new probe loop of pod-a works", Resolved: true));
        await RunUntilAsync(() => _reports.Count > 20, 40);
        _watchdog.Restarts.Should().Be(1);
        _notices.Should().HaveCount(2);
    }

    [Fact]
    public async Task ReceiverThatNeverComesBack_TheSame_MoreAndMoreRarely()
    {
        _sinkHangs = true;
        Begin();
        await RunUntilAsync(() => _watchdog.Restarts == 1, 14);
        var first = _time.Elapsed;
        await RunUntilAsync(() => _watchdog.Restarts == 2, 30);
        var second = _time.Elapsed;
        await RunUntilAsync(() => _watchdog.Restarts == 3, 60);
        (second - first).Should().BeGreaterThan(first, "its patience doubles");
        (_time.Elapsed - second).Should().BeGreaterThan(second - first);
    }

    [Fact]
    public async Task GateThatWasStopped_BlamesItself()
    {
        _probeHangs = true;
        Begin();
        await RunUntilAsync(() => Volatile.Read(ref _starts) == 8, 10);
        _late = true;
        for (var i = 0; i < 30; i++) await SecondAsync();
        _watchdog.Restarts.Should().Be(0);
        _late = false;
        await RunUntilAsync(() => _watchdog.Restarts == 1, 10);
    }

    [Fact]
    public async Task LoopsThatWork_AreLeftAlone()
    {
        Begin();
        for (var i = 0; i < 60; i++) await SecondAsync();
        _watchdog.Restarts.Should().Be(0);
        _notices.Should().BeEmpty();
        _reports.Count.Should().BeGreaterThan(40);
    }

    private void Begin()
    {
        _prober.Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        _watchdog.Start();
    }

    private async Task RunUntilAsync(Func<bool> holds, int seconds)
    {
        for (var i = 0; i < seconds && !holds(); i++) await SecondAsync();
        await Eventually.TrueAsync(holds, $"after {_time.Elapsed.TotalSeconds} s; {_watchdog.Restarts} restarts, {_starts} starts, {_notices.Count} notices");
    }

    /// <summary>A second in steps that both the loop and the watchdog can keep up with: each has its timer before time goes on.</summary>
    private async Task SecondAsync()
    {
        for (var step = 0; step < 4; step++)
        {
            await _time.WaitForTimersAsync(2);
            _time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }
    }

    private async Task<ProbeReport> ProbeAsync(PodSettings pod, ImmutableArray<IPEndPoint> endpoints, TimeSpan timeout, CancellationToken cancel)
    {
        var sentAt = _time.GetUtcNow();
        Interlocked.Increment(ref _starts);
        if (_probeHangs) await _release.Task;
        return new ProbeReport(pod.Name, sentAt, _time.GetUtcNow(), ProbeResult.Healthy, "well");
    }

    private async ValueTask TakeAsync(ProbeReport report)
    {
        if (_sinkHangs) await _release.Task;
        _reports.Enqueue(report);
    }
}
