using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Pods;

/// <summary>Long random lives of fleets; after every step the invariants hold. The seed of each is in its message.</summary>
public sealed class PropertyTests(ITestOutputHelper output)
{
    private static readonly ProbeResult[] Results = Enum.GetValues<ProbeResult>();

    [Fact]
    public void AnyLife_KeepsTheInvariants()
    {
        var first = Environment.TickCount;
        output.WriteLine($"seeds from {first}");
        for (var seed = first; seed < first + 100; seed++) Live(seed);
    }

    private static void Live(int seed)
    {
        var random = new Random(seed);
        var pods = random.Next(1, 6);
        var settings = new FleetSettings
        {
            MinimumOpen = random.Next(3) == 0 ? random.Next(1, pods + 1) : null,
            RampDuration = TimeSpan.FromSeconds(random.Next(0, 10)),
            SuspendedTooLong = TimeSpan.FromSeconds(30),
        };
        var story = new FleetStory(pods, settings);
        var active = 1.0; // which part of the slots was used lately
        story.InUse = (name, _) => SlotSet.Of(64, slot => (slot % 64) / 64.0 < active);
        var step = 0;
        string? enabled = null;
        story.AfterStep = before =>
        {
            CheckStep(story, before, enabled, $"seed {seed}, step {step}");
            CheckKeeping(story, before, active, $"seed {seed}, step {step}");
        };
        var beingWritten = new Queue<Transition>();
        for (; step < 400; step++)
        {
            while (story.Due.TryDequeue(out var due)) beingWritten.Enqueue(due);

            // The journal may take its time with an enable, and may fail; until then other things go on happening.
            if (beingWritten.Count > 0 && random.Next(4) == 0)
            {
                var written = beingWritten.Dequeue();
                enabled = written.Pod;
                story.Apply(random.Next(3) > 0 ? new EnableWritten(written) : new EnableNotWritten(written));
                continue;
            }

            enabled = story.Fleet.Pods.Keys.ElementAt(random.Next(story.Fleet.Pods.Count));
            active = random.Next(3) > 0 ? active : random.NextDouble();
            RandomStep(random, story, enabled, beingWritten);
        }
    }

    private static void CheckStep(FleetStory story, Fleet before, string? enabled, string why)
    {
        var byAutomation = story.LastInput is not (Commanded or EnableWritten or Reconfigured);
        foreach (var old in RecordsOf(before))
        {
            var now = story.Fleet.Pods.GetValueOrDefault(old.Name)?.Record ?? story.Fleet.Gone.GetValueOrDefault(old.Name);
            now.Should().NotBeNull($"{why}: what is known of {old.Name} is never forgotten");

            // Invariant 1: no latch goes without a person's enable of that pod, also when the pod leaves the configuration and comes back.
            if (old.Latch is not null && (byAutomation || enabled != old.Name)) now!.Latch.Should().Be(old.Latch, why);

            // Automation never changes what people want, but for what they planned: that takes pods out at its time, and brings none back unwritten.
            if (byAutomation && now!.Intent != old.Intent)
                story.Fleet.Agenda.Plans.Any(plan => plan.BegunAt == story.Now && plan.Pod == old.Name && plan.IsBehind(now.Intent)).Should().BeTrue(why);
            if (now != old) now!.Version.Should().BeGreaterThan(old.Version, why);
        }

        // Guard rule 2: automation leaves at least one of the pods that people want in the traffic.
        var wanted = story.Fleet.Pods.Values.Where(p => p is { Removing: false, Record: { Intent.Kind: IntentKind.Enabled, FirstPassed: not null } }).ToArray();
        if (wanted.Any(p => IsNewlyLatched(before, p))) wanted.Any(p => p.Record.Latch is null).Should().BeTrue(why);

        // Guard rule 1: no step of automation's takes an answering pod out so that fewer than MinimumOpen are left.
        var takenOut = story.Fleet.Pods.Values.Any(p => p.Health.Evidence.Answers && before.Pods.TryGetValue(p.Name, out var old) && IsIn(old.State)
            && p.State is (PodState.Suspended or PodState.Latched));
        if (takenOut && byAutomation) story.Fleet.InTraffic.Should().BeGreaterThanOrEqualTo(story.Fleet.Settings.EffectiveMinimumOpen, why);

        CheckPlans(story, before, why);

        // Everything has a limit. (An assertion with an expression would be compiled at each of many thousand steps.)
        var tracks = story.Fleet.Pods.Values.SelectMany(pod => pod.Health.Tracks);
        tracks.All(track => track.Recent.Count <= 1000 && track.Flaps.Count <= 1000).Should().BeTrue(why);
    }

