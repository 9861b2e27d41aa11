using System.Collections.Immutable;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.Tests.Probing;

namespace PodGate.Control.Tests.Alerts;

/// <summary>Several channels: who hears what and when, what people say to it, and what a restart finds.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OutboxChannelsTests : IAsyncLifetime
{
    private Receiver _one = null!;
    private Receiver _other = null!;

    public async Task InitializeAsync() => (_one, _other) = (await Receiver.StartAsync(), await Receiver.StartAsync());

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    //          severity of the channel, kinds, pods; what it hears of: latched page of pod-a, held-back page of pod-b, journal page, freeze info
    [InlineData(AlertSeverity.Info, "", "", "1 2 3 4")]
    [InlineData(AlertSeverity.Page, "", "", "1 2 3")]
    [InlineData(AlertSeverity.Info, "latched freeze", "", "1 4")]
    [InlineData(AlertSeverity.Info, "", "pod-b", "2 3 4")]
    [InlineData(AlertSeverity.Warning, "heldBack", "pod-a", "")]
    public async Task Filter_LetsThrough(AlertSeverity severity, string kinds, string pods, string expected)
    {
        var channel = new ChannelSettings { Url = _other.Url, Severity = severity, Kinds = Words(kinds), Pods = Words(pods) };
        await using var rig = OutboxRig.Start(Settings(channel));
        rig.Outbox.Raise(rig.Alert(1, AlertKinds.Latched, "pod-a"));
        rig.Outbox.Raise(rig.Alert(2, AlertKinds.HeldBack, "pod-b"));
        rig.Outbox.Raise(rig.Alert(3, AlertKinds.Journal));
        rig.Outbox.Raise(rig.Alert(4, AlertKinds.Freeze, severity: AlertSeverity.Info));
        await Eventually.TrueAsync(() => _one.Attempts.Count == 4 && rig.Outbox.Counts.Queued == 0, "the channel without filters hears all");
        string.Join(' ', _other.Ids).Should().Be(expected);
    }

    [Fact]
    public async Task End_IsToldToThoseWhoHeardOfTheBeginning_WhateverItsSeverity()
    {
        await using var rig = OutboxRig.Start(Settings(new ChannelSettings { Url = _other.Url, Severity = AlertSeverity.Page, Pods = ["pod-a"] }));
        rig.Outbox.Raise(rig.Alert(1, AlertKinds.Latched, "pod-a"));
        rig.Outbox.Raise(rig.Alert(2, AlertKinds.Latched, "pod-b"));
        rig.Outbox.Raise(rig.Alert(3, AlertKinds.Latched, "pod-a", resolved: true));
        rig.Outbox.Raise(rig.Alert(4, AlertKinds.Latched, "pod-b", resolved: true));
        await Eventually.TrueAsync(() => _one.Attempts.Count == 4 && rig.Outbox.Counts.Queued == 0, "all is sent");
        _other.Ids.Should().Equal("1", "3");
        _other.Attempts.Last().Body.GetProperty("resolves").GetString().Should().Be("1");
        _one.Attempts.Last().Body.GetProperty("resolves").GetString().Should().Be("2");
        rig.Outbox.List().Should().OnlyContain(alert => !alert.Stands);
    }

    [Fact]
    public async Task ReceiverThatHangs_HoldsUpNobodyElse()
    {
        _one.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var rig = OutboxRig.Start(Settings(new ChannelSettings { Url = _other.Url }));
        for (var i = 1; i <= 5; i++) rig.Outbox.Raise(rig.Alert(i, AlertKinds.Maintenance));
        await Eventually.TrueAsync(() => _other.Attempts.Count == 5, "the other channel has all");
        _one.Attempts.Should().HaveCount(1);
        _one.Answer = (_, _) => Task.CompletedTask;
    }

    [Fact]
    public async Task ChannelThatFailsForFiveMinutes_IsAnAlertOnTheOthers_AndIsResolved()
    {
        _one.Answer = (context, _) => OutboxRig.Code(context, 503);
        await using var rig = OutboxRig.Start(Settings(new ChannelSettings { Url = _other.Url }));
        rig.Outbox.Raise(rig.Alert(1, AlertKinds.Maintenance));
        await rig.PlayAsync(() => _other.Attempts.Any(attempt => Is(attempt, AlertKinds.Channel, resolved: false)));
        var alert = _other.Attempts.Single(attempt => Is(attempt, AlertKinds.Channel, resolved: false)).Body;
        alert.GetProperty("sentence").GetString().Should().StartWith("the channel one has taken no alert for more than 5 min: it answered 503");
        alert.GetProperty("about").GetString().Should().Be("one");
        rig.Outbox.Channels.Single(channel => channel.Name == "one").FailingSince.Should().NotBeNull();

        _one.Answer = (_, _) => Task.CompletedTask;
        await rig.PlayAsync(() => _other.Attempts.Any(attempt => Is(attempt, AlertKinds.Channel, resolved: true)));
        _one.Ids.Distinct().Should().Equal(["1"], "what does not work is not told that it does not work");
    }

    [Fact]
    public async Task Escalation_IsSentToWhatNobodyAcknowledged_AndToNothingElse()
    {
        await using var rig = OutboxRig.Start(Settings(new ChannelSettings { Url = _other.Url, After = TimeSpan.FromMinutes(10) }));
        rig.Outbox.Raise(rig.Alert(1, AlertKinds.Latched, "pod-a"));
        rig.Outbox.Raise(rig.Alert(2, AlertKinds.Latched, "pod-b"));
        rig.Outbox.Raise(rig.Alert(3, AlertKinds.Latched, "pod-c"));
        rig.Outbox.Raise(rig.Alert(4, AlertKinds.Latched, "pod-c", resolved: true));
        await Eventually.TrueAsync(() => _one.Attempts.Count == 4, "the first channel has all at once");
        rig.Outbox.Acknowledge("1", "anna")!.AcknowledgedBy.Should().Be("anna");
        rig.Outbox.Acknowledge("7", "anna").Should().BeNull();
        await Eventually.TrueAsync(() => rig.Outbox.Counts.Queued == 1, "the end of what nobody heard of is due at once, and skipped when its turn comes");
        var start = rig.Clock.GetUtcNow();
        await rig.PlayAsync(() => _other.Attempts.Count == 1);
        (rig.Clock.GetUtcNow() - start).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => rig.Outbox.List().All(alert => !alert.To.Values.Contains("Waits")), "nothing waits any more");
        _other.Ids.Should().Equal("2");
        rig.Outbox.List().Select(alert => alert.To["other"]).Should().Equal("Skipped", "Sent", "Skipped", "Skipped");
    }

    [Fact]
    public async Task Silence_KeepsBack_AndWhatStillStandsIsSentWhenItEnds()
    {
        await using var rig = OutboxRig.Start(Settings(new ChannelSettings { Url = _other.Url }));
        var now = rig.Clock.GetUtcNow();
        var silence = rig.Outbox.Add(new Silence("", "anna", "network work", now, now.AddMinutes(30)) { Pods = ["pod-a"] })!;
        rig.Outbox.Raise(rig.Alert(1, AlertKinds.Latched, "pod-a"));
        rig.Outbox.Raise(rig.Alert(2, AlertKinds.HeldBack, "pod-a"));
        rig.Outbox.Raise(rig.Alert(3, AlertKinds.HeldBack, "pod-a", resolved: true));
        rig.Outbox.Raise(rig.Alert(4, AlertKinds.Latched, "pod-b"));
        await Eventually.TrueAsync(() => _other.Attempts.Count == 1, "the other pod's alert is sent");
        rig.Outbox.Silences().Should().Equal(silence);
        await rig.PlayAsync(() => _other.Attempts.Count == 2);
        (rig.Clock.GetUtcNow() - now).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(30));
        _other.Ids.Should().Equal("4", "1");
        rig.Outbox.Silences().Should().BeEmpty();
    }

    [Fact]
    public async Task Restart_FindsWhatWaits_AndWhatWasSeen_AndSilences()
    {
        _one.Answer = (context, _) => OutboxRig.Code(context, 503);
        await using var rig = OutboxRig.Start(Settings(new ChannelSettings { Url = _other.Url }));
        rig.Outbox.Raise(rig.Alert(1, AlertKinds.Latched, "pod-a"));
        rig.Outbox.Raise(rig.Alert(2, AlertKinds.Maintenance, "pod-a"));
        await Eventually.TrueAsync(() => _other.Attempts.Count == 2 && _one.Attempts.Count == 1, "one has none, the other both");
        await Eventually.TrueAsync(() => rig.Outbox.List().All(alert => alert.To["other"] == "Sent"), "which is known");
        rig.Outbox.Acknowledge("1", "anna");
        var now = rig.Clock.GetUtcNow();
        var silence = rig.Outbox.Add(new Silence("", "anna", "peace", now, now.AddHours(1)) { Kinds = [AlertKinds.Freeze] })!;
        await rig.CrashAsync();

        _one.Answer = (_, _) => Task.CompletedTask;
        rig.Open(Settings(new ChannelSettings { Url = _other.Url }));
        rig.Outbox.List().Select(alert => $"{alert.Alert.Id} {alert.AcknowledgedBy} {alert.To["one"]} {alert.To["other"]}").Should().Equal("1 anna Waits Sent", "2  Waits Sent");
        rig.Outbox.Silences().Single().Should().BeEquivalentTo(silence);
        rig.Outbox.Review(alert => alert.Kind != AlertKinds.Latched);
        rig.Outbox.Start();
        await Eventually.TrueAsync(() => _one.Attempts.Count == 4 && _other.Attempts.Count == 3, "what waited, and the end of what is over");
        _one.Ids.Take(3).Should().Equal("1", "1", "2");
        _other.Attempts.Last().Body.GetProperty("resolves").GetString().Should().Be("1");
        await rig.CountsAsync(sent: 4);
        (await rig.RowsAsync()).Select(row => row.Name).Should().Equal(["silence/" + silence.Id], "what is sent and over leaves no row");
    }

    [Fact]
    public async Task Test_GoesToEveryChannel()
    {
        await using var rig = OutboxRig.Start(Settings(new ChannelSettings { Url = _other.Url, Severity = AlertSeverity.Page, Kinds = ["latched"], After = TimeSpan.FromHours(1) }));
        var alert = rig.Outbox.Test("anna");
        await rig.CountsAsync(sent: 2);
        (_one.Ids.Single(), _other.Ids.Single()).Should().Be((alert.Id, alert.Id));
    }

    private static bool Is(Received attempt, string kind, bool resolved) =>
        attempt.Body.GetProperty("kind").GetString() == kind && attempt.Body.GetProperty("resolved").GetBoolean() == resolved;

    private static ImmutableArray<string> Words(string words) => [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private AlertSettings Settings(ChannelSettings other)
    {
        var settings = new AlertSettings();
        return settings with { Channels = settings.Channels.Add("one", new ChannelSettings { Url = _one.Url }).Add("other", other) };
    }
}
