using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.Hosting;
using PodGate.Operator;
using PodGate.TestKit.Servers;
using PodGate.Tests.Operator;
using PodGate.Tests.Operator.Audit;

namespace PodGate.Tests.Hosting;

/// <summary>What happens in a gate reaches a real webhook: a real gatekeeper of three healthy pods, and the wiring that the gate has.</summary>
public sealed class AlertWiringTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<JsonNode> _taken = new();
    private readonly MemoryJournal _journal = new();
    private readonly GateClock _time = new(TimeProvider.System);
    private Action<LoopNotice> _notice = _ => { };
    private WebServer _receiver = null!;
    private Outbox _outbox = null!;
    private Gatekeeper _gatekeeper = null!;

    public async Task InitializeAsync()
    {
        _receiver = await WebServer.StartAsync(async context => _taken.Enqueue((await JsonNode.ParseAsync(context.Request.Body))!));
        _outbox = new Outbox("gate-1", _journal, _time, () => 0.5, NullLogger<Outbox>.Instance);
        _outbox.Apply(new AlertSettings { Webhook = _receiver.Address }, null);
        var health = new HealthSettings(new Uri("http://127.0.0.1:9/health"));
        var settings = new FleetSettings
        {
            SuspendedTooLong = TimeSpan.FromMilliseconds(200),
            Pods = new[] { "pod-a", "pod-b", "pod-c" }.ToImmutableSortedDictionary(
                name => name, name => new PodSettings(name, new Uri("http://127.0.0.1:9/"), health, ImmutableSortedDictionary<string, string>.Empty), StringComparer.Ordinal),
        };
        var fleet = FleetReconfiguration.Begin(settings, new Dictionary<string, PodRecord>(), null, 0);
        _gatekeeper = new Gatekeeper(fleet, new SlotHashing(new Key128(1, 2)), _journal, _time, Guid.NewGuid, NullLogger<Gatekeeper>.Instance, outbox: _outbox);
        AlertWiring.Connect(_outbox, _gatekeeper, _journal, told => _notice += told, _time);
        _outbox.Start();
        _gatekeeper.Start();
        for (var round = 0; round < 3; round++)
        {
            foreach (var pod in settings.Pods.Keys) await ProbeAsync(pod, ProbeResult.Healthy);
        }
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _gatekeeper.DisposeAsync();
        await _outbox.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task LatchedPod_ReachesTheWebhook_AndSoDoesItsEnd()
    {
        for (var i = 0; i < 3; i++) await ProbeAsync("pod-b", ProbeResult.Refused);
        await UntilAsync(alert => Is(alert, "latched", "page", "pod-b", "Refused", resolved: false));
        await _gatekeeper.ExecuteAsync(new EnableCommand("pod-b", "anna", "mended", true, null), CancellationToken.None);
        await UntilAsync(alert => Is(alert, "latched", "info", "pod-b", "Enabled", resolved: true));
        _journal.Outbox[0].Transitions.Should().BePositive("an alert is written together with what caused it");
    }

    [Fact]
    public async Task SourcesThatFailEverywhere_ReachTheWebhook()
    {
        await LookAsync("pod-a", new PodTraffic(20, 0, 10));
        var alert = await UntilAsync(alert => Is(alert, "heldBack", "page", "pod-a", "SourcesFail", resolved: false));
        ((string?)alert["sentence"]).Should().StartWith("it is not pod-a alone: ");
    }

    [Fact]
    public async Task AllPodsFailingAlike_ReachTheWebhook()
    {
        await LookAsync("pod-a", new PodTraffic(20, 12, 0) { ServerErrors = 12, OthersAsked = 40, OthersFailing = 24, FirstFailure = _time.GetUtcNow() });
        await UntilAsync(alert => Is(alert, "heldBack", "page", "pod-a", "AllFailAlike", resolved: false));
    }

    [Fact]
    public async Task PodThatAsksToLeaveForLong_ReachesTheWebhook_AndIsNotLatched()
    {
        await ProbeAsync("pod-c", ProbeResult.Leaving);
        await UntilAsync(alert => Is(alert, "heldBack", "page", "pod-c", "SuspendedTooLong", resolved: false));
        _gatekeeper.View.Find("pod-c")!.Record.Latch.Should().BeNull();
        _taken.Should().ContainSingle("that it is suspended is no alert");
    }

    [Fact]
    public async Task ProbeLoopThatStopped_ReachesTheWebhook_AndSoDoesItsEnd()
    {
        _notice(new LoopNotice("pod-b", "the probe loop of pod-b had started nothing for 4 s and was replaced by a new one", Resolved: false));
        _notice(new LoopNotice("pod-b", "the new probe loop of pod-b works", Resolved: true));
        _notice(new LoopNotice(null, "the probe loop of tcp://10.0.0.1:22 had started nothing for 4 s and was replaced by a new one", Resolved: false));
        await UntilAsync(alert => Is(alert, "probeLoop", "page", null, null, resolved: false));
        _taken.Select(alert => $"{alert["kind"]} {alert["severity"]} {alert["pod"]} {alert["resolved"]}").Should()
            .Equal("probeLoop page pod-b false", "probeLoop info pod-b true", "probeLoop page  false");
        _taken.Select(alert => (string?)alert["id"]).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task JournalThatCannotBeWritten_ReachesTheWebhook()
    {
        _journal.Break();
        var alert = await UntilAsync(alert => Is(alert, "journal", "page", null, null, resolved: false));
        ((string?)alert["sentence"]).Should().Contain("No space left on device");
    }

    [Fact]
    public async Task SlotsThatCarryTooMuch_ReachTheWebhookEachByItself()
    {
        Action<SlotNotice> notice = _ => { };
        AlertWiring.FollowSlots(_outbox, told => notice += told, _time);
        notice(new SlotNotice(7, "slot 7 carries 40 % of the requests", Resolved: false));
        notice(new SlotNotice(9, "slot 9 carries 30 % of the requests", Resolved: false));
        notice(new SlotNotice(7, "slot 7 no longer does", Resolved: true));
        await UntilAsync(alert => Is(alert, "heavySlot", "info", null, null, resolved: true));
        _taken.Select(alert => $"{alert["key"]} {alert["resolved"]}").Should().BeEquivalentTo("heavySlot/slot 7 false", "heavySlot/slot 9 false", "heavySlot/slot 7 true");
    }

    [Fact]
    public async Task AuditTrailThatCannotBeWritten_ReachesTheWebhook_AndSoDoesItsEnd()
    {
        using var room = new AuditRoom();
        using var trail = room.Prepare();
        AlertWiring.Follow(_outbox, trail, _time);
        trail.Begin();
        room.Block(1);
        (await trail.WriteAsync(room.Act())).Should().BeFalse();
        var alert = await UntilAsync(alert => Is(alert, "audit", "page", null, null, resolved: false));
        ((string?)alert["sentence"]).Should().StartWith("the audit trail cannot be written, so that only moves to safety are carried out");
        room.Unblock(1);
        (await room.Time.AdvanceUntilAsync(() => trail.IsWritable, TimeSpan.FromSeconds(1), TimeSpan.FromHours(3))).Should().BeTrue();
        await UntilAsync(alert => Is(alert, "audit", "info", null, null, resolved: true));
    }

    // Minutes since it died, whether the pod at which it was is out; whether people hear of it.
    [Theory]
    [InlineData(RollStates.Died, 0, false, true)]
    [InlineData(RollStates.Died, 59, false, true)]
    [InlineData(RollStates.Died, 60, false, false)]
    [InlineData(RollStates.Died, 600, true, true)]
    [InlineData(RollStates.Running, 0, true, false)]
    [InlineData(RollStates.Stopped, 0, true, false)]
    [InlineData(RollStates.Finished, 0, true, false)]
    public async Task RollThatDied_IsToldOfForAnHour_AndWhileItsPodIsOut(string state, int minutes, bool isOut, bool expected)
    {
        if (isOut) await _gatekeeper.ExecuteAsync(new DisableCommand("pod-b", "anna", "a roll", false, null), CancellationToken.None);
        var ended = _time.GetUtcNow();
        var terms = new RollTermsJson(null, null, null, TimeSpan.Zero, TimeSpan.Zero, false);
        var roll = new RollJson(
            "roll-0001", "anna", "host-1", "kernel", "true", ["pod-a", "pod-b"], terms, [], ["pod-a"], state, ended, ended, ended, "pod-b", "command", "it runs");
        var conditions = AlertWiring.Conditions(() => _gatekeeper.View, () => null, () => [], () => roll)(ended.AddMinutes(minutes));
        var told = conditions.Where(condition => condition.Kind == AlertKinds.RollDied).Select(condition => condition.Sentence);
        told.Should().Equal(expected ? ["anna's roll of pod-a, pod-b (kernel), from host-1, has died; 1 of 2 done; at pod-b, step command: it runs"] : []);
    }

    private static bool Is(JsonNode alert, string kind, string severity, string? pod, string? cause, bool resolved) =>
        (string?)alert["kind"] == kind && (string?)alert["severity"] == severity && (string?)alert["pod"] == pod && (string?)alert["cause"] == cause
        && (bool)alert["resolved"]! == resolved;

    private async Task ProbeAsync(string pod, ProbeResult result) =>
        await _gatekeeper.SubmitAsync(new ProbeEnded(new ProbeReport(pod, _time.GetUtcNow(), _time.GetUtcNow(), result, $"{result}")), CancellationToken.None);

    private async Task LookAsync(string pod, PodTraffic seen) => await _gatekeeper.SubmitAsync(
        new TrafficSeen(new TrafficPicture(_time.GetUtcNow(), ImmutableSortedDictionary.Create<string, PodTraffic>(StringComparer.Ordinal).Add(pod, seen))), CancellationToken.None);

    private async Task<JsonNode> UntilAsync(Func<JsonNode, bool> fits)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_taken.FirstOrDefault(fits) is { } alert) return alert;
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"no such alert; there were: {string.Join('\n', _taken.Select(taken => taken.ToJsonString()))}");
            await Task.Delay(10);
        }
    }
}