    /// <summary>Of a pod that is drained softly: who keeps talking stays, as long as the pod is well and the end is not near; who has gone does not come back.</summary>
    private static void CheckKeeping(FleetStory story, Fleet before, double active, string why)
    {
        if (story.LastInput is Commanded or EnableWritten or Reconfigured) return;
        foreach (var old in before.Pods.Values.Where(pod => pod.Record.Intent.Drain == DrainKind.Soft))
        {
            if (story.Fleet.Pods.GetValueOrDefault(old.Name) is not { } now || now.Record.Intent != old.Record.Intent) continue;
            var (intent, slots) = (old.Record.Intent, Enumerable.Range(0, 64));
            slots.Any(slot => now.Kept.Contains(slot) && !old.Kept.Contains(slot)).Should().BeFalse($"{why}: what is gone from {old.Name} does not come back");
            var isSick = story.Last.Transitions.Any(t => t.Pod == old.Name && t.Cause == Cause.KeepingEnded && t.Sentence.Contains($"{old.Name} is ", StringComparison.Ordinal));
            var isNear = story.Now >= intent.Deadline - (0.25 * (intent.Deadline - intent.Since));
            if (isSick || isNear || now.Removing || now.Record.Latch is not null) continue;
            slots.Where(slot => slot / 64.0 < active && old.Kept.Contains(slot)).All(now.Kept.Contains).Should().BeTrue($"{why}: who talks to {old.Name} stays");
        }
    }

    private static void CheckPlans(FleetStory story, Fleet before, string why)
    {
        var agenda = story.Fleet.Agenda;
        agenda.Open.Count().Should().BeLessThanOrEqualTo(Agenda.MostOpen, why);
        (agenda.Plans.Length - agenda.Open.Count()).Should().BeLessThanOrEqualTo(Agenda.EndedKept, why);
        var overlap = agenda.Open.Any(plan => agenda.Open.Any(other => other.Id != plan.Id && other.Pod == plan.Pod && other.Overlaps(plan)));
        overlap.Should().BeFalse(why);

        // A plan without force takes nobody out of the traffic so that fewer than MinimumOpen are left.
        var begun = agenda.Plans.Where(plan => plan.BegunAt == story.Now && before.Agenda.Plans.Any(old => old.Id == plan.Id && old.BegunAt is null)).ToArray();
        bool Carries(Pod pod) =>
            pod is { Removing: false, Suspension: null, Record: { Intent.Kind: IntentKind.Enabled, Latch: null, FirstPassed: not null } };
        var taken = begun.Count(plan => before.Pods.GetValueOrDefault(plan.Pod) is { } pod && Carries(pod));
        if (story.LastInput is TimePassed && taken > 0 && begun.All(plan => !plan.Force))
            (before.Pods.Values.Count(Carries) - taken).Should().BeGreaterThanOrEqualTo(before.Settings.EffectiveMinimumOpen, why);

        // What a plan brings back was out for that plan, whose time is over, without a latch.
        if (story.Last.Prepared is { Cause: Cause.MaintenanceEnabled } prepared)
        {
            var intent = before.Pods[prepared.Pod].Record.Intent;
            agenda.Open.Any(plan => plan.EnableWhenWell && plan.Until <= story.Now && plan.IsBehind(intent)).Should().BeTrue(why);
            before.Pods[prepared.Pod].Record.Latch.Should().BeNull(why);
        }
    }

    private static IEnumerable<PodRecord> RecordsOf(Fleet fleet) => fleet.Pods.Values.Select(pod => pod.Record).Concat(fleet.Gone.Values);

    private static bool IsNewlyLatched(Fleet before, Pod pod) =>
        pod.Record.Latch is not null && before.Pods.TryGetValue(pod.Name, out var old) && old.Record.Latch is null && old.Record.Intent.Kind == IntentKind.Enabled;

    private static bool IsIn(PodState state) => state is PodState.Open or PodState.Ramping or PodState.Observed;

