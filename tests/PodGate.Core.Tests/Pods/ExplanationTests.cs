using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>What is said of a pod when somebody asks why: the rule that fired, and the numbers with their limits.</summary>
public sealed class ExplanationTests
{
    private static readonly DecidedBy[] Decisions = Enum.GetValues<DecidedBy>();

    [Theory]
    [InlineData(ProbeResult.Refused, 3, Cause.Refused)]
    [InlineData(ProbeResult.Unhealthy, 3, Cause.ReportedUnhealthy)]
    [InlineData(ProbeResult.Unreadable, 3, Cause.UnreadableHealth)]
    [InlineData(ProbeResult.Broken, 3, Cause.BrokenHealth)]
    [InlineData(ProbeResult.TimedOut, 9, Cause.Silent)]
    public void LatchedPod_IsExplainedByTheRuleThatFired(ProbeResult result, int rounds, Cause cause)
    {
        var story = new FleetStory(3);
        story.Rounds(rounds, result, "pod-b");
        var explanation = Explanation.Of(story["pod-b"], story.Fleet.Settings, story.Now);
        var ruling = explanation.Rulings.Should().ContainSingle().Subject;
        (ruling.By, ruling.Cause).Should().Be((DecidedBy.Latch, cause));
        ruling.Rule.Should().Contain("Fall");
        ruling.Sentence.Should().Be(story["pod-b"].Record.Latch!.Sentence);
        ruling.Since.Should().Be(story["pod-b"].Record.Latch!.Since);
    }

    [Fact]
    public void Numbers_AreThoseThatWereCompared_WithTheirLimits()
    {
        var story = new FleetStory(3, new FleetSettings { Fall = 4, Rise = 2, FlapLimit = 7 });
        story.Rounds(2, ProbeResult.Refused, "pod-b");
        var numbers = Explanation.Of(story["pod-b"], story.Fleet.Settings, story.Now).Numbers;
        Of("probes", "failures in a row that count").Should().Be(("2", "Fall 4"));
        Of("probes", "good ones in a row").Should().Be(("0", "Rise 2"));
        Of("probes", "times failed and recovered").Should().Be(("0", "FlapLimit 7 within 5 min"));
        Of("probes", "level").Should().Be(("Suspect", ""));
        Of("suspension", "it is number").Should().Be(("1", "counted within HoldMemory 10 min"));
        Of("traffic", "verdict").Should().Be(("Quiet", ""));

        (string, string) Of(string subject, string name)
        {
            var number = numbers.Should().ContainSingle(n => n.Subject == subject && n.Name == name).Subject;
            return (number.Value, number.Limit);
        }
    }

    [Fact]
    public void Silence_ShowsHowMuchOfItHadAWitness()
    {
        var story = new FleetStory(3);
        for (var i = 0; i < 25; i++) story.Everybody(ProbeResult.TimedOut);
        var explanation = Explanation.Of(story["pod-a"], story.Fleet.Settings, story.Now);
        explanation.Rulings[0].By.Should().Be(DecidedBy.HeldBack);
        explanation.Rulings[0].Cause.Should().Be(Cause.NoWitness);
        var unwitnessed = $"{story["pod-a"].Health.Evidence.Unwitnessed}";
        explanation.Numbers.Should().Contain(new Comparison("probes", "silent without a witness", unwitnessed, "do not count"));
        explanation.Numbers.Should().Contain(number => number.Name == "silent, a witness answered" && number.Limit == "count");
    }

    [Fact]
    public void Checks_AreShownEachWithNumbersOfItsOwn()
    {
        var story = new FleetStory(3);
        var check = new CheckSettings("login") { Fall = 5, Rise = 4, Steps = [new CheckStep()] };
        var settings = story.Fleet.Settings;
        settings = settings with { Pods = settings.Pods.SetItem("pod-a", settings.Pods["pod-a"] with { Checks = settings.Pods["pod-a"].Checks.SetItem("login", check) }) };
        story.Apply(new Reconfigured(settings));
        for (var i = 0; i < 2; i++)
        {
            story.Seconds(0.2);
            story.Apply(new ProbeEnded(new ProbeReport("pod-a", story.Now, story.Now, ProbeResult.Unhealthy, "step 1 answered 500") { Check = "login" }));
        }

        var numbers = Explanation.Of(story["pod-a"], settings, story.Now).Numbers;
        numbers.Should().Contain(new Comparison("check login", "failures in a row that count", "2", "Fall 5"));
        numbers.Should().Contain(new Comparison("check login", "good ones in a row", "0", "Rise 4"));
    }

