using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.Tests.Probing;

namespace PodGate.Control.Tests.Alerts;

/// <summary>One channel and a real receiver: order, retries, and what the receiver says.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OutboxTests : IAsyncLifetime
{
    private Receiver _receiver = null!;
    private OutboxRig _rig = null!;

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _rig = OutboxRig.Start(_receiver.Url);
    }

    public async Task DisposeAsync()
    {
        _receiver.Answer = (_, _) => Task.CompletedTask;
        await _rig.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task ReceiverThatFailsFirst_IsTriedUntilItTakes()
    {
        _receiver.Answer = (context, attempt) =>
        {
            if (attempt == 3) context.Abort();
            else if (attempt <= 4) context.Response.StatusCode = attempt switch { 1 => 500, 2 => 408, _ => 503 };
            return Task.CompletedTask;
        };
        _rig.Outbox.Raise(_rig.Alert(1));
        _rig.Outbox.Raise(_rig.Alert(2));
        await _rig.PlayAsync(() => _rig.Outbox.Counts.Sent == 2);

        _receiver.Ids.Should().Equal("1", "1", "1", "1", "1", "2");
        _receiver.Attempts.Select(attempt => attempt.IdempotencyKey).Should().Equal("1", "1", "1", "1", "1", "2");
        _rig.Outbox.Counts.Should().Be(new AlertCounts(2, 0, 0, 0));
    }

    [Fact]
    public async Task Alert_CarriesTheHeadOfTheAuditTrailAsItIsWhenItIsSent()
    {
        _rig.AuditHead = new AuditHead(1, new string('a', 64));
        _receiver.Answer = (context, attempt) =>
        {
            _rig.AuditHead = new AuditHead(2, new string('b', 64));
            return attempt == 1 ? OutboxRig.Code(context, 500) : Task.CompletedTask;
        };
        _rig.Outbox.Raise(_rig.Alert(1));
        await _rig.PlayAsync(() => _rig.Outbox.Counts.Sent == 1);
        _receiver.Attempts.Select(attempt => attempt.Body.GetProperty("audit").GetProperty("number").GetInt64()).Should().Equal(1, 2);
        _receiver.Attempts.Last().Body.GetProperty("audit").GetProperty("hash").GetString().Should().Be(new string('b', 64));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(422)]
    public async Task ReceiverThatRefusesTheContent_IsNotAskedAgain(int code)
    {
        _receiver.Answer = (context, attempt) => attempt == 1 ? OutboxRig.Code(context, code) : Task.CompletedTask;
        _rig.Outbox.Raise(_rig.Alert(1));
        _rig.Outbox.Raise(_rig.Alert(2));
        await _rig.CountsAsync(sent: 1);
        _rig.Outbox.Counts.Failed.Should().Be(1);
        _receiver.Ids.Should().Equal("1", "2");
    }

    [Theory]
    [InlineData(302)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task ReceiverThatRefusesForAnotherReason_IsAskedUntilPeopleHaveMendedIt(int code)
    {
        _receiver.Answer = (context, attempt) => attempt <= 3 ? OutboxRig.Code(context, code, "Location", "/elsewhere") : Task.CompletedTask;
        _rig.Outbox.Raise(_rig.Alert(1));
        await _rig.PlayAsync(() => _rig.Outbox.Counts.Sent == 1);
        _receiver.Ids.Should().Equal("1", "1", "1", "1");
    }

    [Theory]
    [InlineData("30", 30, 31)]
    [InlineData("86400", 3600, 3601)]
    [InlineData("0", 2, 3)]
    [InlineData("Mon, 23 Nov 2026 12:00:45 GMT", 45, 46)]
    public async Task RetryAfter_IsHonouredWithinBounds(string after, double least, double most)
    {
        _receiver.Answer = (context, attempt) => attempt == 1 ? OutboxRig.Code(context, 429, "Retry-After", after) : Task.CompletedTask;
        await using var rig = OutboxRig.Start(new AlertSettings { Webhook = _receiver.Url }, looks: false);
        var start = rig.Clock.GetUtcNow();
        rig.Outbox.Raise(rig.Alert(1));
        await rig.PlayAsync(() => rig.Outbox.Counts.Sent == 1);
        (rig.Clock.GetUtcNow() - start).TotalSeconds.Should().BeInRange(least, most);
    }

    [Fact]
    public async Task ReceiverThatHangs_IsGivenFiveSecondsAnAttempt()
    {
        _receiver.Answer = (context, attempt) => attempt == 1 ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask;
        _rig.Outbox.Raise(_rig.Alert(1));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        _rig.Clock.Advance(TimeSpan.FromSeconds(4.9));
        await Eventually.AMomentAsync();
        _rig.Outbox.Counts.Should().Be(new AlertCounts(0, 0, 0, 1));
        _rig.Clock.Advance(TimeSpan.FromSeconds(0.1));
        await _rig.PlayAsync(() => _rig.Outbox.Counts.Sent == 1);
        _receiver.Attempts.Should().HaveCount(2);
    }

    [Fact]
    public async Task ReceiverThatIsDownForAnHour_GetsAllInOrder()
    {
        _receiver.Answer = (context, _) => OutboxRig.Code(context, 503);
        var end = _rig.Clock.GetUtcNow().AddHours(1);
        var raised = 0;
        for (; raised < 3; raised++) _rig.Outbox.Raise(_rig.Alert(raised, AlertKinds.Maintenance));
        await _rig.PlayAsync(() => _rig.Clock.GetUtcNow() >= end);
        for (; raised < 20; raised++) _rig.Outbox.Raise(_rig.Alert(raised, AlertKinds.Maintenance));
        var before = _receiver.Attempts.Count;
        before.Should().BeInRange(10, 60, "the pauses grow to five minutes");
        _receiver.Answer = (_, _) => Task.CompletedTask;
        await _rig.PlayAsync(() => _rig.Outbox.Counts.Sent == 20);
        _receiver.Ids.Skip(before).Should().Equal(Enumerable.Range(0, 20).Select(id => id.ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task AlertThatNobodyTakes_IsGivenUpInTheEnd()
    {
        _rig.Outbox.Apply(new AlertSettings { Webhook = _receiver.Url, KeepTrying = TimeSpan.FromMinutes(10) }, null);
        _receiver.Answer = (context, _) => OutboxRig.Code(context, 500);
        var start = _rig.Clock.GetUtcNow();
        _rig.Outbox.Raise(_rig.Alert(1));
        await _rig.PlayAsync(() => _rig.Outbox.Counts.Failed == 1);
        (_rig.Clock.GetUtcNow() - start).Should().BeGreaterThan(TimeSpan.FromMinutes(10)).And.BeLessThan(TimeSpan.FromMinutes(17));
    }

    [Fact]
    public async Task AddressThatChanges_IsGoneOnToAtOnce()
    {
        _rig.Outbox.Apply(new AlertSettings { Webhook = new Uri($"http://127.0.0.1:{HttpProbeTests.ClosedPort()}/hook") }, null);
        _rig.Outbox.Raise(_rig.Alert(1));
        await Eventually.TrueAsync(() => _rig.Outbox.Channels.Single().FailingSince is not null, "the first attempt failed");
        _rig.Outbox.Apply(new AlertSettings { Webhook = _receiver.Url }, null);
        await _rig.CountsAsync(sent: 1);
        _receiver.Ids.Should().Equal("1");
    }

    [Fact]
    public async Task ChannelThatIsTakenAway_DropsWhatWaits()
    {
        _receiver.Answer = (context, _) => OutboxRig.Code(context, 500);
        _rig.Outbox.Raise(_rig.Alert(1));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        _rig.Outbox.Apply(new AlertSettings(), null);
        _rig.Outbox.Counts.Should().Be(new AlertCounts(0, 0, 1, 0));
        _rig.Outbox.Raise(_rig.Alert(2));
        await Eventually.AMomentAsync();
        _rig.Outbox.Counts.Should().Be(new AlertCounts(0, 0, 1, 0));
    }

    [Fact]
    public async Task TooManyThatWait_OlderOnesOfTheSameKeyGoFirst()
    {
        using var gate = new SemaphoreSlim(0);
        _receiver.Answer = (_, attempt) => attempt == 1 ? gate.WaitAsync() : Task.CompletedTask;
        _rig.Outbox.Raise(_rig.Alert(0, AlertKinds.Maintenance));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        _rig.Outbox.Raise(_rig.Alert(1, AlertKinds.Maintenance, "pod-only"));
        for (var i = 2; i < Outbox.MostWaiting + 3; i++) _rig.Outbox.Raise(_rig.Alert(i, AlertKinds.Maintenance, i % 2 == 0 ? "pod-a" : "pod-b"));
        _rig.Outbox.Counts.Should().Be(new AlertCounts(0, 0, 3, Outbox.MostWaiting));
        _rig.Outbox.List().Where(alert => alert.To["webhook"] == "Waits").Select(alert => alert.Alert.Id).Take(4).Should().Equal(["0", "1", "5", "6"], "order is kept");
        gate.Release();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nX: y")]
    [InlineData("ä")]
    public void IdThatIsNoHeader_IsRefused(string id) =>
        FluentActions.Invoking(() => _rig.Outbox.Raise(_rig.Alert(1) with { Id = id })).Should().Throw<ArgumentException>();

    [Fact]
    public async Task Stop_WhatWaits_IsTriedALastTimeInOrder()
    {
        _receiver.Answer = (context, _) => OutboxRig.Code(context, 500);
        for (var i = 1; i <= 3; i++) _rig.Outbox.Raise(_rig.Alert(i, AlertKinds.Maintenance));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        _receiver.Answer = (context, _) => OutboxRig.Code(context, _receiver.Ids.Last() == "2" ? 500 : 200);
        await _rig.Outbox.DisposeAsync().AsTask().WaitAsync(Eventually.Limit);
        _receiver.Ids.Should().Equal(["1", "1", "2"], "what comes after one that is not taken waits for the next start");
        _rig.Outbox.Counts.Should().Be(new AlertCounts(1, 0, 0, 2));
    }

    [Fact]
    public async Task Stop_ReceiverThatHangs_EndsWithinFiveSeconds()
    {
        await using var outbox = new Outbox("gate-2", _rig.Journal, TimeProvider.System, () => 0.5, NullLogger<Outbox>.Instance);
        outbox.Apply(new AlertSettings { Webhook = _receiver.Url }, null);
        outbox.Start();
        _receiver.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        for (var i = 1; i <= 20; i++) outbox.Raise(_rig.Alert(i, AlertKinds.Maintenance));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        var watch = Stopwatch.StartNew();
        await outbox.DisposeAsync();
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(8));
        outbox.Counts.Should().Be(new AlertCounts(0, 0, 0, 20));
    }
}
