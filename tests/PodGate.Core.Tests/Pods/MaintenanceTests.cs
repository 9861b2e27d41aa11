using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>What people plan beforehand, and what becomes of it.</summary>
public sealed class MaintenanceTests
{
    [Fact]
    public void Plan_AtItsTime_DrainsItsPod_AsThePersonWhoPlannedIt()
    {
        var story = new FleetStory(3);
        story.InFlight("pod-a", 1);
        var id = story.Plan("pod-a", 10, 70)!;
        story.Fleet.Agenda.NextOf("pod-a")!.Sentence.Should().Contain(id).And.Contain("anna planned").And.Contain("kernel update");
        Minutes(story, 9.9);
        story.State("pod-a").Should().Be(PodState.Open);
        Minutes(story, 0.2);
        story.State("pod-a").Should().Be(PodState.Draining);
        var intent = story["pod-a"].Record.Intent;
        (intent.Who, intent.Why, intent.Owner, intent.Deadline - intent.Since).Should().Be(("anna", $"planned maintenance {id}: kernel update", "anna", TimeSpan.FromSeconds(30)));
        var begun = story.Transitions.Last(t => t.Cause == Cause.MaintenanceBegun);
        (begun.Pod, begun.Who, begun.Record).Should().Be(("pod-a", "anna", story["pod-a"].Record));
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.Begun);
    }

    [Fact]
    public void Plan_WithADeadlineOfItsOwn_GivesThatMuchTime()
    {
        var story = new FleetStory(3);
        story.Plan("pod-a", 1, 70, deadline: TimeSpan.FromMinutes(5));
        Minutes(story, 1);
        (story["pod-a"].Record.Intent.Deadline - story["pod-a"].Record.Intent.Since).Should().Be(TimeSpan.FromMinutes(5));
    }

    [Theory]
    //          minutes from, until        refusal
    [InlineData("pod-a", 0, 60, null)]
    [InlineData("pod-a", -0.9, 60, null)]
    [InlineData("pod-a", -1.1, 60, RefusalKind.BadPlan)]
    [InlineData("pod-a", -0.5, -0.1, RefusalKind.BadPlan)]
    [InlineData("pod-a", 60, 60, RefusalKind.BadPlan)]
    [InlineData("pod-a", 60, 59, RefusalKind.BadPlan)]
    [InlineData("pod-a", 60, 60 + (30 * 24 * 60), null)]
    [InlineData("pod-a", 60, 61 + (30 * 24 * 60), RefusalKind.BadPlan)]
    [InlineData("pod-a", 366 * 24 * 60, (366 * 24 * 60) + 60, null)]
    [InlineData("pod-a", (366 * 24 * 60) + 1, (366 * 24 * 60) + 60, RefusalKind.BadPlan)]
    [InlineData("pod-z", 60, 120, RefusalKind.UnknownPod)]
    public void Plan_WithTimes_IsTakenOrRefused(string pod, double from, double until, RefusalKind? refusal)
    {
        var story = new FleetStory(3);
        var before = story.Fleet;
        story.Plan(pod, from, until);
        story.Last.Refusal?.Kind.Should().Be(refusal);
        (story.Last.Refusal is null).Should().Be(refusal is null);
        if (refusal is not null) story.Fleet.Should().BeSameAs(before);
    }

    [Theory]
    //          pod      from until  taken beside pod-a from 60 until 120
    [InlineData("pod-a", 0, 60, true)]
    [InlineData("pod-a", 0, 61, false)]
    [InlineData("pod-a", 70, 80, false)]
    [InlineData("pod-a", 119, 180, false)]
    [InlineData("pod-a", 120, 180, true)]
    [InlineData("pod-a", 30, 300, false)]
    [InlineData("pod-b", 70, 80, true)]
    public void Plan_ThatOverlapsAnotherOfItsPod_IsRefused(string pod, double from, double until, bool taken)
    {
        var story = new FleetStory(3);
        var first = story.Plan("pod-a", 60, 120)!;
        (story.Plan(pod, from, until) is not null).Should().Be(taken);
        if (!taken) story.Last.Refusal.Should().Match<Refusal>(refusal => refusal.Kind == RefusalKind.PlanConflict && refusal.Sentence.Contains(first));
        story.Fleet.Agenda.Open.Select(plan => plan.From).Should().BeInAscendingOrder();
    }

    [Fact]
    public void Plans_HaveALimit_AndTheEndedOnesToo()
    {
        var story = new FleetStory(3);
        for (var i = 0; i < Agenda.MostOpen; i++) story.Plan("pod-a", (2 * i) + 1, (2 * i) + 2).Should().NotBeNull();
        story.Plan("pod-b", 1, 2).Should().BeNull();
        story.Last.Refusal!.Kind.Should().Be(RefusalKind.PlanConflict);
        for (var i = 0; i < 50; i++) story.Command(new CancelMaintenanceCommand(story.Fleet.Agenda.Open.First().Id, "ben", "too many"));
        story.Fleet.Agenda.Plans.Count(plan => !plan.IsOpen).Should().Be(Agenda.EndedKept);
        story.Fleet.Agenda.Plans.Select(plan => plan.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Plan_ThatTheGuardObjectsTo_IsHeldBack_ToldOnce_AndBeginsWhenItMay()
    {
        var story = new FleetStory(3);
        story.Drain("pod-a");
        var id = story.Plan("pod-b", 1, 60)!;
        Minutes(story, 1);
        for (var i = 0; i < 20; i++) story.Seconds(0.1);
        story.State("pod-b").Should().Be(PodState.Open);
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.HeldBack);
        story.Transitions.Where(t => t.Cause == Cause.MaintenanceHeldBack).Should().ContainSingle()
            .Which.Should().Match<Transition>(t => t.Pod == "pod-b" && t.IsLasting && t.Sentence.Contains("only 1 pods would be left") && t.Sentence.Contains(id));

        Well(story);
        story.Enable("pod-a");
        story.Seconds(0.1);
        story.State("pod-b").Should().Be(PodState.Drained);
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.Begun);
        story.Transitions.Count(t => t.Cause == Cause.MaintenanceReleased).Should().Be(1);
        story.Transitions.Last(t => t.Cause == Cause.MaintenanceBegun).Sentence.Should().NotContain("late", "a few seconds are not");
    }

    [Fact]
    public void Plan_HeldBackForAllItsTime_IsNotDone()
    {
        var story = new FleetStory(3);
        story.Drain("pod-a");
        var id = story.Plan("pod-b", 1, 3)!;
        Minutes(story, 2);
        Minutes(story, 1);
        story.PlanOf(id).Should().Match<MaintenancePlan>(plan => plan.Stage == MaintenanceStage.NotDone && plan.Sentence.Contains("the guard objected"));
        story.Enable("pod-a", force: true);
        Minutes(story, 5);
        story["pod-b"].Record.Intent.Kind.Should().Be(IntentKind.Enabled);
    }

    [Fact]
    public void Plan_WithForce_DoesNotAskTheGuard()
    {
        var story = new FleetStory(3);
        story.Drain("pod-a");
        story.Plan("pod-b", 1, 60, force: true);
        Minutes(story, 1);
        story.State("pod-b").Should().Be(PodState.Draining);
        story.Transitions.Last(t => t.Cause == Cause.MaintenanceBegun).Sentence.Should().Contain("by force, although only 1 pods are left");
    }

    [Fact]
    public void TwoPlans_DueInOneStep_DoNotTogetherPassTheGuard()
    {
        var story = new FleetStory(3);
        var (first, second) = (story.Plan("pod-a", 1, 60)!, story.Plan("pod-b", 1, 60)!);
        Minutes(story, 1);
        new[] { story.PlanOf(first).Stage, story.PlanOf(second).Stage }.Should().BeEquivalentTo([MaintenanceStage.Begun, MaintenanceStage.HeldBack]);
    }

    [Fact]
    public void Plan_DueInTheFirstStepOfAGate_CountsWhoIsThere()
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 60)!;
        story.Now += TimeSpan.FromMinutes(2);
        story.Restart();
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.Begun, "two of three pods are presumed open");
        story.Transitions.Last(t => t.Cause == Cause.MaintenanceBegun).Sentence.Should().NotContain("late", "a minute of grace");
    }

    [Theory]
    [InlineData(30, MaintenanceStage.Begun, "29 min late")]
    [InlineData(59.9, MaintenanceStage.Begun, "58.9 min late")]
    [InlineData(60, MaintenanceStage.NotDone, "the gate did not run")]
    [InlineData(600, MaintenanceStage.NotDone, "the gate did not run")]
    public void Plan_OfAGateThatWasOff_IsCarriedOutLate_OrNotAtAll(double minutes, MaintenanceStage stage, string said)
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 60, enable: true)!;
        story.Now += TimeSpan.FromMinutes(minutes);
        story.Restart();
        story.PlanOf(id).Should().Match<MaintenancePlan>(plan => plan.Stage == stage && plan.Sentence.Contains(said));
        story["pod-a"].Record.Intent.Kind.Should().Be(stage == MaintenanceStage.Begun ? IntentKind.Disabled : IntentKind.Enabled);
    }

    [Fact]
    public void PodThatSomebodyTookOutBefore_IsLeftAlone_AlsoAtTheEnd()
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 10, enable: true)!;
        story.Command(new DisableCommand("pod-a", "ben", "smoke", false, null));
        var intent = story["pod-a"].Record.Intent;
        Minutes(story, 1);
        story["pod-a"].Record.Intent.Should().Be(intent);
        story.PlanOf(id).Should().Match<MaintenancePlan>(plan => plan.Stage == MaintenanceStage.NotDone && plan.Sentence.Contains("ben") && plan.Sentence.Contains("smoke"));
        Minutes(story, 9);
        Well(story);
        story.Due.Should().BeEmpty();
        story["pod-a"].Record.Intent.Should().Be(intent);
    }

    [Fact]
    public void WithoutEnableWhenWell_ItStaysOut_AndPeopleAreReminded()
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 10)!;
        Minutes(story, 1);
        Well(story);
        Minutes(story, 9);
        Well(story);
        story.State("pod-a").Should().Be(PodState.Drained);
        story.Due.Should().BeEmpty();
        story.PlanOf(id).Should().Match<MaintenancePlan>(plan => plan.Stage == MaintenanceStage.Over && plan.Sentence.Contains("until a person enables it"));
        story.Transitions.Count(t => t.Cause == Cause.DrainExpired).Should().Be(1);
    }

    [Fact]
    public void EnableWhenWell_PreparesAnEnable_ThatTakesEffectOnceItIsWritten()
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 10, enable: true)!;
        Minutes(story, 1);
        Well(story);
        Minutes(story, 8.9);
        Well(story);
        story.Due.Should().BeEmpty("its time is not over");
        Minutes(story, 0.1);
        Well(story);
        var prepared = story.Due.Dequeue();
        story.Due.Should().BeEmpty("one is enough");
        (prepared.Cause, prepared.Who, prepared.Record!.Intent.Kind, prepared.Record.Latch).Should().Be((Cause.MaintenanceEnabled, "anna", IntentKind.Enabled, null));
        story.State("pod-a").Should().Be(PodState.Drained);
        story.Apply(new EnableWritten(prepared));
        story.State("pod-a").Should().Be(PodState.Ramping);
        story.Transitions.Should().Contain(t => t.Cause == Cause.MaintenanceEnabled && t.Pod == "pod-a");
        story.PlanOf(id).Should().Match<MaintenancePlan>(plan => plan.Stage == MaintenanceStage.Over && plan.Sentence.Contains("enabled by itself"));
        story.Transitions.Should().NotContain(t => t.Cause == Cause.DrainExpired);
    }

    [Fact]
    public void EnableWhenWell_OfAPodThatIsNot_WaitsAndSaysSoOnce()
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 3, enable: true)!;
        Minutes(story, 1);
        story.Rounds(3, ProbeResult.Refused, "pod-a");
        Minutes(story, 2);
        story.Rounds(9, ProbeResult.Refused, "pod-a");
        story.Due.Should().BeEmpty();
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.NotWell);
        story.Transitions.Where(t => t.Cause == Cause.MaintenanceNotWell).Should().ContainSingle().Which.Sentence.Should().Contain("not verified to be well");
        story.Rounds(2, ProbeResult.Healthy);
        story.Due.Should().BeEmpty("two are not Rise");
        story.Rounds(1, ProbeResult.Healthy);
        story.Due.Should().ContainSingle();
        story.Apply(new EnableWritten(story.Due.Dequeue()));
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.Over);
    }

    [Theory]
    [InlineData("drain")]
    [InlineData("disable")]
    [InlineData("enable")]
    [InlineData("enable, drain")]
    [InlineData("cancel")]
    public void WhoeverTouchesThePodMeanwhile_HasTheLastWord(string words)
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 10, enable: true)!;
        Minutes(story, 1);
        Well(story);
        foreach (var word in words.Split(", "))
        {
            story.Command(word switch
            {
                "drain" => new DrainCommand("pod-a", "anna", "my own", false, null, null),
                "disable" => new DisableCommand("pod-a", "anna", "my own", false, null),
                "enable" => new EnableCommand("pod-a", "anna", "done early", true, null),
                _ => new CancelMaintenanceCommand(id, "ben", "no"),
            });
            story.Seconds(0.1);
        }

        var intent = story["pod-a"].Record.Intent;
        Minutes(story, 10);
        Well(story);
        story.Due.Should().BeEmpty();
        story["pod-a"].Record.Intent.Should().Be(intent);
        story.PlanOf(id).Stage.Should().Be(words == "cancel" ? MaintenanceStage.Cancelled : MaintenanceStage.Over);
    }

    [Fact]
    public void LatchedPod_IsTakenOutToo_AndNeverComesBackByItself()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-a");
        var latch = story["pod-a"].Record.Latch;
        var id = story.Plan("pod-a", 1, 10, enable: true)!;
        Minutes(story, 1);
        story["pod-a"].Record.Intent.Kind.Should().Be(IntentKind.Disabled);
        Well(story);
        Minutes(story, 9);
        Well(story);
        story.Due.Should().BeEmpty();
        story["pod-a"].Record.Latch.Should().Be(latch);
        story.PlanOf(id).Should().Match<MaintenancePlan>(plan => plan.Stage == MaintenanceStage.Over && plan.Sentence.Contains("latched"));
    }

    [Fact]
    public void EnableThatCannotBeWritten_IsTriedAgainLater_AndNotAtOnce()
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 3, enable: true)!;
        Minutes(story, 1);
        Well(story);
        Minutes(story, 2);
        Well(story);
        story.Apply(new EnableNotWritten(story.Due.Dequeue()));
        story.Transitions.Count(t => t.Cause == Cause.MaintenanceNotWell && t.Sentence.Contains("journal")).Should().Be(1);
        story.PlanOf(id).Should().Match<MaintenancePlan>(plan => plan.Stage == MaintenanceStage.NotWell && plan.Sentence.Contains("the journal cannot be written"));
        for (var i = 0; i < 9; i++) Well(story, seconds: 0.3);
        story.Due.Should().BeEmpty("a journal that is broken is not hammered");
        for (var i = 0; i < 3; i++) Well(story, seconds: 0.3);
        story.Apply(new EnableWritten(story.Due.Single()));
        story.State("pod-a").Should().Be(PodState.Ramping);
    }

    // Such an enable would be nobody's: the first step of a gate is taken before anybody can write.
    [Fact]
    public void GateThatStartsAfterItsEnd_EnablesNobodyBeforeItHasMeasured()
    {
        var story = new FleetStory(3, passed: false);
        for (var i = 0; i < 3; i++) story.Rounds(1, ProbeResult.Refused, "pod-a");
        story.Plan("pod-a", 1, 10, force: true, enable: true);
        Minutes(story, 2);
        story["pod-a"].Record.Should().Match<PodRecord>(record => record.Intent.Kind == IntentKind.Disabled && record.FirstPassed == null);
        story.Now = story.Now.AddMinutes(10);
        story.Restart();
        story.Due.Should().BeEmpty();
        story["pod-a"].PendingVersion.Should().BeNull();
        story.Seconds(1);
        story.Due.Should().ContainSingle();
    }

    [Fact]
    public void GateThatRestartsInBetween_GoesOnWithIt()
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 10, enable: true)!;
        story.Restart();
        Minutes(story, 1);
        story.State("pod-a").Should().Be(PodState.Draining);
        story.Restart();
        Minutes(story, 9);
        story.Restart();
        Well(story);
        story.Apply(new EnableWritten(story.Due.Dequeue()));
        story.State("pod-a").Should().Be(PodState.Ramping);
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.Over);
    }

    [Fact]
    public void PodThatLeftTheConfiguration_IsNotTakenOut_UnlessItComesBackInTime()
    {
        var story = new FleetStory(3);
        var (back, gone) = (story.Plan("pod-a", 1, 10)!, story.Plan("pod-b", 1, 3)!);
        var all = story.Fleet.Settings;
        story.Apply(new Reconfigured(all with { Pods = all.Pods.Remove("pod-a").Remove("pod-b") }));
        Minutes(story, 1);
        Minutes(story, 2);
        story.PlanOf(back).Stage.Should().Be(MaintenanceStage.Planned);
        story.PlanOf(gone).Should().Match<MaintenancePlan>(plan => plan.Stage == MaintenanceStage.NotDone && plan.Sentence.Contains("not in the configuration"));
        story.Apply(new Reconfigured(all));
        Well(story);
        story.PlanOf(back).Stage.Should().Be(MaintenanceStage.Begun);
        story.Plan("pod-b", 20, 30).Should().NotBeNull();
    }

    [Fact]
    public void PlanRightAfterAnother_NeedsNoReturnInBetween()
    {
        var story = new FleetStory(3);
        var (first, second) = (story.Plan("pod-a", 1, 10, enable: true)!, story.Plan("pod-a", 10, 20, enable: true)!);
        Minutes(story, 1);
        Well(story);
        Minutes(story, 9);
        Well(story);
        (story.PlanOf(first).Stage, story.PlanOf(second).Stage, story.Due.Count).Should().Be((MaintenanceStage.Over, MaintenanceStage.Begun, 0));
        Minutes(story, 10);
        Well(story);
        story.Apply(new EnableWritten(story.Due.Dequeue()));
        story.State("pod-a").Should().Be(PodState.Ramping);
    }

    [Fact]
    public void Freeze_DoesNotStopWhatAPersonPlanned()
    {
        var story = new FleetStory(3);
        story.Plan("pod-a", 1, 10, enable: true);
        story.Command(new FreezeCommand("anna", "network", TimeSpan.FromHours(1)));
        Minutes(story, 1);
        story["pod-a"].Record.Intent.Kind.Should().Be(IntentKind.Disabled);
        Well(story);
        Minutes(story, 9);
        Well(story);
        story.Due.Should().ContainSingle();
    }

    [Fact]
    public void EnableThatIsBeingWritten_DecidesFirst()
    {
        var story = new FleetStory(3);
        story.Drain("pod-a");
        Well(story);
        var id = story.Plan("pod-a", 1, 10)!;
        var prepared = story.Apply(new Commanded(new EnableCommand("pod-a", "ben", "done", true, null))).Prepared!;
        Minutes(story, 1);
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.Planned);
        story.Apply(new EnableWritten(prepared));
        story.PlanOf(id).Stage.Should().Be(MaintenanceStage.Begun);
        story["pod-a"].Record.Intent.Who.Should().Be("anna");
    }

    [Fact]
    public void Cancel_WhileItsEnableIsBeingWritten_Wins()
    {
        var story = new FleetStory(3);
        var id = story.Plan("pod-a", 1, 2, enable: true)!;
        Minutes(story, 1);
        Well(story);
        Minutes(story, 1);
        Well(story);
        var prepared = story.Due.Dequeue();
        story.Command(new CancelMaintenanceCommand(id, "ben", "not yet"));
        var written = story.Last.Transitions.Single(t => t.Record is not null);
        (written.Pod, written.Record!.Intent.Kind).Should().Be(("pod-a", IntentKind.Disabled));
        written.Version.Should().BeGreaterThan(prepared.Version, "the journal has the enable, and this after it");
        story.Apply(new EnableWritten(prepared)).Refusal!.Kind.Should().Be(RefusalKind.Changed);
        Well(story);
        story.State("pod-a").Should().Be(PodState.Drained);
        story.Enable("pod-a").Refusal.Should().BeNull();
    }

    [Fact]
    public void Cancel_OfWhatIsNotThere_IsRefused()
    {
        var story = new FleetStory(3);
        story.Command(new CancelMaintenanceCommand("m-0", "anna", "x")).Refusal.Should().Match<Refusal>(
            refusal => refusal.Kind == RefusalKind.UnknownPlan && refusal.Sentence.Contains("nothing is planned"));
        var id = story.Plan("pod-a", 1, 2)!;
        story.Command(new CancelMaintenanceCommand("m-0", "anna", "x")).Refusal!.Sentence.Should().Contain(id);
        story.Command(new CancelMaintenanceCommand(id, "anna", "x")).Refusal.Should().BeNull();
        story.Command(new CancelMaintenanceCommand(id, "anna", "x")).Refusal!.Kind.Should().Be(RefusalKind.UnknownPlan);
    }

    [Theory]
    //          pods minimum  others (pod from until)           warned of
    [InlineData(3, null, "", "")]
    [InlineData(3, null, "pod-b 1 90", "pod-b")]
    [InlineData(3, null, "pod-b 1 60", "")]
    [InlineData(3, null, "pod-b 110 200", "pod-b")]
    [InlineData(3, null, "pod-b 120 200", "")]
    [InlineData(4, null, "pod-b 1 90", "")]
    [InlineData(4, null, "pod-b 1 90,pod-c 90 130", "")]
    [InlineData(4, null, "pod-b 1 90,pod-c 80 130", "pod-b pod-c")]
    [InlineData(3, 3, "", "without pod-a only 2 of 3")]
    public void Warnings_NameTheOtherPlansThatTogetherBreachTheMinimum(int pods, int? minimum, string others, string said)
    {
        var story = new FleetStory(pods, new FleetSettings { MinimumOpen = minimum });
        foreach (var other in others.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(' ')))
        {
            story.Plan(other[0], double.Parse(other[1], System.Globalization.CultureInfo.InvariantCulture), double.Parse(other[2], System.Globalization.CultureInfo.InvariantCulture))
                .Should().NotBeNull();
        }

        var plan = story.PlanOf(story.Plan("pod-a", 60, 120)!);
        var warnings = MaintenanceOutlook.Warnings(story.Fleet, plan);
        warnings.Should().HaveCount(said.Length == 0 ? 0 : 1);
        foreach (var word in said.StartsWith("without", StringComparison.Ordinal) ? [said] : said.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            warnings[0].Should().Contain(word);
    }

    [Fact]
    public void Warnings_TellOfPodsThatAreOutNow()
    {
        var story = new FleetStory(3);
        story.Drain("pod-c");
        MaintenanceOutlook.Warnings(story.Fleet, story.PlanOf(story.Plan("pod-a", 60, 120)!)).Should().ContainSingle().Which.Should().StartWith("pod-c is out now");
    }

    [Fact]
    public void Reminder_IsToldOnce_AlsoOverARestart_AndAgainForAnotherDrain()
    {
        var story = new FleetStory(3);
        Drain();
        story.Last.Transitions.Single(t => t.Pod == "pod-a").Sentence.Should().Contain("(owner ops-team, to be back by 2026-11-23 08:05");
        Minutes(story, 4.9);
        Reminders().Should().Be(0);
        Minutes(story, 0.2);
        Minutes(story, 1);
        Reminders().Should().Be(1);
        story.Transitions.Last(t => t.Cause == Cause.DrainExpired).Should().Match<Transition>(t => t.Pod == "pod-a" && t.IsLasting && t.Sentence.Contains("ops-team"));
        Explanation.Of(story["pod-a"], story.Fleet.Settings, story.Now).Rulings.Should().Contain(ruling => ruling.Cause == Cause.DrainExpired);
        story.State("pod-a").Should().Be(PodState.Drained, "it is a reminder, never a trigger");
        story.Restart();
        Minutes(story, 1);
        Reminders().Should().Be(1);
        Drain();
        Minutes(story, 6);
        Reminders().Should().Be(2);
        story.Fleet.Agenda.Reminded.Should().ContainSingle();

        int Reminders() => story.Transitions.Count(t => t.Cause == Cause.DrainExpired);
        void Drain() => story.Command(new DrainCommand("pod-a", "anna", "update", false, null, null) { Until = story.Now.AddMinutes(5), Owner = "ops-team" });
    }

    private static void Minutes(FleetStory story, double minutes) => story.Pass(TimeSpan.FromMinutes(minutes));

    /// <summary>Enough good probes for every pod.</summary>
    private static void Well(FleetStory story, double seconds = 0)
    {
        if (seconds > 0) story.Seconds(seconds);
        for (var i = 0; i < 3; i++) story.Everybody(ProbeResult.Healthy);
    }
}
