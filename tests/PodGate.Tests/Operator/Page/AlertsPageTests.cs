using System.Net;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Core.Health;

namespace PodGate.Tests.Operator.Page;

/// <summary>What people see of alerts on the page, and say to them, without scripts.</summary>
public sealed class AlertsPageTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await AdminRig.StartAsync();
        _rig.Outbox.Apply(new AlertSettings { Webhook = new Uri("http://127.0.0.1:9/") }, null);
        for (var i = 0; i < 3; i++) await _rig.ProbeAsync("pod-b", ProbeResult.Refused);
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Failover_IsShown_AndAcknowledgedUnderThePersonsName()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.ReadAsync("/")).Should().Contain("Alerts that nobody has acknowledged: 1");
        (await browser.ReadAsync("/alerts")).Should().Contain("1 alerts stand; 1 of them nobody has acknowledged.").And.Contain("pod-b failed over").And.Contain("docs/runbooks/latched.md");
        using var answer = await browser.SubmitAsync("/alerts", $"/alerts/{Latched.Alert.Id}/acknowledge");
        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        var told = answer.Headers.Location!.ToString();
        (await browser.ReadAsync(told)).Should().Contain("Acknowledged.").And.Contain("1 alerts stand; 0 of them").And.Contain("otto,").And.Contain("data-from=\"/alerts\"");
        Latched.AcknowledgedBy.Should().Be("otto");
        (await browser.ReadAsync("/")).Should().NotContain("Alerts that nobody has acknowledged");
        _rig.Audited()[0].Act.Should().Be("POST alerts.acknowledge");
    }

    [Fact]
    public async Task Silence_ByItsForm_IsInForce_AndEndedByAnotherOne()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var answer = await browser.SubmitAsync("/alerts", "/silences", ("reason", "<b>new</b> switch"), ("for", "02:00:00"), ("kinds", "heldBack"), ("pods", ""));
        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        var silence = _rig.Outbox.Silences().Single();
        silence.Should().BeEquivalentTo(new { Who = "otto", Why = "<b>new</b> switch", Kinds = new[] { "heldBack" }, Pods = Array.Empty<string>() });
        (silence.Until - silence.From).Should().Be(TimeSpan.FromHours(2));
        (await browser.ReadAsync("/alerts")).Should().Contain("&lt;b&gt;new&lt;/b&gt; switch (otto)").And.NotContain("<b>new</b>");
        using var ended = await browser.SubmitAsync("/alerts", $"/silences/{silence.Id}/end");
        ended.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        _rig.Outbox.Silences().Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "02:00:00", "heldBack")]
    [InlineData("x", "", "heldBack")]
    [InlineData("x", "soon", "heldBack")]
    [InlineData("x", "-02:00:00", "heldBack")]
    [InlineData("x", "8.00:00:00", "heldBack")]
    [InlineData("x", "02:00:00", "<script>")]
    public async Task Silence_ThatCannotBe_IsRefusedOnThePage_AndKeepsTheReason(string reason, string lasts, string kind)
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var answer = await browser.SubmitAsync("/alerts", "/silences", ("reason", reason), ("for", lasts), ("kinds", kind));
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var page = await answer.Content.ReadAsStringAsync();
        page.Should().Contain("Not done.").And.Contain("<details class=\"silence\" data-key=\"silence\" open").And.NotContain("<script>");
        _rig.Outbox.Silences().Should().BeEmpty();
        using var again = await browser.GetAsync("/silences");
        again.Headers.Location!.ToString().Should().Be("/alerts");
    }

    [Fact]
    public async Task Test_SaysWhereItGoes()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var answer = await browser.SubmitAsync("/alerts", "/alerts/test");
        (await browser.ReadAsync(answer.Headers.Location!.ToString())).Should().Contain("A test was raised. It goes to:").And.Contain("webhook");
        _rig.Outbox.List().Should().Contain(alert => alert.Alert.Kind == AlertKinds.Test);
    }

    [Fact]
    public async Task Viewer_Looks_AndCommandsNothing()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var page = await browser.ReadAsync("/alerts");
        page.Should().Contain("pod-b failed over").And.NotContain("/acknowledge").And.NotContain("action=\"/silences");
        var key = Browser.Hidden(page, "/sign-out").ToArray();
        foreach (var action in new[] { $"/alerts/{Latched.Alert.Id}/acknowledge", "/alerts/test", "/silences" })
        {
            using var answer = await browser.PostAsync(action, [.. key, ("reason", "x"), ("for", "01:00:00")]);
            answer.StatusCode.Should().Be(HttpStatusCode.Forbidden, action);
        }

        Latched.AcknowledgedBy.Should().BeNull();
    }

    [Fact]
    public async Task Form_WithoutTheSessionsKey_DoesNothing()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var answer = await browser.PostAsync($"/alerts/{Latched.Alert.Id}/acknowledge", ("formKey", "made up"));
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        Latched.AcknowledgedBy.Should().BeNull();
        using var unknown = await browser.SubmitAsync("/", "/sign-out");
        (await browser.GetAsync("/alerts")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task German_IsGerman()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator, "de");
        (await browser.ReadAsync("/alerts")).Should().Contain("<h1>Alarme</h1>").And.Contain("Quittieren").And.Contain("<span lang=\"en\">pod-b failed over");
    }

    [Fact]
    public async Task AuditTrail_IsForAdministrators_AndFilters()
    {
        using var otto = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await otto.SubmitAsync("/pods/pod-a", "/pods/pod-a/note", ("reason", "<i>looking</i>"))).Dispose();
        (await otto.ReadAsync("/")).Should().NotContain("href=\"/audit\"");
        (await otto.GetAsync("/audit")).StatusCode.Should().Be(HttpStatusCode.Forbidden);

        using var administrator = await Browser.SignedInAsync(_rig, _rig.Administrator);
        var page = await administrator.ReadAsync("/audit");
        page.Should().Contain("href=\"/audit\"").And.Contain("POST pods.note").And.Contain("&lt;i&gt;looking&lt;/i&gt;").And.Contain("operator, session, 127.0.0.1").And.Contain("POST sign-in");
        page.Should().Contain($"{_rig.Audit.Head!.Number}:{_rig.Audit.Head.Hash}").And.NotContain(_rig.Operator).And.NotContain("data-from");
        var filtered = await administrator.ReadAsync("/audit?who=otto&act=pods.note&target=");
        filtered.Should().Contain("POST pods.note").And.NotContain("POST sign-in");
        (await administrator.ReadAsync("/audit?who=nobody")).Should().Contain("Nothing yet.");
        (await administrator.ReadAsync("/audit?before=0", HttpStatusCode.BadRequest)).Should().Contain("before");
        (await administrator.ReadAsync($"/audit?who={new string('x', 201)}", HttpStatusCode.BadRequest)).Should().Contain("200");
    }

    [Fact]
    public async Task AuditTrail_GoesOnWithOlderOnes()
    {
        for (var i = 0; i < 101; i++)
        {
            using var asked = await _rig.SendAsync(HttpMethod.Post, "/api/v1/alerts/test", _rig.Operator, "{}");
        }

        using var browser = await Browser.SignedInAsync(_rig, _rig.Administrator);
        var page = await browser.ReadAsync("/audit?act=alerts.test");
        page.Should().Contain("<td class=\"number\">101</td>").And.NotContain("<td class=\"number\">1</td>");
        page.Should().Contain("href=\"/audit?before=2&amp;act=alerts.test\"");
        (await browser.ReadAsync("/audit?before=2&act=alerts.test")).Should().Contain("<td class=\"number\">1</td>");
    }

    private AlertStanding Latched => _rig.Outbox.List().Single(standing => standing.Alert.Kind == AlertKinds.Latched);
}
