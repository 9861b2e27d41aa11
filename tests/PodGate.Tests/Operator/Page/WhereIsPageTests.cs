using System.Net;
using PodGate.Control.History;
using PodGate.Core.Routing;

namespace PodGate.Tests.Operator.Page;

/// <summary>The page that says where a client is, and was.</summary>
public sealed class WhereIsPageTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task AMoment_AsABrowserWritesIt_IsReadAsUtc()
    {
        var night = DateTimeOffset.UtcNow.AddHours(-20);
        _rig.History.Add(new RoutingEntry(night, RoutingEntryKind.Routed)
        {
            Picture = new RoutingPicture(_rig.View.Snapshot.Hashing.Mark, [new PodPart("pod-x", Admission.Serving, PodRoute.FullShare)], Pins.None),
        });
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var at = night.AddHours(2).ToString("yyyy-MM-dd'T'HH:mm");

        var page = await browser.ReadAsync($"/whereis?address=192.0.2.17&at={at}");

        page.Should().MatchRegex("192.0.2.17</b>\\s*was on <a href=\"/pods/pod-x\">").And.Contain($"type=\"datetime-local\" value=\"{at}\"").And.Contain("the history begins at");
        (await browser.ReadAsync("/whereis?address=192.0.2.17&at=1999-01-01T00:00")).Should().Contain("not known").And.Contain("does not reach back so far");
        (await browser.ReadAsync("/whereis?address=192.0.2.17&at=noon", HttpStatusCode.BadRequest)).Should().Contain("it must be a moment with its zone");
    }

    [Fact]
    public async Task German_IsSpoken()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer, "de");
        (await browser.ReadAsync("/whereis?address=192.0.2.17&at=1999-01-01T00:00")).Should().Contain("unbekannt").And.Contain("Wann (UTC)");
    }
}
