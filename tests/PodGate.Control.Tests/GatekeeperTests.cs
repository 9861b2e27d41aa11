using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.Journal;
using PodGate.Control.Takeover;
using PodGate.Control.Tests.Alerts;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using RawServer = PodGate.TestKit.Servers.RawPod;

namespace PodGate.Control.Tests;

/// <summary>The order of effects, with a journal that is slow or fails when it is told to.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class GatekeeperTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Drain_IsPublishedBeforeItIsJournalled_AndAcknowledgedAfterwards()
    {
        await using var rig = await Rig.StartAsync();
        rig.Journal.Hold();
        var command = rig.Keeper.ExecuteAsync(new DrainCommand("pod-a", "anna", "update", false, null, null), CancellationToken.None);
        await Rig.UntilAsync(() => rig.Keeper.Current.Pods[0].Admission == Admission.Excluded);
        command.IsCompleted.Should().BeFalse("it is not durable yet");
        rig.Journal.Release(true);
        (await command.WaitAsync(Patience)).Durable.Should().BeTrue();
    }

    [Fact]
    public async Task Drain_ThatCannotBeWritten_IsInEffectAndSaysSo()
    {
        await using var rig = await Rig.StartAsync();
        rig.Journal.Hold();
        var command = rig.Keeper.ExecuteAsync(new DrainCommand("pod-a", "anna", "update", false, null, null), CancellationToken.None);
        rig.Journal.Release(false);
        var outcome = await command.WaitAsync(Patience);
        (outcome.Refusal, outcome.Durable).Should().Be((null, false));
        outcome.View.Find("pod-a")!.Record.Intent.Kind.Should().Be(IntentKind.Disabled);
    }

    [Fact]
    public async Task Pins_OfANewConfiguration_AreInForceAndAnEvent()
    {
        await using var rig = await Rig.StartAsync();
        var pins = Pins.Of([new Pin(System.Net.IPNetwork.Parse("192.0.2.0/24"), "pod-c")]);
        await rig.Keeper.SubmitAsync(new Reconfigured(rig.Keeper.View.Fleet.Settings with { Pins = pins }), CancellationToken.None);
        await Rig.UntilAsync(() => ReferenceEquals(rig.Keeper.Current.Pins, pins));
        rig.Keeper.View.Snapshot.Should().BeSameAs(rig.Keeper.Current);
        rig.Keeper.Events(0, int.MaxValue)[^1].Sentence.Should().Be("192.0.2.0/24 is pinned to pod-c now");
        var version = rig.Keeper.Current.Version;
        await rig.FailAsync("pod-a");
        await Rig.UntilAsync(() => rig.State("pod-a") == PodState.Latched);
        rig.Keeper.Current.Pins.Should().BeSameAs(pins);
        rig.Keeper.Current.Version.Should().BeGreaterThan(version);
    }

    [Fact]
    public async Task Enable_IsJournalledBeforeItIsPublished_AndOthersAreNotHeldUp()
    {
        await using var rig = await Rig.StartAsync();
        await rig.Keeper.ExecuteAsync(new DrainCommand("pod-a", "anna", "update", false, null, null), CancellationToken.None);
        rig.Journal.Hold();
        var enable = rig.Keeper.ExecuteAsync(new EnableCommand("pod-a", "anna", "done", true, null), CancellationToken.None);
        await rig.FailAsync("pod-b");
        await Rig.UntilAsync(() => rig.State("pod-b") == PodState.Latched);
        rig.Keeper.Current.Pods[0].Admission.Should().Be(Admission.Excluded, "the enable is not in the journal yet");
        rig.Journal.Release(true);
        (await enable.WaitAsync(Patience)).Refusal.Should().BeNull();
        rig.Keeper.Current.Pods[0].Admission.Should().Be(Admission.Serving);
    }

    [Fact]
    public async Task Enable_ThatCannotBeWritten_IsRefusedAndLeavesNothingBehind()
    {
        await using var rig = await Rig.StartAsync();
        await rig.Keeper.ExecuteAsync(new DrainCommand("pod-a", "anna", "update", false, null, null), CancellationToken.None);
        rig.Journal.Hold();
        var enable = rig.Keeper.ExecuteAsync(new EnableCommand("pod-a", "anna", "done", true, null), CancellationToken.None);
        rig.Journal.Release(false);
        (await enable.WaitAsync(Patience)).Refusal!.Kind.Should().Be(RefusalKind.NotDurable);
        rig.Journal.Open();
        (await rig.Keeper.ExecuteAsync(new EnableCommand("pod-a", "anna", "done", true, null), CancellationToken.None).WaitAsync(Patience)).Refusal.Should().BeNull();
    }

    [Fact]
    public async Task Disable_OvertakesAnEnableThatIsBeingWritten()
    {
        await using var rig = await Rig.StartAsync();
        await rig.Keeper.ExecuteAsync(new DrainCommand("pod-a", "anna", "update", false, null, null), CancellationToken.None);
        rig.Journal.Hold();
        var enable = rig.Keeper.ExecuteAsync(new EnableCommand("pod-a", "anna", "done", true, null), CancellationToken.None);
        var disable = rig.Keeper.ExecuteAsync(new DisableCommand("pod-a", "ben", "not yet", true, null), CancellationToken.None);
        await Rig.UntilAsync(() => rig.Keeper.View.Find("pod-a")!.Record.Intent.Who == "ben");
        rig.Journal.Release(true);
        (await enable.WaitAsync(Patience)).Refusal!.Kind.Should().Be(RefusalKind.Changed);
        (await disable.WaitAsync(Patience)).Refusal.Should().BeNull();
        rig.State("pod-a").Should().Be(PodState.Drained);
        var written = rig.Journal.Entries.SelectMany(entry => entry.Transitions).Where(t => t.Pod == "pod-a" && t.Record is not null).ToArray();
        written.Select(t => t.Version).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        written[^1].Record!.Intent.Who.Should().Be("ben");
    }

    [Fact]
    public async Task ALatch_IsJournalled_AlthoughNobodyWaitsForIt()
    {
        await using var rig = await Rig.StartAsync();
        await rig.FailAsync("pod-b");
        await Rig.UntilAsync(() => rig.Journal.Entries.Any(entry => entry.Transitions.Any(t => t.Record?.Latch is not null)));
    }

    [Fact]
    public async Task ACommandThatChangesNothing_SaysSo()
    {
        await using var rig = await Rig.StartAsync();
        var outcome = await rig.Keeper.ExecuteAsync(new EnableCommand("pod-a", "anna", "again", false, null), CancellationToken.None);
        outcome.Sentence.Should().StartWith("nothing to do");
        outcome.Refusal.Should().BeNull();
    }

    [Fact]
    public async Task AfterTheEnd_CommandsAreRefused_AndThoseThatWaitAreAnswered()
    {
        var rig = await Rig.StartAsync();
        await rig.Keeper.ExecuteAsync(new DrainCommand("pod-a", "anna", "update", false, null, null), CancellationToken.None);
        rig.Journal.Hold();
        var waiting = rig.Keeper.ExecuteAsync(new EnableCommand("pod-a", "anna", "done", true, null), CancellationToken.None);
        await Rig.UntilAsync(() => rig.Journal.Waiting > 0);
        await rig.DisposeAsync();
        rig.Journal.Release(true);
        (await waiting.WaitAsync(Patience)).Refusal!.Kind.Should().Be(RefusalKind.Unavailable);
        var late = await rig.Keeper.ExecuteAsync(new FreezeCommand("anna", "late", TimeSpan.FromMinutes(1)), CancellationToken.None);
        late.Refusal!.Kind.Should().Be(RefusalKind.Unavailable);
    }

    [Fact]
    public async Task WhatFallsDueInTheStepOfAnEnable_IsJournalledToo_AndTheEnableOnce()
    {
        var clock = new StoppedClock();
        await using var rig = await Rig.StartAsync(clock);
        await rig.Keeper.ExecuteAsync(new DrainCommand("pod-a", "anna", "update", false, null, null), CancellationToken.None);
        await rig.Keeper.ExecuteAsync(new FreezeCommand("anna", "network", TimeSpan.FromMinutes(1)), CancellationToken.None);
        await rig.FailAsync("pod-b");
        await Rig.UntilAsync(() => rig.State("pod-b") == PodState.Observed);

        // Nothing happens at the end of the freeze but the enable: in its step the freeze ends, and pod-b is latched.
        clock.Now += TimeSpan.FromMinutes(2);
        var outcome = await rig.Keeper.ExecuteAsync(new EnableCommand("pod-a", "anna", "done", true, null), CancellationToken.None).WaitAsync(Patience);
        (outcome.Refusal, outcome.Durable, rig.State("pod-a"), rig.State("pod-b")).Should().Be((null, true, PodState.Open, PodState.Latched));
        outcome.Sentence.Should().StartWith("anna enabled pod-a");
        var entries = rig.Journal.Entries;
        var written = entries.SelectMany(entry => entry.Transitions).ToArray();
        written.Where(t => t.Record?.Latch is not null).Should().ContainSingle().Which.Pod.Should().Be("pod-b");
        written.Where(t => t.Cause == Cause.Unfrozen).Should().ContainSingle();
        entries.Last(entry => entry.FreezeChanged).Freeze.Should().BeNull();
        written.Where(t => t.Cause == Cause.Enabled).Should().ContainSingle().Which.Pod.Should().Be("pod-a");
    }

    [Fact]
    public async Task Plan_IsInTheJournal_WithEachStageItComesTo_AndItsEnableIsWrittenBeforehand()
    {
        var clock = new StoppedClock();
        await using var rig = await Rig.StartAsync(clock);
        var (from, until) = (clock.Now.AddMinutes(1), clock.Now.AddMinutes(10));
        var planned = await rig.Keeper.ExecuteAsync(
            new PlanMaintenanceCommand("pod-a", "anna", "update", from, until, "UTC") { EnableWhenWell = true }, CancellationToken.None).WaitAsync(Patience);
        planned.Sentence.Should().StartWith("anna planned maintenance m-");
        var plan = rig.Keeper.View.Fleet.Agenda.Open.Single();
        (await rig.Keeper.ExecuteAsync(new CancelMaintenanceCommand("m-0", "anna", "x"), CancellationToken.None).WaitAsync(Patience)).Refusal!.Kind.Should().Be(RefusalKind.UnknownPlan);

        clock.Now = from;
        await rig.Keeper.SubmitAsync(new TimePassed(), CancellationToken.None);
        await Rig.UntilAsync(() => rig.Keeper.Current.Pods[0].Admission == Admission.Excluded);

        clock.Now = until;
        rig.Journal.Hold();
        await rig.ProbeAsync("pod-a", ProbeResult.Healthy);
        await Rig.UntilAsync(() => rig.Journal.Entries[^1].Transitions.Any(t => t.Cause == Cause.MaintenanceEnabled));
        rig.Keeper.Current.Pods[0].Admission.Should().Be(Admission.Closed, "it is not durable yet, and its deadline was in between");
        rig.Journal.Release(true);
        await Rig.UntilAsync(() => rig.State("pod-a") == PodState.Open);
        await Rig.UntilAsync(() => rig.Journal.Entries[^1].Agenda?.Plans[0].Stage == MaintenanceStage.Over);
        rig.Journal.Entries.SelectMany(entry => entry.Transitions).Where(t => t.Cause == Cause.MaintenanceEnabled).Should().ContainSingle();
        rig.Journal.Entries.Where(entry => entry.Agenda is not null).Select(entry => entry.Agenda!.Plans.Single().Stage)
            .Should().Equal(MaintenanceStage.Planned, MaintenanceStage.Begun, MaintenanceStage.Over);
        rig.Journal.Entries.SelectMany(entry => entry.Transitions).Count(t => t.IsTold && t.Sentence.Contains(plan.Id)).Should().Be(2, "planned, and over");
    }

    [Fact]
    public async Task Command_InTheStepInWhichAPlansEnableFallsDue_IsAnsweredForItself()
    {
        var clock = new StoppedClock();
        await using var rig = await Rig.StartAsync(clock);
        await rig.Keeper.ExecuteAsync(
            new PlanMaintenanceCommand("pod-a", "anna", "update", clock.Now, clock.Now.AddMinutes(1), "UTC") { EnableWhenWell = true }, CancellationToken.None);
        await Rig.UntilAsync(() => rig.State("pod-a") == PodState.Drained || rig.Keeper.Current.Pods[0].Admission == Admission.Excluded);
        clock.Now = clock.Now.AddSeconds(59);
        await rig.ProbeAsync("pod-a", ProbeResult.Healthy);
        clock.Now = clock.Now.AddSeconds(1);
        var outcome = await rig.Keeper.ExecuteAsync(new DrainCommand("pod-b", "ben", "mine", true, null, null), CancellationToken.None).WaitAsync(Patience);
        (outcome.Refusal, outcome.Durable).Should().Be((null, true));
        outcome.Sentence.Should().StartWith("ben drains pod-b");
        rig.Journal.Entries.SelectMany(entry => entry.Transitions).Should().Contain(t => t.Pod == "pod-b" && t.Record != null && t.Record.Intent.Who == "ben");
        await Rig.UntilAsync(() => rig.State("pod-a") == PodState.Open);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task TimePasses_WhateverBecomesOfALook(int failures)
    {
        await using var rig = await Rig.StartAsync();
        var looks = 0;
        rig.Keeper.LatenessIn = (_, _) => Interlocked.Increment(ref looks) <= failures ? throw new InvalidOperationException("no look") : TimeSpan.Zero;
        await Rig.UntilAsync(() => Volatile.Read(ref looks) > 0);
        await rig.Keeper.ExecuteAsync(new FreezeCommand("anna", "ends by itself", TimeSpan.FromMilliseconds(1)), CancellationToken.None);
        await Rig.UntilAsync(() => rig.Keeper.View.Fleet.Freeze is null);
        await Rig.UntilAsync(() => Volatile.Read(ref looks) > 2);
    }

    [Fact]
    public async Task Held_StandsStill_TurnsCommandsAway_AndGoesOnWithWhatCame()
    {
        await using var rig = await Rig.StartAsync();
        rig.Journal.Hold();
        var enable = rig.Keeper.ExecuteAsync(new DrainCommand("pod-b", "anna", "update", false, null, null), CancellationToken.None);
        await rig.Keeper.HoldAsync(Patience, CancellationToken.None).WaitAsync(Patience);
        rig.Journal.Release(true);
        (await enable.WaitAsync(Patience)).Refusal.Should().BeNull("what was under way is finished");

        await rig.FailAsync("pod-a");
        var away = await rig.Keeper.ExecuteAsync(new FreezeCommand("anna", "now", TimeSpan.FromMinutes(1)), CancellationToken.None).WaitAsync(Patience);
        away.Refusal!.Kind.Should().Be(RefusalKind.Unavailable);
        await Task.Delay(300);
        rig.State("pod-a").Should().Be(PodState.Open, "nothing is decided while it stands");

        rig.Keeper.GoOn();
        await Rig.UntilAsync(() => rig.State("pod-a") == PodState.Latched);
        (await rig.Keeper.ExecuteAsync(new FreezeCommand("anna", "now", TimeSpan.FromMinutes(1)), CancellationToken.None).WaitAsync(Patience)).Refusal.Should().BeNull();
    }

    [Fact]
    public async Task Held_WaitsForAnEnableThatIsBeingWritten_OrSaysThatItTakesTooLong()
    {
        await using var rig = await Rig.StartAsync();
        await rig.Keeper.ExecuteAsync(new DrainCommand("pod-a", "anna", "update", false, null, null), CancellationToken.None);
        rig.Journal.Hold();
        var enable = rig.Keeper.ExecuteAsync(new EnableCommand("pod-a", "anna", "done", true, null), CancellationToken.None);
        await Rig.UntilAsync(() => rig.Journal.Waiting > 0);
        await rig.Keeper.Awaiting(keeper => keeper.HoldAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None)).Should().ThrowAsync<TakeoverException>();
        rig.Keeper.GoOn();
        var held = rig.Keeper.HoldAsync(Patience, CancellationToken.None);
        rig.Journal.Release(true);
        await held.WaitAsync(Patience);
        (await enable.WaitAsync(Patience)).Refusal.Should().BeNull();
        rig.Keeper.Current.Pods[0].Admission.Should().Be(Admission.Serving);
    }

    [Fact]
    public async Task Held_CanBeEnded()
    {
        var rig = await Rig.StartAsync();
        await rig.Keeper.HoldAsync(Patience, CancellationToken.None).WaitAsync(Patience);
        await rig.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task Latch_IsInEffectAndTold_WhileTheDiskAndAReceiverHang()
    {
        await using var hangs = await Receiver.StartAsync();
        await using var takes = await Receiver.StartAsync();
        hangs.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var alerts = new AlertSettings();
        alerts = alerts with { Channels = alerts.Channels.Add("hangs", new ChannelSettings { Url = hangs.Url }).Add("takes", new ChannelSettings { Url = takes.Url }) };
        await using var rig = await Rig.StartAsync(alerts: alerts);
        rig.Journal.Hold();
        await rig.FailAsync("pod-b");
        await Rig.UntilAsync(() => rig.State("pod-b") == PodState.Latched);
        rig.Keeper.Current.Pods[1].Admission.Should().Be(Admission.Excluded);
        await Rig.UntilAsync(() => takes.Attempts.Any(attempt => attempt.Body.GetProperty("kind").GetString() == AlertKinds.Latched));
        var entry = rig.Journal.Entries.First(entry => entry.Transitions.Any(transition => transition.Record?.Latch is not null));
        entry.Outbox.Should().ContainSingle("the alert becomes durable together with the latch").Which.Text.Should().Contain("\"latched\"");
        await rig.FailAsync("pod-c");
        await Rig.UntilAsync(() => rig.State("pod-c") == PodState.Latched);
        await Rig.UntilAsync(() => hangs.Attempts.Count == 1);
        hangs.Answer = (_, _) => Task.CompletedTask;
        rig.Journal.Release(true);
    }

    [Fact]
    public async Task Failover_WaitsForNoReceiver_WhateverReceiversDo_WhileTheDiskHangs()
    {
        var answers = new Dictionary<string, Func<HttpContext, Task>>
        {
            ["hangs"] = context => Task.Delay(Timeout.Infinite, context.RequestAborted),
            ["is-slow"] = async context =>
            {
                context.Response.ContentLength = 1000;
                await context.Response.StartAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            },
            ["answers-500"] = context => OutboxRig.Code(context, 500),
            ["answers-429"] = context => OutboxRig.Code(context, 429, "Retry-After", "3600"),
            ["redirects"] = context => OutboxRig.Code(context, 307, "Location", "http://127.0.0.1:1/elsewhere"),
            ["breaks-off"] = context =>
            {
                context.Abort();
                return Task.CompletedTask;
            },
        };
        await using var garbage = RawServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("\0\x01 220 smtp ready, or is it?\r\n" + new string('x', 100_000));
            await connection.WaitForCloseAsync();
        });
        var receivers = new Dictionary<string, Receiver>();
        var settings = new AlertSettings();
        foreach (var (name, answer) in answers)
        {
            var receiver = receivers[name] = await Receiver.StartAsync();
            receiver.Answer = (context, _) => answer(context);
            settings = settings with { Channels = settings.Channels.Add(name, new ChannelSettings { Url = receiver.Url }) };
        }

        settings = settings with { Channels = settings.Channels.Add("garbage", new ChannelSettings { Url = new Uri($"http://{garbage.EndPoint}/hook") }) };
        var rig = await Rig.StartAsync(alerts: settings);
        rig.Journal.Hold();
        await rig.FailAsync("pod-b");
        await Rig.UntilAsync(() => rig.State("pod-b") == PodState.Latched);
        rig.Keeper.Current.Pods[1].Admission.Should().Be(Admission.Excluded, "the routing change waits for nobody");
        await Rig.UntilAsync(() => receivers.Values.All(receiver => !receiver.Attempts.IsEmpty) && !garbage.Heads.IsEmpty);

        // With all of them held, and the disk, the next one goes the same way, and so do those who ask.
        await rig.FailAsync("pod-c");
        await Rig.UntilAsync(() => rig.State("pod-c") == PodState.Latched);
        rig.Keeper.Current.Pods[2].Admission.Should().Be(Admission.Excluded);
        rig.Journal.Waiting.Should().BeGreaterThan(0, "the disk has answered nothing of it");
        foreach (var receiver in receivers.Values) receiver.Answer = (_, _) => Task.CompletedTask;
        rig.Journal.Release(true);
        await rig.DisposeAsync();
        foreach (var receiver in receivers.Values) await receiver.DisposeAsync();
    }

    private sealed class Rig : IAsyncDisposable
    {
        private Outbox? _outbox;

        public HeldJournal Journal { get; } = new();

        public Gatekeeper Keeper { get; private set; } = null!;

        private TimeProvider Time { get; init; } = TimeProvider.System;

        public static async Task<Rig> StartAsync(TimeProvider? time = null, AlertSettings? alerts = null)
        {
            var rig = new Rig { Time = time ?? TimeProvider.System };
            var settings = new FleetSettings
            {
                MinimumOpen = 1,
                RampDuration = TimeSpan.Zero,
                Pods = new[] { "pod-a", "pod-b", "pod-c" }.ToImmutableSortedDictionary(
                    name => name,
                    name => new PodSettings(name, new Uri($"http://{name}/"), new HealthSettings(new Uri($"http://{name}/health")), ImmutableSortedDictionary<string, string>.Empty),
                    StringComparer.Ordinal),
            };
            var fleet = FleetReconfiguration.Begin(settings, ImmutableDictionary<string, PodRecord>.Empty, null, 0);
            var hashing = new SlotHashing(new Key128(1, 2), 256);
            if (alerts is not null)
            {
                rig._outbox = new Outbox("gate", rig.Journal, rig.Time, () => 0.5, NullLogger<Outbox>.Instance);
                rig._outbox.Apply(alerts, null);
                rig._outbox.Start();
            }

            rig.Keeper = new Gatekeeper(fleet, hashing, rig.Journal, rig.Time, Guid.NewGuid, NullLogger<Gatekeeper>.Instance, outbox: rig._outbox);
            rig.Keeper.Start();
            foreach (var pod in settings.Pods.Keys) await rig.ProbeAsync(pod, ProbeResult.Healthy);
            await Rig.UntilAsync(() => rig.Keeper.View.Fleet.Pods.Values.All(pod => pod.State == PodState.Open));
            return rig;
        }

        public PodState State(string pod) => Keeper.View.Find(pod)!.State;

        public Task FailAsync(string pod) => ProbeAsync(pod, ProbeResult.Refused);

        public static async Task UntilAsync(Func<bool> holds)
        {
            var deadline = DateTime.UtcNow + Patience;
            while (!holds())
            {
                if (DateTime.UtcNow > deadline) throw new TimeoutException("it did not become so");
                await Task.Delay(5);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Keeper.DisposeAsync();
            if (_outbox is not null) await _outbox.DisposeAsync();
        }

        public async Task ProbeAsync(string pod, ProbeResult result)
        {
            for (var i = 0; i < 3; i++)
            {
                var now = Time.GetUtcNow();
                await Keeper.SubmitAsync(new ProbeEnded(new ProbeReport(pod, now, now, result, $"{result}")), CancellationToken.None);
            }
        }
    }

    /// <summary>A clock that only a test moves; its timers never fire, so that nothing happens but what the test does.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 28, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Silent();

        private sealed class Silent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    /// <summary>Keeps entries in memory; while it is held nothing is answered.</summary>
    private sealed class HeldJournal : IJournal
    {
        private readonly Lock _lock = new();
        private readonly List<JournalEntry> _entries = [];
        private TaskCompletionSource<bool>? _held;
        private int _waiting;

        public event Action<string?>? WritabilityChanged
        {
            add { }
            remove { }
        }

        public JournalState Start { get; } = new("gate", new Key128(1, 2), new Dictionary<string, PodRecord>(), null, 0, true);

        public bool IsWritable => true;

        public int Backlog => 0;

        public int Waiting => Volatile.Read(ref _waiting);

        public IReadOnlyList<JournalEntry> Entries
        {
            get
            {
                lock (_lock) return [.. _entries];
            }
        }

        public void Hold() => _held = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release(bool durable) => _held!.TrySetResult(durable);

        public void Open() => _held = null;

        public Task<bool> RecordAsync(JournalEntry entry) => TakeAsync(entry);

        public Task<bool> CommitAsync(JournalEntry entry) => TakeAsync(entry);

        public IReadOnlyList<Transition> ReadNewest(int most) => [];

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task<bool> TakeAsync(JournalEntry entry)
        {
            lock (_lock) _entries.Add(entry);
            if (_held is not { } held) return true;
            Interlocked.Increment(ref _waiting);
            return await held.Task;
        }
    }
}
