using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.Tests.Probing;

namespace PodGate.Control.Tests.Alerts;

/// <summary>The heartbeat goes on whatever the one who listens does, and where it is told to.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HeartbeatTests
{
    [Fact]
    public async Task Heartbeat_IsHeardAgainAndAgain_AlsoAfterFailures_AndElsewhereWhenToldSo()
    {
        var clock = new StepClock();
        await using var one = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        var heads = new ConcurrentQueue<string>();
        one.Answer = (context, visit) =>
        {
            heads.Enqueue(context.Request.Headers[AuditHead.Header].ToString());
            return visit switch
            {
                1 => OutboxRig.Code(context, 500),
                2 => Task.Delay(Timeout.Infinite, context.RequestAborted),
                _ => Task.CompletedTask,
            };
        };
        await using var heart = new Heartbeat(clock, NullLogger<Heartbeat>.Instance) { Audit = () => new AuditHead(7, "5ca1ab1e") };
        heart.Apply(new AlertSettings { HeartbeatUrl = one.Url, HeartbeatInterval = TimeSpan.FromSeconds(20) });
        heart.Start();
        await Eventually.TrueAsync(() => one.Visits == 1, "the first beat comes at once");
        await BeatAsync(clock);
        await Eventually.TrueAsync(() => one.Visits == 2, "one that failed is followed by the next");
        clock.Advance(TimeSpan.FromSeconds(5));
        await BeatAsync(clock);
        await Eventually.TrueAsync(() => one.Visits == 3, "one that hangs is given up");

        heart.Apply(new AlertSettings { HeartbeatUrl = other.Url });
        await Eventually.TrueAsync(() => other.Visits == 1, "the new address hears of it at once");
        heart.Apply(new AlertSettings());
        await clock.SettledAsync(0);
        clock.Advance(TimeSpan.FromHours(1));
        await Eventually.AMomentAsync();
        (one.Visits, other.Visits).Should().Be((3, 1));
        heads.Should().Equal("7 5ca1ab1e", "7 5ca1ab1e", "7 5ca1ab1e");
    }

    private static async Task BeatAsync(StepClock clock)
    {
        await Eventually.TrueAsync(() => clock.NextSpan == TimeSpan.FromSeconds(20), "it rests until the next beat");
        clock.Advance(TimeSpan.FromSeconds(20));
    }
}
