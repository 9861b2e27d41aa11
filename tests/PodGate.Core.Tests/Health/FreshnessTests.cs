using System.Globalization;
using PodGate.Core.Health;

namespace PodGate.Core.Tests.Health;

/// <summary>10 intervals of 1 s, unless a test says otherwise.</summary>
public sealed class FreshnessTests
{
    [Theory]
    [InlineData("sequence")]
    [InlineData("timestamp")]
    [InlineData("observedAt")]
    [InlineData("uptime")]
    public void Mark_ThatStopsMoving_MakesTheDocumentStale(string name)
    {
        var rig = new DocumentRig();
        for (var second = 0; second <= 5; second++) rig.Judge(second, Body(name, second)).Result.Should().Be(ProbeResult.Healthy);
        for (var second = 6; second <= 14; second++) rig.Judge(second, Body(name, 5)).Result.Should().Be(ProbeResult.Healthy, $"{second - 5} s are not too long");
        var judged = rig.Judge(15, Body(name, 5));
        judged.Result.Should().Be(ProbeResult.Stale);
        judged.Sentence.Should().Contain("10 s").And.Contain("10 intervals of 1 s").And.StartWith("health answered 200 Healthy, but ");
        rig.Judge(16, Body(name, 6)).Result.Should().Be(ProbeResult.Healthy, "it moves again");
        for (var second = 17; second <= 20; second++) rig.Judge(second, Body(name, second)).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(30, Body(name, 20)).Result.Should().Be(ProbeResult.Stale, "and stands again, whether it was asked meanwhile or not");
    }

    // What was set at a build or a start, moved once, or moves seldom, is no proof of freshness.
    [Theory]
    [InlineData(1_000_000, 0)]
    [InlineData(60, 0)]
    [InlineData(9, 0)]
    [InlineData(1_000_000, 31)]
    public void Mark_ThatSeldomMoves_ProvesNothing(int every, int restartAt)
    {
        var rig = new DocumentRig();
        for (var second = 0; second < 300; second++)
        {
            var value = (second / every) + (restartAt > 0 && second >= restartAt ? 7 : 0);
            rig.Judge(second, Body("timestamp", value), skew: 0).Result.Should().Be(ProbeResult.Healthy, $"at {second} s");
        }
    }

    [Fact]
    public void Mark_ThatGoesBackwards_HasAdvanced()
    {
        var rig = new DocumentRig();
        for (var second = 0; second < 20; second++) rig.Judge(second, Body("sequence", 1000 + second));
        for (var second = 20; second < 60; second++) rig.Judge(second, Body("sequence", second - 20)).Result.Should().Be(ProbeResult.Healthy, "it was started again");
        rig.Judge(60, Body("sequence", 0)).Result.Should().Be(ProbeResult.Healthy);
    }

    [Fact]
    public void Marks_AnyThatMoves_IsEnough()
    {
        var rig = new DocumentRig();
        for (var second = 0; second < 60; second++)
        {
            var body = $$"""{"status":"UP","uptime":{{second}},"counter":{{Math.Min(second, 9)}},"timestamp":{{1795472566 + Math.Min(second, 9)}}}""";
            rig.Judge(second, body).Result.Should().Be(ProbeResult.Healthy);
        }
    }

    // A proxy's page, an error without a document, garbage: none of them says that anything advanced.
    [Theory]
    [InlineData("", 500, null)]
    [InlineData("", 503, null)]
    [InlineData("OK", 200, null)]
    [InlineData("{\"status\":\"UP\"}", 200, null)]
    [InlineData("{\"status\":\"Healt", 200, null)]
    [InlineData("", 500, "sequence")]
    public void FrozenDocument_AnswersWithoutMarksBetween_IsStaleAllTheSame(string between, int code, string? field)
    {
        var rig = new DocumentRig(health => health with { Freshness = new FreshnessSettings { Field = field } });
        for (var second = 0; second <= 5; second++) rig.Judge(second, Body("sequence", second));
        for (var second = 6; second < 60; second++)
        {
            rig.Judge(second, Body("sequence", 5)).Result.Should().Be(second < 15 ? ProbeResult.Healthy : ProbeResult.Stale, $"at {second} s");
            // What has no marks is judged by itself: it cannot be old.
            if (second % 3 == 0) rig.Judge(second + 0.5, between, code).Result.Should().NotBe(ProbeResult.Stale);
        }
    }

