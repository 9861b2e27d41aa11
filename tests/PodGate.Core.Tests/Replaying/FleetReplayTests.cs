using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Replaying;
using PodGate.Core.Tests.Pods;

namespace PodGate.Core.Tests.Replaying;

/// <summary>Recorded probes through the real transition function, with the numbers of the time and with others.</summary>
public sealed class FleetReplayTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 22, 22, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);
    private static readonly FleetSettings Settings = FleetStory.Configure(new FleetSettings { Fall = 3 }, ["pod-a", "pod-b", "pod-c"]);

    private readonly List<RecordedProbes> _lines = [];

    [Fact]
    public void TwoFailures_LatchWithFall2_AndOnlySuspendWithFall3()
    {
        Well("pod-a", 0, 60);
        Well("pod-c", 0, 60);
        Well("pod-b", 0, 10);
        Fail("pod-b", 10, ProbeResult.Unhealthy);
        Fail("pod-b", 10.2, ProbeResult.Unhealthy);
        Well("pod-b", 10.4, 40);
        var asWas = Run(Settings);
        asWas.Events.Select(happened => (happened.Kind, happened.Pod)).Should().Equal((ReplayEventKind.Suspended, "pod-b"), (ReplayEventKind.Back, "pod-b"));
        asWas.Events[1].At.Should().BeCloseTo(Begin.AddSeconds(15.2), TimeSpan.FromSeconds(0.5), "its hold is five seconds");
        var strict = Run(Settings with { Fall = 2 });
        strict.Events.Should().ContainSingle().Which.Kind.Should().Be(ReplayEventKind.Latched);
        strict.Events[0].At.Should().BeCloseTo(Begin.AddSeconds(10.2), TimeSpan.FromMilliseconds(20));
        strict.Probes.Should().Be(60 + 60 + 10 + 2 + 40);
    }

    [Fact]
    public void LatchedPod_IsEnabled_WhenItHasLookedWellForLongEnough()
    {
        foreach (var pod in new[] { "pod-a", "pod-c" }) Well(pod, 0, 1200);
        for (var i = 0; i < 3; i++) Fail("pod-b", i * 0.2, ProbeResult.Refused);
        Well("pod-b", 1, 1200);
        var events = Run(Settings).Events.Where(happened => happened.Pod == "pod-b").ToArray();
        events.Select(happened => happened.Kind).Should().Equal(ReplayEventKind.Suspended, ReplayEventKind.Latched, ReplayEventKind.Enabled);
        events[2].At.Should().BeCloseTo(Begin.AddSeconds(601), TimeSpan.FromSeconds(2));
        Run(Settings, enableAfter: TimeSpan.FromHours(1)).Events.Should().NotContain(happened => happened.Kind == ReplayEventKind.Enabled);
    }

    [Fact]
    public void Silence_OfAll_LatchesNobody_AndOfOneLatchesIt()
    {
        foreach (var pod in Settings.Pods.Keys)
        {
            for (var i = 0; i < 20; i++) Fail(pod, i, ProbeResult.TimedOut, 1);
        }

        Run(Settings).Events.Should().OnlyContain(happened => happened.Kind == ReplayEventKind.HeldBack && happened.Cause == Cause.NoWitness);
        _lines.Clear();
        foreach (var pod in new[] { "pod-a", "pod-c" }) Well(pod, 0.1, 20);
        for (var i = 0; i < 10; i++) Fail("pod-b", i, ProbeResult.TimedOut, 1);
        Run(Settings).Events.Should().Contain(happened => happened.Pod == "pod-b" && happened.Kind == ReplayEventKind.Latched && happened.Cause == Cause.Silent);
    }

    [Fact]
    public void ShorterTimeout_MakesSlowGoodProbesTimeOuts()
    {
        foreach (var pod in new[] { "pod-a", "pod-c" }) Well(pod, 0, 30);
        Well("pod-b", 0.05, 30, took: 0.7);
        Run(Settings).Events.Should().BeEmpty();
        var short_ = Run(Settings, TimeSpan.FromMilliseconds(500));
        short_.CutShort.Should().Be(30);
        short_.Events.Should().Contain(happened => happened.Kind == ReplayEventKind.Latched && happened.Pod == "pod-b");
        short_.Events.Where(happened => happened.Kind == ReplayEventKind.Latched).Should().OnlyContain(happened => happened.Sentence.Contains("no answer within 500 ms"));
    }

    [Fact]
    public void LongerTimeout_CannotKnow_AndCountsWhatItDoesNotKnow()
    {
        Well("pod-a", 0, 30);
        for (var i = 0; i < 4; i++) Fail("pod-b", i, ProbeResult.TimedOut, 1);
        var result = Run(Settings, TimeSpan.FromSeconds(3));
        result.Unknowable.Should().Be(4);
        result.CutShort.Should().Be(0);
    }

    [Fact]
    public void Start_ForgetsFailures_AndKeepsLatches()
    {
        foreach (var pod in new[] { "pod-a", "pod-c" }) Well(pod, 0, 60);
        Fail("pod-b", 1, ProbeResult.Refused);
        Fail("pod-b", 1.2, ProbeResult.Refused);
        Fail("pod-b", 20, ProbeResult.Refused);
        Run(Settings).Events.Should().Contain(happened => happened.Kind == ReplayEventKind.Latched);
        Run(Settings, starts: Begin.AddSeconds(10)).Events.Should().NotContain(happened => happened.Kind == ReplayEventKind.Latched);
        Fail("pod-b", 1.3, ProbeResult.Refused);
        var result = Run(Settings, starts: Begin.AddSeconds(10));
        result.Restarts.Should().Be(1);
        result.Events.Count(happened => happened.Kind == ReplayEventKind.Latched).Should().Be(1);
    }

    [Fact]
    public void LongSilenceOfTheHistory_IsARestart()
    {
        foreach (var pod in Settings.Pods.Keys)
        {
            Well(pod, 0, 5);
            Well(pod, 3600, 5);
        }

        var result = Run(Settings);
        result.Restarts.Should().Be(1);
        result.Events.Should().BeEmpty();
    }

    [Fact]
    public void Between_CutsRunsInTheMiddle()
    {
        Well("pod-a", 0, 100);
        var cut = new RecordedHistory([.. _lines], [Begin, Begin.AddSeconds(50)]).Between(Begin.AddSeconds(20), Begin.AddSeconds(29.5));
        cut.Probes.Should().ContainSingle().Which.Count.Should().Be(10);
        cut.Probes[0].From.Should().Be(Begin.AddSeconds(20));
        cut.Starts.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void SelfMonitoringThatIsClosed_LatchesNoMoreThanTheGuardAllows_WhereTheDataPortTookConnections(bool took, int latched)
    {
        foreach (var pod in Settings.Pods.Keys)
        {
            for (var i = 0; i < 10; i++) Fail(pod, i, ProbeResult.Refused);
        }

        var lines = _lines.Select(line => line with { DataPortTook = took });
        var events = FleetReplay.Run(new RecordedHistory([.. lines], []), Settings, null, Later).Events;
        events.Count(happened => happened.Kind == ReplayEventKind.Latched).Should().Be(latched);
    }

    [Fact]
    public void SameHistory_WhateverTheOrderOfItsLines_LeadsToTheSame()
    {
        const int Seed = 20261122;
        var random = new Random(Seed);
        foreach (var pod in Settings.Pods.Keys)
        {
            for (double at = 0; at < 300;)
            {
                if (random.NextDouble() < 0.4) Fail(pod, at, random.NextDouble() < 0.5 ? ProbeResult.Unhealthy : ProbeResult.TimedOut, random.NextDouble());
                else Well(pod, at, random.Next(1, 20));
                at = (_lines[^1].To - Begin).TotalSeconds + 0.1 + random.NextDouble();
            }
        }

        var first = Run(Settings);
        first.Events.Should().NotBeEmpty("seed {0}", Seed);
        var shuffled = _lines.ToArray();
        random.Shuffle(shuffled);
        FleetReplay.Run(new RecordedHistory([.. shuffled], []), Settings, null, Later).Events.Should().Equal(first.Events, "seed {0}", Seed);
    }

    private ReplayResult Run(FleetSettings settings, TimeSpan? timeout = null, TimeSpan? enableAfter = null, params DateTimeOffset[] starts) =>
        FleetReplay.Run(new RecordedHistory([.. _lines], [.. starts]), settings, timeout, enableAfter ?? Later);

    private void Well(string pod, double at, int count, double took = 0.004) => _lines.Add(new RecordedProbes(
        pod, null, ProbeResult.Healthy, "health answered 200 Healthy", Begin.AddSeconds(at), TimeSpan.FromSeconds(took), [.. Enumerable.Repeat(1000, count - 1)]));

    private void Fail(string pod, double at, ProbeResult result, double took = 0.002) =>
        _lines.Add(new RecordedProbes(pod, null, result, $"{result}", Begin.AddSeconds(at), TimeSpan.FromSeconds(took), []));
}
