using System.Net;
using System.Net.Http.Json;
using PodGate.Control.History;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.Operator;

namespace PodGate.Tests.Operator;

/// <summary>Where a client is, and was, as the API tells it.</summary>
public sealed class WhereIsApiTests : IAsyncLifetime
{
    private const string Client = "192.0.2.17";
    private AdminRig _rig = null!;

    private DateTimeOffset Night { get; } = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddHours(-10).ToUnixTimeSeconds());

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Now_WithAHistory_SaysSinceWhenAndWhy()
    {
        var owner = _rig.View.Snapshot.Owner(_rig.View.Snapshot.Hashing.SlotOf(IPAddress.Parse(Client)))!.Name;
        Routed(0, "pod-z");
        Routed(60, owner);
        _rig.History.Add(new RoutingEntry(Night.AddMinutes(60), RoutingEntryKind.Told) { Pod = owner, Sentence = $"{owner} proved itself well" });

        var where = await AskAsync("");

        (where.Pod, where.At, where.Pin).Should().Be((owner, null, null));
        where.Stay.Should().BeEquivalentTo(new StayJson("OnPod", owner, Night.AddMinutes(60), null, [$"{owner} proved itself well"]));
        where.Before.Should().BeEquivalentTo(new StayJson("OnPod", "pod-z", null, Night.AddMinutes(60), []));
        where.Notes.Should().BeEmpty();
    }

    [Fact]
    public async Task Then_IsTheStayOfThatTime_WithWhatIsNotSure()
    {
        Routed(0, "pod-x");
        Routed(60, "pod-y");
        _rig.History.Add(new RoutingEntry(Night.AddMinutes(90), RoutingEntryKind.Ended));
        _rig.History.Add(new RoutingEntry(Night.AddMinutes(95), RoutingEntryKind.Began));
        Routed(95, "pod-x");

        var where = await AskAsync($"?at={Uri.EscapeDataString(Night.AddMinutes(70).ToString("yyyy-MM-dd HH:mm") + " UTC")}");

        (where.Pod, where.Next).Should().Be(("pod-y", null));
        where.Stay!.Since.Should().Be(Night.AddMinutes(60));
        where.Stay.Until.Should().Be(Night.AddMinutes(90));
        where.Before!.Pod.Should().Be("pod-x");
        where.After!.Kind.Should().Be("NoGate");
        where.Notes.Should().HaveCount(2).And.Contain(note => note.StartsWith("a retry")).And.Contain(note => note.StartsWith("the gate did not run from"));

        var gap = await AskAsync($"?at={Written(92)}");
        (gap.Pod, gap.Stay!.Kind, gap.After!.Pod).Should().Be((null, "NoGate", "pod-x"));
        gap.After.Why.Should().Equal("the gate began to run");
    }

    [Fact]
    public async Task Then_BeforeTheHistory_IsNotKnown()
    {
        (await AskAsync($"?at={Written(0)}")).Notes.Should().Equal("nothing is written down yet");
        Routed(60, "pod-x");
        var where = await AskAsync($"?at={Written(0)}");
        (where.Pod, where.Stay).Should().Be((null, null));
        where.Notes!.Single().Should().StartWith("the history begins at");
        (await AskAsync($"?at={Written(61)}")).Notes.Should().Contain(note => note.Contains("may have been so for longer"));
    }

    [Theory]
    [InlineData("yesterday", "it must be a moment with its zone")]
    [InlineData("2026-11-27T23:10", "says no zone")]
    [InlineData("2999-01-01T00:00Z", "still to come")]
    public async Task Then_NoMoment_IsRefused(string at, string expected)
    {
        var answer = await _rig.SendAsync(HttpMethod.Get, $"/api/v1/whereis/{Client}?at={Uri.EscapeDataString(at)}", _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain(expected);
    }

    [Fact]
    public async Task HistoryThatCannotBeRead_IsSaid_AndNowIsKnownAnyway()
    {
        _rig.HistoryProblem = "The routing history in /state cannot be read: disk";
        var now = await AskAsync("");
        now.Pod.Should().NotBeNull();
        now.Notes.Should().Equal(_rig.HistoryProblem);
        var then = await _rig.SendAsync(HttpMethod.Get, $"/api/v1/whereis/{Client}?at={Written(0)}", _rig.Viewer);
        then.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await then.Content.ReadAsStringAsync()).Should().Contain("cannot be read: disk");
    }

    [Fact]
    public async Task PinnedClient_IsSaidToBe()
    {
        var settings = _rig.View.Fleet.Settings with { Pins = Pins.Of([new Pin(IPNetwork.Parse("192.0.2.0/24"), "pod-c", PinOtherwise.Refuse)]) };
        await _rig.SubmitAsync(new Reconfigured(settings));
        await TestKit.Soon.BeTrueAsync(() => !_rig.View.Snapshot.Pins.IsEmpty, "the pins are in force");

        var where = await AskAsync("");

        where.Should().BeEquivalentTo(new { Pod = "pod-c", Next = (string?)null, Pin = new PinJson("192.0.2.0/24", "pod-c", "Refuse") });
        var preview = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/pod-c/preview?command=drain", _rig.Viewer);
        (await preview.Content.ReadFromJsonAsync(ApiJson.Default.PreviewJson))!.PinnedNetworks.Should().Be(1);
        var events = await _rig.SendAsync(HttpMethod.Get, "/api/v1/events?cause=Reconfigured", _rig.Viewer);
        (await events.Content.ReadAsStringAsync()).Should().Contain("192.0.2.0/24 is pinned to pod-c now, and refused elsewhere");
    }

    private void Routed(double minutes, params string[] pods) => _rig.History.Add(new RoutingEntry(Night.AddMinutes(minutes), RoutingEntryKind.Routed)
    {
        Picture = new RoutingPicture(_rig.View.Snapshot.Hashing.Mark, [.. pods.Select(pod => new PodPart(pod, Admission.Serving, PodRoute.FullShare))], Pins.None),
    });

    private string Written(double minutes) => Night.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private async Task<WhereIsJson> AskAsync(string query)
    {
        var answer = await _rig.SendAsync(HttpMethod.Get, $"/api/v1/whereis/{Client}{query}", _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.WhereIsJson))!;
    }
}