    [Fact]
    public void AnswersWithoutMarks_LeaveAMarkThatMovesAlone()
    {
        var rig = new DocumentRig();
        for (var second = 0; second < 60; second++)
        {
            rig.Judge(second, Body("sequence", second)).Result.Should().Be(ProbeResult.Healthy);
            rig.Judge(second + 0.5, "", 500).Result.Should().Be(ProbeResult.Unhealthy);
        }
    }

    // A web server that runs while the thread behind it hangs: the uptime moves, the look does not.
    [Fact]
    public void ObservedAt_Decides_WhateverElseMoves()
    {
        var rig = new DocumentRig();
        string At(int second) => $$"""{"status":"UP","uptime":{{second}},"observedAt":"{{Iso(Math.Min(second, 9))}}"}""";
        for (var second = 0; second < 19; second++) rig.Judge(second, At(second)).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(19, At(19)).Sentence.Should().Be("health answered 200 Healthy, but the pod has not looked at itself for 10 s (limit 10 s: 10 intervals of 1 s)");
    }

    // Frozen before the gate looked for the first time: only the pod's own clock can tell.
    [Theory]
    [InlineData("observedAt", 0.0, true)]
    [InlineData("checked_at", 0.0, true)]
    [InlineData("observedAt", -3600.0, false)]
    [InlineData("observedAt", 7200.0, true)]
    [InlineData("observedAt", null, false)]
    [InlineData("timestamp", 0.0, false)]
    [InlineData("lastUpdated", 0.0, false)]
    public void FrozenFromTheStart_OnlyItsOwnClockProvesIt(string name, double? skew, bool stale)
    {
        var rig = new DocumentRig();
        // An hour old by the gate's clock.
        var body = $$"""{"status":"UP","{{name}}":"{{Iso(-3600)}}"}""";
        for (var second = 0; second < 10; second++) rig.Judge(second, body, skew: skew).Result.Should().Be(ProbeResult.Healthy, "it has not been seen to stand still yet");
        var judged = rig.Judge(10, body, skew: skew);
        judged.Result.Should().Be(stale ? ProbeResult.Stale : ProbeResult.Healthy);
        if (stale) judged.Sentence.Should().Contain("by its own clock the pod last looked at itself");
    }

    [Theory]
    [InlineData(-86_400)]
    [InlineData(-30)]
    [InlineData(30)]
    [InlineData(86_400)]
    public void ClockThatIsOff_IsNotStale(int off)
    {
        var rig = new DocumentRig();
        for (var second = 0; second < 60; second++)
        {
            // The answer's Date comes from the same clock.
            rig.Judge(second, $$"""{"status":"UP","observedAt":"{{Iso(second + off)}}"}""", skew: off).Result.Should().Be(ProbeResult.Healthy);
            // A clock that somebody sets while it runs.
            rig.Judge(second + 0.5, $$"""{"status":"UP","observedAt":"{{Iso(second)}}"}""", skew: 0).Result.Should().Be(ProbeResult.Healthy);
        }
    }

    [Fact]
    public void FieldThatIsNamed_StandsStill_IsStaleEvenIfItNeverMoved()
    {
        var rig = new DocumentRig(health => health with { Freshness = new FreshnessSettings { Field = "build.tick", Intervals = 5 } });
        string At(string tick) => $$"""{"status":"UP","timestamp":{{1795472566}},"build":{"tick":{{tick}} } }""";
        rig.Judge(0, At("\"a\"")).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(4.9, At("\"a\"")).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(5, At("\"a\"")).Sentence.Should().Be("health answered 200 Healthy, but build.tick in its document has not advanced for 5 s (limit 5 s: 5 intervals of 1 s)");
        rig.Judge(6, At("\"b\"")).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(7, At("null")).Sentence.Should()
            .Be("health answered 200 Healthy, but its document has no text or number in the field build.tick that is to prove that it is new");
    }

