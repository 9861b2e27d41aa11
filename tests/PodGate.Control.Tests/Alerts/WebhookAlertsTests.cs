using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Alerts;
using PodGate.Control.Tests.Probing;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Alerts;

public sealed class WebhookAlertsTests : IAsyncLifetime
{
    private readonly StepClock _clock = new();
    private Receiver _receiver = null!;
    private WebhookAlerts _alerts = null!;

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _alerts = New(_clock);
        _alerts.Webhook = _receiver.Url;
    }

    public async Task DisposeAsync()
    {
        _receiver.Answer = (_, _) => Task.CompletedTask;
        await _alerts.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Raise_Alert_IsPostedAsJson()
    {
        _alerts.Raise(new Alert("01-latched", AlertKinds.Latched, AlertSeverity.Page, "pod-a", Cause.Refused, "pod-a refuses\u001b connections", _clock.GetUtcNow()));
        await CountsAsync(sent: 1);

        var got = _receiver.Attempts.Single();
        got.ContentType.Should().Be("application/json");
        got.IdempotencyKey.Should().Be("01-latched");
        got.Body.EnumerateObject().Select(property => $"{property.Name}={property.Value}").Should().Equal(
            "id=01-latched", "kind=latched", "severity=page", "pod=pod-a", "cause=Refused", "sentence=pod-a refuses\uFFFD connections",
            "at=2026-11-23T12:00:00+00:00", "resolved=False", "gate=gate-1", "audit=");
    }

    [Fact]
    public async Task Raise_Alert_CarriesTheHeadOfTheAuditTrailAsItIsWhenItIsSent()
    {
        var number = 1L;
        await using var alerts = new WebhookAlerts("gate-1", _clock, () => 0.5, NullLogger<WebhookAlerts>.Instance)
        {
            Webhook = _receiver.Url, Audit = () => new AuditHead(number, new string('a', 64)),
        };
        _receiver.Answer = (context, attempt) =>
        {
            number = 2;
            return attempt == 1 ? Code(context, 500) : Task.CompletedTask;
        };
        alerts.Raise(Alert(1));
        await PlayAsync(() => alerts.Counts.Sent == 1);
        _receiver.Attempts.Select(attempt => attempt.Body.GetProperty("audit").GetProperty("number").GetInt64()).Should().Equal(1, 2);
        _receiver.Attempts.Last().Body.GetProperty("audit").GetProperty("hash").GetString().Should().Be(new string('a', 64));
    }

    [Fact]
    public async Task Raise_ReceiverThatFailsFirst_IsTriedUntilItTakes()
    {
        _receiver.Answer = async (context, attempt) =>
        {
            if (attempt == 1) context.Response.StatusCode = 500;
            else if (attempt == 2) context.Response.StatusCode = 408;
            else if (attempt == 3) context.Abort();
            else if (attempt == 4) context.Response.StatusCode = 503;
            await Task.CompletedTask;
        };
        _alerts.Raise(Alert(1));
        _alerts.Raise(Alert(2));
        await PlayAsync(() => _alerts.Counts.Sent == 2);

        _receiver.Ids.Should().Equal("1", "1", "1", "1", "1", "2");
        _receiver.Attempts.Select(attempt => attempt.IdempotencyKey).Should().Equal("1", "1", "1", "1", "1", "2");
        _alerts.Counts.Should().Be(new AlertCounts(2, 0, 0, 0));
    }

    [Fact]
    public async Task Raise_ReceiverThatNeverTakes_IsGivenUpAfterTenAttemptsInSomeMinutes()
    {
        _receiver.Answer = (context, _) => Code(context, 500);
        var start = _clock.GetUtcNow();
        _alerts.Raise(Alert(1));
        await PlayAsync(() => _alerts.Counts.Failed == 1);
        _receiver.Attempts.Should().HaveCount(10);
        (_clock.GetUtcNow() - start).Should().BeGreaterThan(TimeSpan.FromMinutes(3)).And.BeLessThan(TimeSpan.FromMinutes(15));

        _receiver.Answer = (_, _) => Task.CompletedTask;
        _alerts.Raise(Alert(2));
        await CountsAsync(sent: 1);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task Raise_ReceiverThatRefuses_IsNotAskedAgain(int code)
    {
        _receiver.Answer = (context, attempt) => attempt == 1 ? Code(context, code, "Location", "/elsewhere") : Task.CompletedTask;
        _alerts.Raise(Alert(1));
        _alerts.Raise(Alert(2));
        await CountsAsync(sent: 1);
        _alerts.Counts.Failed.Should().Be(1);
        _receiver.Ids.Should().Equal("1", "2");
    }

    [Theory]
    [InlineData("30", 30, 31)]
    [InlineData("86400", 120, 121)]
    [InlineData("0", 2, 3)]
    [InlineData("Mon, 23 Nov 2026 12:00:45 GMT", 45, 46)]
    public async Task Raise_RetryAfter_IsHonouredWithinBounds(string after, double least, double most)
    {
        _receiver.Answer = (context, attempt) => attempt == 1 ? Code(context, 429, "Retry-After", after) : Task.CompletedTask;
        var start = _clock.GetUtcNow();
        _alerts.Raise(Alert(1));
        await PlayAsync(() => _alerts.Counts.Sent == 1);
        (_clock.GetUtcNow() - start).TotalSeconds.Should().BeInRange(least, most);
    }

    [Fact]
    public async Task Raise_ReceiverThatHangs_IsGivenFiveSecondsAnAttempt()
    {
        _receiver.Answer = (context, attempt) => attempt == 1 ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask;
        _alerts.Raise(Alert(1));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        await Eventually.AMomentAsync();
        _alerts.Counts.Should().Be(new AlertCounts(0, 0, 0, 1));
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await PlayAsync(() => _alerts.Counts.Sent == 1);
        _receiver.Attempts.Should().HaveCount(2);
    }

    [Fact]
    public async Task Raise_NobodyListens_IsTriedAgainLater()
    {
        var port = HttpProbeTests.ClosedPort();
        _alerts.Webhook = new Uri($"http://127.0.0.1:{port}/hook");
        _alerts.Raise(Alert(1));
        await Eventually.TrueAsync(() => _clock.NextSpan is { } span && span != AlertDelivery.AttemptTimeout, "waits for the next attempt");
        _alerts.Counts.Sent.Should().Be(0);

        // The address changes while the alert waits for its next attempt: it goes on to the new one at once.
        _alerts.Webhook = _receiver.Url;
        await CountsAsync(sent: 1);
    }

    [Fact]
    public async Task Raise_TooMany_TheOldestGo()
    {
        using var gate = new SemaphoreSlim(0);
        _receiver.Answer = (_, attempt) => attempt == 1 ? gate.WaitAsync() : Task.CompletedTask;
        _alerts.Raise(Alert(0));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        for (var i = 1; i <= WebhookAlerts.QueueLimit + 5; i++) _alerts.Raise(Alert(i));
        _alerts.Counts.Should().Be(new AlertCounts(0, 0, 5, WebhookAlerts.QueueLimit + 1));

        gate.Release();
        await CountsAsync(sent: WebhookAlerts.QueueLimit + 1);
        _receiver.Ids.Should().Equal(new[] { "0" }.Concat(Enumerable.Range(6, WebhookAlerts.QueueLimit).Select(i => i.ToString(CultureInfo.InvariantCulture))), "order is kept");
    }

    [Fact]
    public async Task Raise_NoWebhook_GoesNowhere_AndTakingItAwayDropsWhatWaits()
    {
        _receiver.Answer = (context, _) => Code(context, 500);
        _alerts.Raise(Alert(1));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        _alerts.Webhook = null;
        await Eventually.TrueAsync(() => _alerts.Counts is { Dropped: 1, Queued: 0 }, "dropped");
        _alerts.Raise(Alert(2));
        await Eventually.AMomentAsync();
        _alerts.Counts.Should().Be(new AlertCounts(0, 0, 1, 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nX: y")]
    [InlineData("ä")]
    public void Raise_IdThatIsNoHeader_IsRefused(string id) =>
        FluentActions.Invoking(() => _alerts.Raise(Alert(1) with { Id = id })).Should().Throw<ArgumentException>();

    [Fact]
    public async Task Dispose_WhatWaits_IsTriedALastTimeInOrder()
    {
        _receiver.Answer = (context, _) => Code(context, 500);
        for (var i = 1; i <= 3; i++) _alerts.Raise(Alert(i));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        _receiver.Answer = (context, _) => Code(context, _receiver.Ids.Last() == "2" ? 500 : 200);

        await _alerts.DisposeAsync().AsTask().WaitAsync(Eventually.Limit);

        _receiver.Ids.Should().Equal("1", "1", "2", "3");
        _alerts.Counts.Should().Be(new AlertCounts(2, 1, 0, 0));
        _alerts.Raise(Alert(4));
        _alerts.Counts.Dropped.Should().Be(1, "nothing is taken after the end");
    }

    [Fact]
    public async Task Dispose_ReceiverThatHangs_EndsWithinFiveSeconds()
    {
        await using var alerts = New(TimeProvider.System);
        alerts.Webhook = _receiver.Url;
        _receiver.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        for (var i = 1; i <= 20; i++) alerts.Raise(Alert(i));
        await Eventually.TrueAsync(() => _receiver.Attempts.Count == 1, "first attempt");
        var watch = Stopwatch.StartNew();
        await alerts.DisposeAsync();
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(8));
        alerts.Counts.Should().Be(new AlertCounts(0, 0, 20, 0));
    }

    private static WebhookAlerts New(TimeProvider time) => new("gate-1", time, () => 0.5, NullLogger<WebhookAlerts>.Instance);

    private static Task Code(HttpContext context, int code, string? header = null, string? value = null)
    {
        context.Response.StatusCode = code;
        if (header is not null) context.Response.Headers[header] = value;
        return Task.CompletedTask;
    }

    private Alert Alert(int id) =>
        new(id.ToString(CultureInfo.InvariantCulture), AlertKinds.HeldBack, AlertSeverity.Warning, null, null, "x", _clock.GetUtcNow(), Resolved: true);

    private Task CountsAsync(long sent) => Eventually.TrueAsync(() => _alerts.Counts.Sent == sent && _alerts.Counts.Queued == 0, $"{sent} sent");

    /// <summary>
    /// Skips the pauses between attempts; an attempt on the way, whose timer was set to exactly its timeout, gets all the real time it
    /// needs.
    /// </summary>
    private async Task PlayAsync(Func<bool> end)
    {
        var watch = Stopwatch.StartNew();
        while (!end())
        {
            if (watch.Elapsed > Eventually.Limit) throw new TimeoutException($"{_alerts.Counts}, {_receiver.Attempts.Count} attempts, {_clock.GetUtcNow()}");
            if (_clock.NextSpan is { } span && span != AlertDelivery.AttemptTimeout) await _clock.AdvanceToNextAsync();
            else await Task.Delay(2);
        }
    }
}
