using System.Net;
using System.Text.RegularExpressions;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Operator.Page;

namespace PodGate.Tests.Operator.Page;

/// <summary>What people see and do on the page, without scripts.</summary>
public sealed partial class PageTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Fleet_ShowsEveryPodWithItsStateAndSentence_AndWhatTheGuardWouldSay()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var page = await browser.ReadAsync("/");
        foreach (var pod in _rig.View.Fleet.Pods.Values) page.Should().Contain($"""<a href="/pods/{pod.Name}">{pod.Name}</a>""").And.Contain(WebUtility.HtmlEncode(pod.Sentence));
        page.Should().Contain("All pods carry traffic.").And.Contain("One more pod may fail before the guard holds.").And.Contain("vera (viewer)");
    }

    [Fact]
    public async Task Note_AndHold_ByTheirForms_AreShown()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/note", ("reason", "I am <b>on</b> it"))).StatusCode.Should().Be(HttpStatusCode.SeeOther);
        (await browser.ReadAsync("/")).Should().Contain("Note: I am &lt;b&gt;on&lt;/b&gt; it (otto,");
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/enable", ("reason", "carefully"), ("hold", "10"))).StatusCode.Should().Be(HttpStatusCode.SeeOther);
        var page = await browser.ReadAsync("/pods/pod-a");
        page.Should().Contain("<b>Note:</b> I am &lt;b&gt;on&lt;/b&gt; it (otto,").And.Contain("<dt>Held at</dt><dd>10 % (otto)</dd>");
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/enable", ("reason", "x"), ("hold", "100"))).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/note", ("reason", "done"), ("clear", "true"))).StatusCode.Should().Be(HttpStatusCode.SeeOther);
        (await browser.ReadAsync("/")).Should().NotContain("Note:");
    }

    [Fact]
    public async Task Drain_ByItsForm_IsDone_AndToldOnce()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var answer = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", "new disk"), ("deadline", "00:30:00"));
        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        var told = answer.Headers.Location!.ToString();
        told.Should().StartWith("/pods/pod-a?told=");
        var intent = _rig.View.Find("pod-a")!.Record.Intent;
        (intent.Kind, intent.Who, intent.Why).Should().Be((IntentKind.Disabled, "otto", "new disk"));
        (await browser.ReadAsync(told)).Should().Contain("Done.").And.Contain("data-from=\"/pods/pod-a\"").And.Contain("<title>Done. pod-a - PodGate</title>");
        (await browser.ReadAsync("/pods/pod-a")).Should().NotContain("Done.");
        using var other = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await other.ReadAsync(told)).Should().NotContain("Done.", "it is another session's");
    }

    [Fact]
    public async Task Enable_WhileIll_IsRefused_WithTheReason_AndKeepsWhatWasTyped()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", "out"))).Dispose();
        await _rig.ProbeAsync("pod-a", ProbeResult.Unhealthy);
        var before = await browser.ReadAsync("/pods/pod-a");
        before.Should().Contain("Enable - Would be refused now");
        using var answer = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/enable", ("reason", "looks <b>fine</b> to me"));
        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        var page = await answer.Content.ReadAsStringAsync();
        page.Should().Contain("Not done.").And.Contain("""value="looks &lt;b&gt;fine&lt;/b&gt; to me""").And.Contain("""<details class="enable" open""");
        _rig.View.Find("pod-a")!.Record.Intent.Kind.Should().Be(IntentKind.Disabled);
    }

    [Fact]
    public async Task RefusedDrain_KeepsWhatWasChosen()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        var old = Browser.Hidden(await browser.ReadAsync("/pods/pod-a"), "/pods/pod-a/drain").ToArray();
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", "first"))).Dispose();
        using var answer = await browser.PostAsync("/pods/pod-a/drain", [.. old, ("reason", "second"), ("deadline", "02:00:00"), ("keepActive", "00:15:00")]);
        var page = await answer.Content.ReadAsStringAsync();
        page.Should().Contain("<option value=\"02:00:00\" selected").And.Contain("<option value=\"00:15:00\" selected").And.Contain("<title>Not done. pod-a - PodGate</title>");
        (await browser.ReadAsync("/pods/pod-a")).Should().NotContain("<option value=\"02:00:00\" selected");
    }

    [Fact]
    public async Task RefusedForce_StaysTicked_AndTheNameIsToBeTypedAnew()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", "out"))).Dispose();
        await _rig.ProbeAsync("pod-a", ProbeResult.Unhealthy);
        using var answer = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/enable", ("reason", "x"), ("force", "true"), ("confirm", "pod-b"));
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("name=\"force\" value=\"true\" checked").And.NotContain("value=\"pod-b\"");
    }

    [Fact]
    public async Task WhatTheGateSays_IsMarkedAsEnglish_OnTheGermanPageOnly()
    {
        using var german = await Browser.SignedInAsync(_rig, _rig.Operator, "de");
        using var english = await Browser.SignedInAsync(_rig, _rig.Operator);
        foreach (var path in new[] { "/", "/pods/pod-a", "/events" })
        {
            (await german.ReadAsync(path)).Should().MatchRegex("<(td|p)[^>]* lang=\"en\">[^<]+");
            (await english.ReadAsync(path)).Should().NotMatchRegex("<(td|p|span|ul|h1)[^>]* lang=");
        }
    }

    [Fact]
    public async Task Script_InWhatPodsAndPeopleSay_IsShownAsText()
    {
        const string Script = "<script>alert(1)</script>";
        await _rig.ProbeAsync("pod-b", ProbeResult.Unhealthy, report => report with { Sentence = Script, Body = Script });
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.SubmitAsync("/pods/pod-b", "/pods/pod-b/drain", ("reason", Script))).Dispose();
        foreach (var path in new[] { "/pods/pod-b", "/events" })
            (await browser.ReadAsync(path)).Should().Contain("&lt;script&gt;alert(1)").And.NotContain(Script);
        (await browser.ReadAsync("/")).Should().NotContain(Script);
    }

    [Fact]
    public async Task WhatTheGuardHoldsBack_StandsRightBehindTheVerdict()
    {
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/freeze", _rig.Operator, """{"reason":"x","for":"01:00:00"}""")).Dispose();
        for (var i = 0; i < 5; i++) await _rig.ProbeAsync("pod-a", ProbeResult.Unhealthy);
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var page = await browser.ReadAsync("/");
        new[] { "verdict bad", " guard ", "Held back:", "Frozen by" }.Select(words => page.IndexOf(words, StringComparison.Ordinal))
            .Should().BeInAscendingOrder().And.OnlyContain(at => at > 0);
    }

    [Fact]
    public async Task Form_OfAnOlderPage_IsRefused()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        var old = Browser.Hidden(await browser.ReadAsync("/pods/pod-a"), "/pods/pod-a/drain").ToArray();
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", "first"))).Dispose();
        using var answer = await browser.PostAsync("/pods/pod-a/drain", [.. old, ("reason", "second")]);
        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        _rig.View.Find("pod-a")!.Record.Intent.Why.Should().Be("first");
    }

    [Theory]
    [InlineData("")]
    [InlineData("pod-b")]
    [InlineData("POD-A")]
    public async Task Disable_WithoutThePodsNameTyped_IsNotDone(string typed)
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        var before = _rig.Durable();
        using var answer = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/disable", ("reason", "x"), ("confirm", typed));
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        _rig.Durable().Should().Be(before);
        using var again = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/disable", ("reason", "x"), ("confirm", "pod-a"));
        again.StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("Enable")]
    [InlineData("DRAIN")]
    [InlineData("drain%0A")]
    [InlineData("enabled")]
    public async Task Command_SpelledInAnotherWay_IsNeverADisable(string word)
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        var hidden = Browser.Hidden(await browser.ReadAsync("/pods/pod-a"), "/pods/pod-a/drain").ToArray();
        (await browser.PostAsync("/pods/pod-a/" + word, [.. hidden, ("reason", "x")])).Dispose();
        var pod = _rig.View.Find("pod-a")!;
        pod.Record.Intent.Deadline.Should().NotBe(pod.Record.Intent.Since, "what runs is not cut off");
        (pod.Record.Intent.Kind == IntentKind.Disabled).Should().Be(word == "DRAIN", "routes do not know upper from lower case, and say what was meant");
    }

    [Fact]
    public async Task Fleet_WithAPodThatIsHeldInTheTraffic_IsNotCalledWell()
    {
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/freeze", _rig.Operator, """{"reason":"x","for":"01:00:00"}""")).Dispose();
        for (var i = 0; i < 5; i++) await _rig.ProbeAsync("pod-a", ProbeResult.Unhealthy);
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        (await browser.ReadAsync("/")).Should().Contain("All pods carry traffic, and not all are well.").And.NotContain("verdict good");
    }

    [Fact]
    public async Task Freeze_BeginsAndEnds()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.SubmitAsync("/", "/freeze", ("reason", "network work"), ("for", "01:00:00"))).Dispose();
        _rig.View.Fleet.Freeze!.Why.Should().Be("network work");
        (await browser.ReadAsync("/")).Should().Contain("Frozen by otto until");
        (await browser.SubmitAsync("/", "/freeze", ("reason", "over"), ("for", "00:00:00"))).Dispose();
        _rig.View.Fleet.Freeze.Should().BeNull();
    }

    [Fact]
    public async Task Viewer_SeesNoEvidenceAndNoForms()
    {
        await _rig.ProbeAsync("pod-b", ProbeResult.Unhealthy);
        using var viewer = await Browser.SignedInAsync(_rig, _rig.Viewer);
        using var @operator = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await viewer.ReadAsync("/pods/pod-b")).Should().NotContain("secret: connection string").And.NotContain("/pods/pod-b/drain").And.Contain("may look and not act");
        (await @operator.ReadAsync("/pods/pod-b")).Should().Contain("secret: connection string").And.Contain("/pods/pod-b/drain");
    }

    [Fact]
    public async Task TimeLine_CanBeFiltered_AndTakenAlong()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", "a | b [c](d)"))).Dispose();
        (await browser.ReadAsync("/events?pod=pod-a&cause=&who=otto")).Should().Contain("a | b [c](d)");
        (await browser.ReadAsync("/events?pod=pod-b&cause=&who=otto")).Should().Contain("Nothing yet.");
        var report = await browser.ReadAsync("/events.md?pod=pod-a&who=otto");
        report.Should().Contain(@"a \| b \[c\](d)").And.Contain("| pod-a | Open | ");
        (await browser.ReadAsync("/events.json?pod=pod-a&who=otto")).Should().Contain("\"cause\":\"Drained\"");
    }

    [Fact]
    public async Task WhereIs_FindsAClient_AndSaysWhatIsNoAddress()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        (await browser.ReadAsync("/whereis?address=192.0.2.17")).Should().MatchRegex("192.0.2.17</b>\\s*goes to <a href=\"/pods/pod-[abc]\">");
        (await browser.ReadAsync("/whereis?address=%3Cscript%3E", HttpStatusCode.BadRequest)).Should().Contain("is not an IP address").And.NotContain("<script>");
    }

    [Fact]
    public async Task Language_FollowsTheBrowser_AndCanBeChosen()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer, "de-AT, en;q=0.5");
        (await browser.ReadAsync("/")).Should().Contain("""<html lang="de" data-theme="auto">""").And.Contain("Alle Pods tragen Verkehr.");
        using var chosen = await browser.PostAsync("/appearance", ("language", "en"), ("theme", "dark"), ("back", "/whereis"));
        chosen.Headers.Location!.ToString().Should().Be("/whereis");
        (await browser.ReadAsync("/")).Should().Contain("""<html lang="en" data-theme="dark">""");
    }

    [Fact]
    public void Words_AreThereInBothLanguages()
    {
        foreach (var (inEnglish, inGerman) in new (object, object)[]
                 {
                     (PageWords.English, PageWords.German), (AccountWords.Of(PageWords.English), AccountWords.Of(PageWords.German)), (DeskWords.Of(PageWords.English), DeskWords.Of(PageWords.German)),
                 })
        {
            foreach (var property in inEnglish.GetType().GetProperties().Where(property => property.PropertyType == typeof(string)))
            {
                var (english, german) = ((string?)property.GetValue(inEnglish), (string?)property.GetValue(inGerman));
                english.Should().NotBeNullOrWhiteSpace(property.Name);
                german.Should().NotBeNullOrWhiteSpace(property.Name);
                Holes().Matches(german!).Select(hole => hole.Value).Order().Should().Equal(Holes().Matches(english!).Select(hole => hole.Value).Order(), property.Name);
            }
        }

        foreach (var state in Enum.GetValues<PodState>()) PageWords.German.StateOf(state).Should().NotBe(state.ToString(), "the state has a German word");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/pods/pod-a")]
    [InlineData("/events")]
    [InlineData("/whereis")]
    [InlineData("/sign-in")]
    [InlineData("/alerts")]
    [InlineData("/audit")]
    [InlineData("/welcome")]
    public async Task EveryPage_NeedsNothingThatItsPolicyForbids(string path)
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Administrator);
        using var answer = await browser.GetAsync(path);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.Should().StartWith("default-src 'none'").And.NotContain("unsafe").And.NotContain("*").And.NotContain("http");
        var page = await answer.Content.ReadAsStringAsync();
        page.Should().NotContain("style=").And.NotMatchRegex("<script(?! src=\"/page/)").And.NotMatchRegex("\\son[a-z]+=").And.NotContain("http://").And.NotContain("https://");
        foreach (Match file in Asset().Matches(page))
        {
            using var asset = await browser.GetAsync(file.Groups[1].Value);
            asset.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Holes();

    [GeneratedRegex("(?:src|href)=\"(/page/[^\"]*)\"")]
    private static partial Regex Asset();
}