    // An error stays what it is: a page without a document need not prove that it is new.
    [Theory]
    [InlineData(200, "", ProbeResult.Stale)]
    [InlineData(200, "OK", ProbeResult.Stale)]
    [InlineData(200, "{\"status\":\"UP\"}", ProbeResult.Stale)]
    [InlineData(200, "{\"status\":\"drain\"}", ProbeResult.Stale)]
    [InlineData(200, "{\"status\":\"DOWN\"}", ProbeResult.Unhealthy)]
    [InlineData(200, "{\"status\":\"green\"}", ProbeResult.Unreadable)]
    [InlineData(503, "", ProbeResult.Overloaded)]
    [InlineData(500, "", ProbeResult.Unhealthy)]
    [InlineData(200, "{\"status\":\"UP\",\"n\":1}", ProbeResult.Healthy)]
    public void FieldThatIsNamed_Missing_MakesGoodOnesStale(int code, string body, ProbeResult expected) =>
        new DocumentRig(health => health with { Freshness = new FreshnessSettings { Field = "n" } }).Judge(0, body, code).Result.Should().Be(expected);

    [Theory]
    [InlineData(null, 10, 200, "UP", ProbeResult.Healthy)]
    [InlineData(0.0, 10, 200, "UP", ProbeResult.Healthy)]
    [InlineData(1.0, 10, 200, "UP", ProbeResult.Stale)]
    [InlineData(1.0, 0, 200, "UP", ProbeResult.Healthy)]
    [InlineData(1.0, 10, 503, "DOWN", ProbeResult.Unhealthy)]
    [InlineData(1.0, 10, 200, "green", ProbeResult.Stale)]
    public void CachedAnswer_IsRefused(double? age, int intervals, int code, string status, ProbeResult expected)
    {
        var rig = new DocumentRig(health => health with { Freshness = new FreshnessSettings { Intervals = intervals } });
        var judged = rig.Judge(0, $$"""{"status":"{{status}}"}""", code, age: age);
        judged.Result.Should().Be(expected);
        if (expected == ProbeResult.Stale) judged.Sentence.Should().EndWith("but a cache gave the answer, 1 s old (header Age)");
    }

    [Fact]
    public void CachedAnswer_IsNoPartOfTheStory()
    {
        var rig = new DocumentRig();
        for (var second = 0; second <= 5; second++) rig.Judge(second, Body("sequence", second));
        for (var second = 6; second < 15; second++) rig.Judge(second, Body("sequence", second % 2), age: 1);
        rig.Judge(15, Body("sequence", 5)).Result.Should().Be(ProbeResult.Stale);
    }

    [Fact]
    public void Intervals_Zero_NeverStale()
    {
        var rig = new DocumentRig(health => health with { Freshness = new FreshnessSettings { Field = "n", Intervals = 0 } });
        rig.Judge(0, Body("n", 1)).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(100_000, Body("n", 1)).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(100_001, Body("m", 1)).Result.Should().Be(ProbeResult.Healthy);
    }

    [Fact]
    public void Limit_FollowsTheProbeInterval()
    {
        var rig = new DocumentRig(interval: TimeSpan.FromMinutes(1));
        for (var minute = 0; minute <= 5; minute++) rig.Judge(minute * 60, Body("sequence", minute));
        rig.Judge((15 * 60) - 1, Body("sequence", 5)).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(15 * 60, Body("sequence", 5)).Result.Should().Be(ProbeResult.Stale);
    }

    private static string Iso(double second) => (DocumentRig.Start + TimeSpan.FromSeconds(second)).ToString("O", CultureInfo.InvariantCulture);

    private static string Body(string name, int value) => name is "timestamp" or "observedAt"
        ? $$"""{"status":"UP","{{name}}":"{{Iso(value)}}"}"""
        : $$"""{"status":"UP","{{name}}":{{value}}}""";
}