    [Fact]
    public void Traffic_ThatStandsOut_IsShownNumberByNumber()
    {
        var story = new FleetStory(3);
        var seen = new PodTraffic(20, 8, 1)
        {
            ServerErrors = 7, NoAnswer = 1, FirstFailure = story.Now.AddSeconds(-3), OthersAsked = 40, OthersFailing = 2, P90 = TimeSpan.FromMilliseconds(900), MovedFine = 6,
        };
        var pod = story["pod-a"];
        pod = pod with { Health = pod.Health with { Traffic = new TrafficHealth(TrafficVerdict.Confirmed, story.Now.AddSeconds(-1), Cause.ErrorsInTraffic, "8 of 20", seen) } };
        var numbers = Explanation.Of(pod, story.Fleet.Settings, story.Now).Numbers.Where(number => number.Subject == "traffic").ToArray();
        numbers.Should().Contain(new Comparison("traffic", "affected sources", "8", "2 of their last 4 requests failed; Sources 5"));
        numbers.Should().Contain(new Comparison("traffic", "their share", "40 %", "SharePercent 20 %"));
        numbers.Should().Contain(new Comparison("traffic", "failing among those", "2", "5 %"));
        numbers.Should().Contain(new Comparison("traffic", "first failure", "3 s ago", ""));
        numbers.Should().Contain(new Comparison("traffic", "moved, then served well", "6", "Sources 5"));
        var told = typeof(PodTraffic).GetProperties().Count(property => property.DeclaringType == typeof(PodTraffic) && property.Name != "EqualityContract");
        numbers.Length.Should().BeGreaterThanOrEqualTo(told, "every number of PodTraffic is shown");
    }

    [Fact]
    public void DrainedAndLatchedPod_ShowsBoth_ThePersonFirst()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        story.Drain("pod-b");
        var rulings = Explanation.Of(story["pod-b"], story.Fleet.Settings, story.Now).Rulings;
        rulings.Select(ruling => ruling.By).Should().Equal(DecidedBy.Intent, DecidedBy.Latch);
        rulings[0].Sentence.Should().Contain("anna").And.Contain("update");
    }

    [Fact]
    public void OpenPod_HasNothingAgainstIt() =>
        Explanation.Of(new FleetStory(3)["pod-a"], new FleetSettings(), default).Rulings.Should().ContainSingle().Which.By.Should().Be(DecidedBy.Nothing);

    [Fact]
    public void EveryCause_HasARule_ForEveryKindOfDecision()
    {
        foreach (var cause in Enum.GetValues<Cause>())
        {
            foreach (var by in Decisions) RuleSentences.Of(by, cause).Should().NotBeNullOrWhiteSpace("{0} {1}", by, cause);
        }
    }

    [Fact]
    public void EvidenceOfALatch_BeginsWithTheRuleAndTheNumbers_AndIsBounded()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        var evidence = story["pod-b"].Record.Latch!.Evidence;
        evidence[0].Should().StartWith("rule Refused: ");
        evidence[1].Should().StartWith("probes: failures in a row that count 3 (Fall 3)");
        evidence.Should().Contain(line => line.Contains("Refused after 0 ms"));

        story = new FleetStory(3, new FleetSettings { Fall = 100 });
        story.Rounds(100, ProbeResult.Broken, "pod-b");
        evidence = story["pod-b"].Record.Latch!.Evidence;
        evidence.Length.Should().BeLessThanOrEqualTo(Explanation.EvidenceLines);
        evidence.Should().OnlyContain(line => line.Length <= 500);
    }

    [Fact]
    public void Preflight_SaysWhatTheCommandThenMeets()
    {
        var story = new FleetStory(3);
        Preflight.OfEnable(story.Fleet, story["pod-a"], story.Now).Should().Match<Preflight>(answer => answer.Allowed && answer.Sentence.Contains("nothing to enable"));
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        for (var round = 0; round < 6; round++)
        {
            var told = Preflight.OfEnable(story.Fleet, story["pod-b"], story.Now);
            var refusal = story.Apply(new Commanded(new EnableCommand("pod-b", "anna", "mended", false, null))).Refusal;
            told.Allowed.Should().Be(refusal is null, "after {0} good rounds", round);
            if (refusal is not null) told.Sentence.Should().Be(refusal.Sentence);
            else return;
            story.Everybody(ProbeResult.Healthy);
        }

        Assert.Fail("the pod was never well enough");
    }

    [Fact]
    public void GuardForecast_SaysWhatTheGuardThenDoes()
    {
        var story = new FleetStory(3);
        GuardForecast.Of(story.Fleet, story["pod-a"], story.Now).Should().ContainSingle().Which.Should().Contain("it would be failed over");
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        GuardForecast.Of(story.Fleet, story["pod-b"], story.Now).Should().ContainSingle().Which.Should().Contain("does not ask about it");
        var forecast = GuardForecast.Of(story.Fleet, story["pod-a"], story.Now);
        forecast[0].Should().Contain("still answered: the guard keeps pod-a in the traffic");
        forecast[1].Should().Be("if it could not be reached: it would be failed over");
        forecast[2].Should().Contain("overload");

        story.Rounds(3, ProbeResult.Unhealthy, "pod-a");
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.GuardHolds, "as it said");
    }

    [Fact]
    public void GuardForecast_InAFreeze_SaysThatNothingWouldBeDone()
    {
        var story = new FleetStory(3);
        story.Command(new FreezeCommand("anna", "the switch", TimeSpan.FromMinutes(5)));
        GuardForecast.Of(story.Fleet, story["pod-a"], story.Now).Should().ContainSingle().Which.Should().Contain("watches only");
    }
}
