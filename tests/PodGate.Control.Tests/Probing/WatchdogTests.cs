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
        // Eight hang; three intervals and the timeout of 1 s after the last of them it is too long ago, and it takes a second look.
        await AdvanceUntilAsync(() => _watchdog.Restarts == 1, 60);
        _time.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(4));
        _notices.Single().Should().Match<LoopNotice>(notice => notice.Pod == "pod-a" && !notice.Resolved
            && notice.Sentence.StartsWith("the probe loop of pod-a had started nothing for "));

        _probeHangs = false;
        await SecondsWithReportsAsync(20);
        await AdvanceUntilAsync(() => _notices.Count == 2, 60);
        _notices.Last().Should().Be(new LoopNotice("pod-a", "the new probe loop of pod-a works", Resolved: true));
        await SecondsWithReportsAsync(20);
        _watchdog.Restarts.Should().Be(1);
        _notices.Should().HaveCount(2);
    }

    [Fact]
    public async Task ReceiverThatNeverComesBack_TheSame_MoreAndMoreRarely()
    {
        _sinkHangs = true;
        Begin();
        await AdvanceUntilAsync(() => _watchdog.Restarts == 1, 60);
        var first = _time.Elapsed;
        await AdvanceUntilAsync(() => _watchdog.Restarts == 2, 120);
        var second = _time.Elapsed;
        await AdvanceUntilAsync(() => _watchdog.Restarts == 3, 240);
        (second - first).Should().BeGreaterThan(TimeSpan.FromSeconds(8), "its patience doubles");
        (_time.Elapsed - second).Should().BeGreaterThan(TimeSpan.FromSeconds(16));
    }

    [Fact]
    public async Task GateThatWasStopped_BlamesItself()
    {
        _late = true;
        _probeHangs = true;
        Begin();
        await AdvanceUntilAsync(() => _time.Elapsed > TimeSpan.FromSeconds(60), 120);
        _watchdog.Restarts.Should().Be(0);
        _late = false;
        await AdvanceUntilAsync(() => _watchdog.Restarts == 1, 60);
    }

    [Fact]
    public async Task LoopsThatWork_AreLeftAlone()
    {
        Begin();
        await SecondsWithReportsAsync(60);
        _watchdog.Restarts.Should().Be(0);
        _notices.Should().BeEmpty();
    }

    private void Begin()
    {
        _prober.Apply(AddressBookTests.Fleet(("pod-a", "http://127.0.0.1:1")));
        _watchdog.Start();
    }

    private async Task AdvanceUntilAsync(Func<bool> holds, int seconds)
    {
        var done = await _time.AdvanceUntilAsync(holds, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(seconds));
        done.Should().BeTrue("after {0} s: {1} restarts, {2} starts, notices: {3}", _time.Elapsed.TotalSeconds, _watchdog.Restarts, _starts, string.Join("; ", _notices));
    }

    /// <summary>Lets time pass, and in each second the loop report: so it keeps up, however busy the machine is.</summary>
    private async Task SecondsWithReportsAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            var before = _reports.Count;
            _time.Advance(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(() => _reports.Count > before, $"a report after {_time.Elapsed.TotalSeconds} s");
            // The report is there a moment before its loop sleeps again.
            await _time.WaitForTimersAsync(2);
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
