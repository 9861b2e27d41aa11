using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using PodGate.Core.Pods;

namespace PodGate.Tests.Operator;

/// <summary>Planning over the operator API: what it says beforehand, everywhere.</summary>
public sealed class MaintenanceApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/maintenance";
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Plan_IsAnswered_AndShownWithItsPod_TheFleet_TheMetricsAndTheEvents()
    {
        var from = Hours(10);
        var answer = await AddAsync("pod-a", from, Hours(12), ",\"enableWhenWell\":true,\"deadline\":\"00:05:00\"");
        ((bool)answer["durable"]!).Should().BeTrue();
        ((string)answer["sentence"]!).Should().StartWith("otto planned maintenance m-").And.Contain("kernel update");
        answer["warnings"]!.AsArray().Should().BeEmpty();
        var plan = answer["plan"]!;
        ((string)plan["stage"]!, (bool)plan["open"]!, (bool)plan["enableWhenWell"]!, (string)plan["deadline"]!, (string)plan["zone"]!, (bool)plan["configured"]!)
            .Should().Be(("Planned", true, true, "00:05:00", "UTC", true));
        ((DateTimeOffset)plan["from"]!).Should().Be(DateTimeOffset.Parse(from, CultureInfo.InvariantCulture));

        var id = (string)plan["id"]!;
        ((string?)(await GetAsync("/api/v1/pods/pod-a"))["maintenance"]!["id"]).Should().Be(id);
        (await GetAsync("/api/v1/pods/pod-b"))["maintenance"].Should().BeNull();
        var fleet = await GetAsync("/api/v1/pods");
        ((string?)fleet["gate"]!["maintenance"]![0]!["id"]).Should().Be(id);
        ((string?)(await GetAsync(Path))["plans"]![0]!["id"]).Should().Be(id);
        (await GetAsync("/api/v1/events"))["events"]!.AsArray().Should().Contain(
            e => (string?)e!["cause"] == "MaintenancePlanned" && (string?)e["pod"] == "pod-a" && (string?)e["who"] == "otto" && (bool)e["durable"]!);
        using var metrics = await _rig.SendAsync(HttpMethod.Get, "/metrics", _rig.Viewer);
        var lines = (await metrics.Content.ReadAsStringAsync()).Split('\n');
        lines.Should().Contain("podgate_maintenance_planned{pod=\"pod-a\"} 1").And.Contain("podgate_maintenance_planned{pod=\"pod-b\"} 0")
            .And.Contain("podgate_maintenance_held_back{pod=\"pod-a\"} 0").And.Contain("podgate_drain_expired{pod=\"pod-a\"} 0");
        var begins = lines.Single(line => line.StartsWith("podgate_maintenance_begins_seconds{", StringComparison.Ordinal));
        double.Parse(begins.Split(' ')[1], CultureInfo.InvariantCulture).Should().BeInRange(35_000, 36_000);
        _rig.Journal.Agenda!.Open.Should().ContainSingle();
    }

    [Fact]
    public async Task Plan_WithThePlaceItIsMeantFor_KeepsIt()
    {
        var year = _rig.Time.GetUtcNow().AddMonths(1);
        var day = year.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var answer = await AddAsync("pod-a", $"{day} 22:00 Europe/Berlin", $"{day} 23:00 Europe/Berlin");
        ((string?)answer["plan"]!["zone"]).Should().Be("Europe/Berlin");
        var announced = (await GetAsync(Path + "/announcements"))["announcements"]![0]!;
        ((string?)announced["plan"]!["id"]).Should().Be((string?)answer["plan"]!["id"]);
        announced["texts"]!.AsArray().Select(text => (string?)text!["language"]).Should().Equal("en", "de");
        ((string?)announced["texts"]![0]!["subject"]).Should().StartWith("Planned maintenance of pod-a: ").And.Contain(", 22:00 (Europe/Berlin, UTC+0");
        ((string?)announced["texts"]![1]!["text"]).Should().Contain("Von:   ").And.Contain(", 22:00 Uhr (Europe/Berlin, UTC+0").And.Contain("Grund: kernel update");
    }

    [Fact]
    public async Task Plans_ThatTogetherBreachTheMinimum_AreTakenWithAWarning()
    {
        var first = await AddAsync("pod-a", Hours(10), Hours(12));
        var second = await AddAsync("pod-b", Hours(11), Hours(13));
        second["warnings"]!.AsArray().Should().ContainSingle().Which!.GetValue<string>().Should().Contain((string)first["plan"]!["id"]!).And.Contain("only 1 of 3 pods");
    }

    [Fact]
    public async Task Plan_ThatOverlaps_IsAConflict()
    {
        await AddAsync("pod-a", Hours(10), Hours(12));
        using var answer = await _rig.SendAsync(HttpMethod.Post, Path, _rig.Operator, Body("pod-a", Hours(11), Hours(13)));
        await AdminPortTests.ShouldBeProblemAsync(answer, HttpStatusCode.Conflict, "plan-conflict", "PlanConflict");
    }

    [Fact]
    public async Task Cancel_IsDoneOnce_AndTheEndedOneIsShownWhenAskedFor()
    {
        var id = (string)(await AddAsync("pod-a", Hours(10), Hours(12)))["plan"]!["id"]!;
        using var answer = await _rig.SendAsync(HttpMethod.Delete, $"{Path}/{id}", _rig.Operator, """{"reason":"the disk came late"}""");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var outcome = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((string?)outcome["plan"]!["stage"], (string?)outcome["sentence"]).Should().Be(("Cancelled", $"otto cancelled planned maintenance {id} of pod-a: the disk came late"));
        (await GetAsync(Path))["plans"]!.AsArray().Should().BeEmpty();
        (await GetAsync(Path + "?all=true"))["plans"]!.AsArray().Should().ContainSingle();
        using var again = await _rig.SendAsync(HttpMethod.Delete, $"{Path}/{id}", _rig.Operator, """{"reason":"x"}""");
        await AdminPortTests.ShouldBeProblemAsync(again, HttpStatusCode.NotFound, "unknown-plan", "UnknownPlan");
        using var calendar = await _rig.SendAsync(HttpMethod.Get, Path + ".ics", _rig.Viewer);
        calendar.Content.Headers.ContentType!.ToString().Should().Be("text/calendar; charset=utf-8");
        (await calendar.Content.ReadAsStringAsync()).Should().StartWith("BEGIN:VCALENDAR\r\n").And.Contain($"UID:{id}@gate-1\r\n").And.Contain("STATUS:CANCELLED\r\n");
    }

    [Fact]
    public async Task Plan_ThatCannotBeWritten_IsInEffectAndSaysSo()
    {
        _rig.Journal.Break();
        using var answer = await _rig.SendAsync(HttpMethod.Post, Path, _rig.Operator, Body("pod-a", Hours(10), Hours(12)));
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        ((bool)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["durable"]!).Should().BeFalse();
        _rig.View.Fleet.Agenda.Open.Should().ContainSingle();
    }

    [Fact]
    public async Task Plan_ThatIsDueNow_DrainsItsPod()
    {
        await AddAsync("pod-a", Hours(0), Hours(1));
        await UntilAsync(() => _rig.View.Find("pod-a")!.Record.Intent.Kind == IntentKind.Disabled);
        var pod = await GetAsync("/api/v1/pods/pod-a");
        ((string?)pod["maintenance"]!["stage"], (string?)pod["owner"], (bool)pod["expired"]!).Should().Be(("Begun", "otto", false));
    }

    [Theory]
    [InlineData("04:00:00", 4)]
    [InlineData("2.00:00:00", 48)]
    [InlineData("moment", 5)]
    public async Task Drain_WithOwnerAndExpiry_ShowsThem(string until, double hours)
    {
        var text = until == "moment" ? Hours(5) : until;
        using var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, $$"""{"reason":"disk","until":"{{text}}","owner":"ops-team"}""");
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var pod = await GetAsync("/api/v1/pods/pod-a");
        ((string?)pod["owner"], (bool)pod["expired"]!).Should().Be(("ops-team", false));
        ((DateTimeOffset)pod["until"]!).Should().BeCloseTo(_rig.Time.GetUtcNow().AddHours(hours), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Drain_PastItsExpiry_SaysSo_EverywhereAndOnce()
    {
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/disable", _rig.Operator, """{"reason":"disk","until":"00:00:00.050","owner":"ops-team"}"""))
            .StatusCode.Should().Be(HttpStatusCode.OK);
        await UntilAsync(() => _rig.Journal.ReadNewest(100).Any(t => t.Cause == Cause.DrainExpired));
        ((bool)(await GetAsync("/api/v1/pods/pod-a"))["expired"]!).Should().BeTrue();
        (await GetAsync("/api/v1/pods/pod-a/why"))["rulings"]!.AsArray().Should().Contain(ruling => (string?)ruling!["cause"] == "DrainExpired");
        using var metrics = await _rig.SendAsync(HttpMethod.Get, "/metrics", _rig.Viewer);
        (await metrics.Content.ReadAsStringAsync()).Should().Contain("podgate_drain_expired{pod=\"pod-a\"} 1");
        await _rig.SubmitAsync(new TimePassed());
        await _rig.SubmitAsync(new TimePassed());
        await _rig.ProbeAsync("pod-b", Core.Health.ProbeResult.Healthy);
        _rig.Journal.ReadNewest(100).Count(t => t.Cause == Cause.DrainExpired).Should().Be(1);
    }

    private string Hours(double hours) => _rig.Time.GetUtcNow().AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Body(string pod, string from, string until, string more = "") =>
        $"{{\"pod\":\"{pod}\",\"from\":\"{from}\",\"until\":\"{until}\",\"reason\":\"kernel update\"{more}}}";

    private async Task<JsonNode> AddAsync(string pod, string from, string until, string more = "")
    {
        using var answer = await _rig.SendAsync(HttpMethod.Post, Path, _rig.Operator, Body(pod, from, until, more));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, path, _rig.Viewer);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds()) await Task.Delay(10, limit.Token);
    }
}
