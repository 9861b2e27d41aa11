using System.Text.Json.Nodes;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class MaintenanceTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Add_SendsWhatWasTyped_AndShowsWarnings()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new MaintenanceOutcomeJson("anna planned it.", true, Plan(), ["together with m-2 too few are left"])));
        var ended = await _cli.RunAsync(
            gate, "maintenance", "add", "pod-a", "--from", "2026-12-01 22:00 Europe/Berlin", "--until", "2026-12-02T01:00:00Z", "--reason", "kernel update",
            "--enable-when-well", "--force", "--deadline", "5m");
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Trim().Should().Be("anna planned it.");
        ended.Error.Trim().Should().Be("warning: together with m-2 too few are left.");
        var asked = gate.Only("POST");
        (asked.Target, asked.Json.ToString()).Should().Be(("/api/v1/maintenance",
            """{"pod":"pod-a","from":"2026-12-01 22:00 Europe/Berlin","until":"2026-12-02T01:00:00Z","reason":"kernel update","force":true,"enableWhenWell":true,"deadline":"00:05:00"}"""));
    }

    [Fact]
    public async Task Add_NotDurable_IsSaid()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new MaintenanceOutcomeJson("anna planned it.", false, Plan(), []), 202));
        var ended = await _cli.RunAsync(gate, "maintenance", "add", "pod-a", "--from", "2026-12-01T22:00Z", "--until", "2026-12-02T01:00Z", "--reason", "why");
        ended.Code.Should().Be(0);
        ended.Error.Should().Contain("not durable");
    }

    [Fact]
    public async Task Add_Refused_EndsWith1()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Problem(400, "from is in a gap of the clocks."));
        var ended = await _cli.RunAsync(gate, "maintenance", "add", "pod-a", "--from", "2026-03-29 02:30 Europe/Berlin", "--until", "2026-12-02T01:00Z", "--reason", "why");
        (ended.Code, ended.Error.Trim()).Should().Be((1, "refused: from is in a gap of the clocks."));
    }

    [Fact]
    public async Task Cancel_SendsTheReason()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new MaintenanceOutcomeJson("anna cancelled it.", true, Plan() with { Stage = "Cancelled", Open = false }, [])));
        var ended = await _cli.RunAsync(gate, "maintenance", "cancel", "m-1a2b3c4d", "--reason", "the disk came late");
        (ended.Code, ended.Output.ReplaceLineEndings("\n")).Should().Be((0, "anna cancelled it.\nanna planned it.\n"), "that is what the fake says of the plan");
        var asked = gate.Only("DELETE");
        (asked.Target, asked.Body).Should().Be(("/api/v1/maintenance/m-1a2b3c4d", """{"reason":"the disk came late"}"""));
    }

    [Theory]
    [InlineData(false, "/api/v1/maintenance")]
    [InlineData(true, "/api/v1/maintenance?all=true")]
    public async Task List_IsATable(bool all, string target)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new MaintenanceListJson(Samples.Now,
            [Plan(), Plan("HeldBack", "the guard objects") with { Id = "m-2", EnableWhenWell = false }, Plan() with { Id = "m-3", Pod = "pod-x", Configured = false }])));
        var ended = await _cli.RunAsync(gate, all ? ["maintenance", "list", "--all"] : ["maintenance", "list"]);
        ended.Code.Should().Be(0, ended.Error);
        gate.Only("GET").Target.Should().Be(target);
        ended.Output.Should().MatchRegex("ID +POD +STAGE +FROM +UNTIL +ENABLE +WHO +WHY")
            .And.MatchRegex("m-1a2b3c4d +pod-a +Planned +2026-12-01 21:00:00Z +2026-12-02 01:00:00Z +when well +anna +kernel update")
            .And.MatchRegex("m-2 +pod-a +HeldBack .* by hand +anna +kernel update").And.Contain("the guard objects").And.Contain("pod-x is not in the configuration");
    }

    [Fact]
    public async Task List_OfNothing_SaysSo()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new MaintenanceListJson(Samples.Now, [])));
        (await _cli.RunAsync(gate, "maintenance", "list")).Output.Trim().Should().Be("Nothing is planned.");
    }

    [Theory]
    [InlineData("", "Maintenance of A|Wartung von A|Maintenance of B|Wartung von B")]
    [InlineData("--language de", "Wartung von A|Wartung von B")]
    [InlineData("m-1 --language en", "Maintenance of A")]
    public async Task Announce_PrintsTheTexts(string more, string subjects)
    {
        AnnouncementJson Of(string id, string name) => new(
            Plan() with { Id = id }, [new("en", $"Maintenance of {name}", "It is off.\n\nSorry."), new("de", $"Wartung von {name}", "Er ist aus.\n\nLeider.")]);
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new AnnouncementsJson([Of("m-1", "A"), Of("m-2", "B")])));
        var ended = await _cli.RunAsync(gate, ["maintenance", "announce", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.ReplaceLineEndings("\n").Split("\n\n--\n\n").Select(text => text.Split('\n')[0]).Should().Equal(subjects.Split('|'));
        gate.Only("GET").Target.Should().Be("/api/v1/maintenance/announcements");
    }

    // With what a newer gate may say, too.
    [Theory]
    [InlineData("", "m-1 en de m-2 en de")]
    [InlineData("m-2", "m-2 en de")]
    [InlineData("m-2 --language de", "m-2 de")]
    [InlineData("--language de", "m-1 de m-2 de")]
    public async Task Announce_AsJson_HasWhatWasAskedForOnly(string more, string told)
    {
        AnnouncementJson Of(string id) => new(Plan() with { Id = id }, [new("en", "Maintenance", "It is off."), new("de", "Wartung", "Er ist aus.")]);
        var answer = Told.Json(new AnnouncementsJson([Of("m-1"), Of("m-2")]));
        await using var gate = await FakeGate.StartAsync(_ => answer with { Body = answer.Body.Replace("{\"plan\"", "{\"colour\":1,\"plan\"", StringComparison.Ordinal) });
        var ended = await _cli.RunAsync(gate, ["maintenance", "announce", "--json", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        ended.Code.Should().Be(0, ended.Error);
        var announcements = JsonNode.Parse(ended.Output)!["announcements"]!.AsArray();
        string.Join(' ', announcements.SelectMany(one => one!["texts"]!.AsArray().Select(text => (string?)text!["language"]).Prepend((string?)one["plan"]!["id"]))).Should().Be(told);
        announcements.Should().OnlyContain(one => (int?)one!["colour"] == 1);
        (await _cli.RunAsync(gate, "maintenance", "announce", "m-9", "--json")).Code.Should().Be(1);
    }

    [Fact]
    public async Task Announce_OfWhatIsNotThere_SaysSo()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new AnnouncementsJson([])));
        (await _cli.RunAsync(gate, "maintenance", "announce")).Output.Trim().Should().Be("Nothing is planned.");
        var ended = await _cli.RunAsync(gate, "maintenance", "announce", "m-9");
        (ended.Code, ended.Output).Should().Be((1, ""), "the gate was asked");
        ended.Error.Should().Contain("no open maintenance m-9");
    }

    [Fact]
    public async Task Status_ShowsBeforehand_WhatIsPlannedAndWhatWasForgotten()
    {
        var planned = Samples.Pod() with { Maintenance = Plan() };
        var held = Samples.Pod("pod-b") with { Maintenance = Plan("HeldBack", "too few would be left") with { From = Samples.Now.AddMinutes(-5), Until = Samples.Now.AddHours(2) } };
        var forgotten = Samples.Pod("pod-c", "Drained") with { Intent = "Disabled", Until = Samples.Now.AddHours(-3), Expired = true, Owner = "ops-team" };
        var fleet = new FleetJson(Samples.Gate with { Maintenance = [Plan(), Plan() with { Pod = "pod-x", Configured = false }] }, [planned, held, forgotten]);
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET /api/v1/pods/pod-c", Told.Json(forgotten)), ("GET /api/v1/pods/pod-a", Told.Json(planned)), ("GET /api/v1/pods", Told.Json(fleet))));
        var status = await _cli.RunAsync(gate, "status");
        status.Output.Should().Contain("maintenance m-1a2b3c4d (Planned) from 2026-12-01 21:00:00Z until 2026-12-02 01:00:00Z, planned by anna: kernel update (in 9d 6h)")
            .And.Contain("maintenance m-1a2b3c4d (HeldBack)").And.Contain("too few would be left (for another 2h 0m)")
            .And.Contain("EXPIRED: was to be back by 2026-11-22 11:10:00Z, 3h 0m ago, owner ops-team")
            .And.Contain("plans    2 open; the first: pod-a from 2026-12-01 21:00:00Z until 2026-12-02 01:00:00Z").And.Contain("pod-x is not in the configuration");
        (await _cli.RunAsync(gate, "status", "pod-a")).Output.Should().Contain("maintenance m-1a2b3c4d (Planned) from");
        (await _cli.RunAsync(gate, "status", "pod-c")).Output.Should().Contain("owner       ops-team").And.Contain("back by     2026-11-22 11:10:00Z; EXPIRED");
    }

    [Theory]
    [InlineData("4h", "04:00:00")]
    [InlineData("2d", "2.00:00:00")]
    [InlineData("2026-12-01 22:00 Europe/Berlin", "2026-12-01 22:00 Europe/Berlin")]
    public async Task Drain_WithUntilAndOwner_SendsThem(string until, string sent)
    {
        foreach (var verb in new[] { "drain", "disable" })
        {
            await using var gate = await FakeGate.StartAsync(asked => asked.Method == "GET" ? Told.Json(Samples.Pod()) : Told.Json(Samples.Outcome(Samples.Pod())));
            var ended = await _cli.RunAsync(gate, verb, "pod-a", "--reason", "disk", "--until", until, "--owner", "ops-team");
            ended.Code.Should().Be(0, ended.Error);
            var json = gate.Only("POST").Json;
            (json.GetProperty("until").GetString(), json.GetProperty("owner").GetString()).Should().Be((sent, "ops-team"));
        }
    }

    [Fact]
    public async Task Drain_WithoutThem_SaysNothingThatAnOlderGateWouldRefuse()
    {
        await using var gate = await FakeGate.StartAsync(asked => asked.Method == "GET" ? Told.Json(Samples.Pod()) : Told.Json(Samples.Outcome(Samples.Pod())));
        await _cli.RunAsync(gate, "drain", "pod-a", "--reason", "disk");
        gate.Only("POST").Body.Should().NotContain("until").And.NotContain("owner");
    }

    private static MaintenanceJson Plan(string stage = "Planned", string sentence = "anna planned it.") => new(
        "m-1a2b3c4d", "pod-a", stage, true, new(2026, 12, 1, 21, 0, 0, TimeSpan.Zero), new(2026, 12, 2, 1, 0, 0, TimeSpan.Zero), "Europe/Berlin", "anna", "kernel update",
        false, true, null, Samples.Now, Samples.Now, sentence, true);
}
