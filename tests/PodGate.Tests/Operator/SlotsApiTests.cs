using System.Net;
using System.Net.Http.Json;
using PodGate.Control;
using PodGate.Core.Routing;
using PodGate.Operator;
using PodGate.Proxy.Connections;
using PodGate.Tests.Operator.Page;

namespace PodGate.Tests.Operator;

/// <summary>Which slots carry how much, as API, page and metrics tell it.</summary>
public sealed class SlotsApiTests : IAsyncLifetime
{
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.7");
    private AdminRig _rig = null!;
    private int _slot;

    public async Task InitializeAsync()
    {
        _rig = await AdminRig.StartAsync();
        _slot = _rig.View.Snapshot.Hashing.SlotOf(Client);
        _rig.Slots = new SlotsSeen(TimeSpan.FromMinutes(5), [new PodSlots("pod-a", 300, [new SlotCount(3, 75)]), new PodSlots("pod-b", 700, [new SlotCount(_slot, 350), new SlotCount(9, 1)])]);
        _rig.Connections = [Open("pod-b", Client), Open("pod-b", Client), Open("pod-a", Client), Open("pod-b", IPAddress.Parse("192.0.2.200"))];
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task OfAPod_AreSharesOfItsRequests_WithClientsForOperators()
    {
        var seen = await AskAsync("/api/v1/pods/pod-b/slots", _rig.Operator);
        (seen.Pod, seen.Over).Should().Be(("pod-b", TimeSpan.FromMinutes(5)));
        seen.RequestsPerSecond.Should().BeApproximately(700 * 8 / 300.0, 0.001);
        seen.Slots[0].Should().BeEquivalentTo(new { Slot = _slot, Pod = "pod-b", Share = 0.5, Clients = new[] { "203.0.113.7" } });
        seen.Slots[1].Clients.Should().BeEmpty();
        (await AskAsync("/api/v1/pods/pod-b/slots", _rig.Viewer)).Slots[0].Clients.Should().BeEmpty("clients have addresses");
    }

    [Fact]
    public async Task OfTheFleet_AreSharesOfAllRequests()
    {
        var seen = await AskAsync("/api/v1/slots", _rig.Viewer);
        seen.Slots.Select(slot => (slot.Slot, slot.Pod, slot.Share)).Should().Equal((_slot, "pod-b", 0.35), (3, "pod-a", 0.075), (9, "pod-b", 0.001));
    }

    [Fact]
    public async Task OfNothing_AreNone()
    {
        (await AskAsync("/api/v1/pods/pod-c/slots", _rig.Viewer)).Slots.Should().BeEmpty();
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/pod-z/slots", _rig.Viewer)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Page_OfThePod_ShowsThem()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.ReadAsync("/pods/pod-b")).Should().Contain("Heaviest slots").And.Contain("203.0.113.7");
        (await browser.ReadAsync("/pods/pod-c")).Should().NotContain("Heaviest slots");
    }

    [Fact]
    public async Task Metric_IsTheHeaviestOfEachPod()
    {
        var page = await (await _rig.SendAsync(HttpMethod.Get, "/metrics", null)).Content.ReadAsStringAsync();
        page.Split('\n').Should().Contain("podgate_slot_heaviest_ratio{pod=\"pod-a\"} 0.25").And.Contain("podgate_slot_heaviest_ratio{pod=\"pod-b\"} 0.5")
            .And.NotContain(line => line.StartsWith("podgate_slot_heaviest_ratio{pod=\"pod-c\""));
    }

    private static OpenConnection Open(string pod, IPAddress client) =>
        new(pod, ConnectionKind.Request, client, TimeSpan.FromSeconds(1), TimeSpan.Zero, 0, 0, false);

    private async Task<SlotsJson> AskAsync(string path, string token)
    {
        var answer = await _rig.SendAsync(HttpMethod.Get, path, token);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.SlotsJson))!;
    }
}