    private static void RandomStep(Random random, FleetStory story, string pod, Queue<Transition> beingWritten)
    {
        switch (random.Next(32))
        {
            case 0:
                story.Drain(pod, force: random.Next(2) == 0, deadline: random.Next(5));
                return;
            case 1:
                story.Command(random.Next(2) == 0
                    ? new DisableCommand(pod, "anna", "because", true, null)
                    : new DrainCommand(pod, "anna", "because", true, null, TimeSpan.FromSeconds(random.Next(1, 20)), TimeSpan.FromSeconds(1)));
                return;
            case 2 or 3:
                story.Enable(pod, force: random.Next(2) == 0);
                return;
            case 4:
                story.Apply(new ConnectionRefused(pod));
                return;
            case 5:
                story.Command(new FreezeCommand("anna", "because", TimeSpan.FromSeconds(random.Next(0, 5))));
                return;
            case 6:
                story.InFlight(pod, random.Next(2));
                return;
            case 7 or 8:
                story.Seconds(random.NextDouble() * 5);
                return;
            case 9:
                story.Everybody(Results[random.Next(Results.Length)]);
                return;
            case 10 or 11 or 12:
                story.Rounds(random.Next(1, 5), Results[random.Next(Results.Length)], pod);
                return;
            case 13 or 14:
                ClientsMeet(random, story, pod);
                return;
            case 15:
                var taken = story.Apply(new Commanded(new EnableCommand(pod, "anna", "slow disk", true, null) { Hold = random.Next(2) == 0 ? 10 : null }));
                if (taken.Prepared is { } prepared) beingWritten.Enqueue(prepared);
                return;
            case 16:
                Reconfigure(random, story);
                return;
            case 17:
                story.Apply(new ReferenceAnswered("tcp://192.0.2.1:443", story.Now));
                return;
            case 18 when random.Next(5) == 0:
                beingWritten.Clear();
                story.Restart();
                return;
            case 26 or 27:
                story.Plan(pod, random.Next(-1, 3) / 20.0, random.Next(1, 8) / 20.0, force: random.Next(3) == 0, enable: random.Next(3) > 0);
                return;
            case 28 when story.Fleet.Agenda.Open.Any():
                story.Command(new CancelMaintenanceCommand(story.Fleet.Agenda.Open.First().Id, "anna", "not now"));
                return;
            case 29 or 30:
                story.Command(new EnableCommand(pod, "anna", "carefully", random.Next(2) == 0, null) { Hold = random.Next(2) == 0 ? random.Next(1, 100) : null });
                return;
            case 31:
                story.Command(new NoteCommand(pod, "anna", "I am on it", null, random.Next(2) == 0));
                return;
            default:
                story.Seconds(0.2);
                foreach (var name in story.Fleet.Pods.Keys) story.Probe(name, random.Next(10) == 0 ? Results[random.Next(Results.Length)] : ProbeResult.Healthy);
                return;
        }
    }

    /// <summary>A second of requests of 30 sources; one pod fails most of its own, or is slow.</summary>
    private static void ClientsMeet(Random random, FleetStory story, string sick)
    {
        var names = story.Fleet.Pods.Keys.ToArray();
        var kind = (SlotOutcome)random.Next(1, 7);
        for (var tick = 0; tick < 10; tick++)
        {
            story.Seconds(0.1);
            foreach (var slot in Enumerable.Range(0, 30).Where(_ => random.Next(2) == 0))
            {
                var name = names[(slot + random.Next(20) / 19) % names.Length];
                story.Request(name, slot, name == sick && random.Next(4) > 0 ? kind : SlotOutcome.Fine, name == sick ? random.Next(3000) : 2);
            }

            story.Look();
        }
    }

    /// <summary>Pods come, go and move to other addresses.</summary>
    private static void Reconfigure(Random random, FleetStory story)
    {
        var pods = story.Fleet.Settings.Pods;
        var name = $"pod-{(char)('a' + random.Next(7))}";
        pods = pods.ContainsKey(name) && pods.Count > 1 && random.Next(2) == 0
            ? pods.Remove(name)
            : pods.SetItem(name, FleetStory.PodOf(name) with { Address = new Uri($"http://127.0.0.1:{9000 + random.Next(10)}/") });
        story.Apply(new Reconfigured(story.Fleet.Settings with { Pods = pods, MinimumOpen = null }));
    }

    /// <summary>The same reports in any order of arrival give the same verdict.</summary>
    [Fact]
    public void AnyOrderOfArrival_GivesTheSameVerdict()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var settings = new FleetSettings();
        for (var round = 0; round < 500; round++)
        {
            var start = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
            var reports = Enumerable.Range(0, random.Next(1, 15)).Select(i =>
                new ProbeReport("pod-a", start.AddSeconds(i), start.AddSeconds(i + 1), Results[random.Next(Results.Length)], "x") { Witnessed = random.Next(2) == 0 }).ToArray();
            var inOrder = reports.Aggregate(PodHealth.Unknown, (health, report) => ProbeJudge.Add(health, report, FleetStory.PodOf("pod-a"), settings));
            random.Shuffle(reports);
            var shuffled = reports.Aggregate(PodHealth.Unknown, (health, report) => ProbeJudge.Add(health, report, FleetStory.PodOf("pod-a"), settings));
            (shuffled.Level, shuffled.GoodInARow, shuffled.FailuresInARow, shuffled.Evidence.Answers)
                .Should().Be((inOrder.Level, inOrder.GoodInARow, inOrder.FailuresInARow, inOrder.Evidence.Answers), $"seed {seed}, round {round}");
            if (inOrder.FailuresInARow < settings.Fall && inOrder.FlapCount < settings.FlapLimit && inOrder.Evidence.Run.All(report => report.Result != ProbeResult.WrongPod))
                inOrder.Level.Should().NotBe(HealthLevel.Unhealthy);
        }
    }
}
