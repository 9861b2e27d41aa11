using System.Collections.Immutable;
using System.Globalization;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Health;

/// <summary>The same reports lead to the same verdicts, whatever order they arrive in.</summary>
public sealed class DocumentOrderTests(ITestOutputHelper output)
{
    private const int Stories = 1_000;

    [Fact]
    public void ReportsInAnyOrder_LeadToTheSameVerdictsAndTheSameMemory()
    {
        var seed = Seed();
        var random = new Random(seed);
        var results = new HashSet<ProbeResult>();
        for (var story = 0; story < Stories; story++)
        {
            var rig = new DocumentRig(health => health with
            {
                Components = DocumentRig.Rules(random.Next(2) == 0 ? "" : "db=Degrade/4 *=Degrade/7 api=Ignore"),
                Freshness = new FreshnessSettings { Intervals = random.Next(4) == 0 ? 0 : 3, Field = random.Next(3) == 0 ? "sequence" : null },
            });
            var reports = Enumerable.Range(0, 20).Select(i => Any(rig, random, i)).ToList();
            var inOrder = Play(rig, reports);
            // Up to four overtake one, as with a timeout of four intervals; everything within the last seconds arrives at once.
            var shuffled = reports.Select((report, i) => (report, key: i + (random.NextDouble() * 4))).OrderBy(pair => pair.key).Select(pair => pair.report).ToList();
            var otherwise = Play(rig, shuffled);

            if (Shown(otherwise) != Shown(inOrder)) Shown(otherwise).Should().Be(Shown(inOrder), $"story {story} of seed {seed}");
            results.UnionWith(inOrder.Recent.Select(report => report.Result));
        }

        results.Should().Contain([ProbeResult.Healthy, ProbeResult.Degraded, ProbeResult.Unhealthy, ProbeResult.Stale, ProbeResult.WrongPod, ProbeResult.TimedOut]);
    }

    [Fact]
    public void ReportsOfTheSameInstant_AreJudgedAlikeInAnyOrder()
    {
        var random = new Random(Seed());
        for (var story = 0; story < Stories; story++)
        {
            DocumentRig New() => new(health => health with { Components = DocumentRig.Rules("db=Degrade/4"), Freshness = new FreshnessSettings { Intervals = 3 } });
            var rig = New();
            for (var i = 0; i < 5; i++) rig.Judge(Any(rig, random, i));
            var together = Enumerable.Range(0, 3).Select(_ => Any(rig, random, 6)).ToList();
            var (one, other) = (New(), New());
            one.Memory = other.Memory = rig.Memory;
            var forwards = together.Select(one.Judge).Select(Shown).ToList();
            var backwards = Enumerable.Reverse(together).Select(other.Judge).Select(Shown).Reverse().ToList();
            if (!backwards.SequenceEqual(forwards)) backwards.Should().Equal(forwards);
            if (Shown(other.Memory) != Shown(one.Memory)) Shown(other.Memory).Should().Be(Shown(one.Memory));
        }
    }

    [Fact]
    public void ReportThatComesMuchTooLate_ChangesNothing()
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("db=Degrade/100") });
        var late = rig.Report(0.5, ComponentRuleTests.Body("UP", "db=UP"));
        for (var i = 0; i < DocumentMemory.Kept + 10; i++) rig.Judge(i, ComponentRuleTests.Body("DOWN", "db=DOWN"), 503);
        var before = Shown(rig.Memory);
        rig.Judge(late).Result.Should().Be(ProbeResult.Healthy);
        Shown(rig.Memory).Should().Be(before);
    }

    [Fact]
    public void Memory_IsBounded()
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("*=Degrade/100") });
        for (var i = 0; i < DocumentMemory.Kept + 20; i++)
        {
            var components = string.Join(' ', Enumerable.Range(0, 150).Select(n => $"c{n + i}=DOWN"));
            rig.Judge(i, ComponentRuleTests.Body("DOWN", components), 503);
        }

        rig.Memory.Recent.Should().HaveCount(DocumentMemory.Kept);
        rig.Memory.Now.UnwellSince.Count.Should().Be(HealthDocument.ComponentLimit);
        rig.Memory.Sum.UnwellSince.Count.Should().Be(HealthDocument.ComponentLimit);
    }

    private static PodHealth Play(DocumentRig rig, IEnumerable<ProbeReport> reports) =>
        reports.Aggregate(PodHealth.Unknown, (health, report) => ProbeJudge.Add(health, report, rig.Pod, rig.Settings));

    private static ProbeReport Any(DocumentRig rig, Random random, int second)
    {
        string Word() => new[] { "UP", "UP", "Degraded", "DOWN" }[random.Next(4)];
        // Runs of the same value, so that marks stand still now and then.
        var sequence = random.Next(3) == 0 ? second : second / 8 * 8;
        var owner = random.Next(20) == 0 ? "pod-b" : "pod-a";
        var body = $$$"""{"status":"{{{Word()}}}","sequence":{{{sequence}}},"pod":"{{{owner}}}","components":{"db":"{{{Word()}}}","api":"{{{Word()}}}"} }""";
        if (random.Next(12) == 0) return rig.Report(second, body) with { Result = ProbeResult.TimedOut, Sentence = "silent", Document = null };
        // Answers that say nothing of components or marks.
        if (random.Next(8) == 0) body = new[] { "", "Healthy", "{", """{"status":"UP"}""" }[random.Next(4)];
        return rig.Report(second, body, random.Next(4) == 0 ? 503 : 200, age: random.Next(15) == 0 ? 3 : null);
    }

    private static string Shown(PodHealth health) =>
        $"{health.Level} {health.Evidence.Counted}\n{string.Join('\n', health.Recent.Select(Shown))}\n{Shown(health.Memory)}";

    private static string Shown(ProbeReport report) => $"{report.SentAt:O} {report.Result} {report.Sentence}";

    private static string Shown(DocumentMemory memory) =>
        $"{memory.SumUntil:O} | {Shown(memory.Sum)} | {Shown(memory.Now)} | "
        + string.Join(';', memory.Recent.Select(view => $"{view.SentAt:O} {string.Join(',', view.Unwell)} {view.TellsAll} {string.Join(',', view.Marks)}"));

    private static string Shown(DocumentState state) =>
        string.Join(',', state.UnwellSince.Select(pair => $"{pair.Key}={pair.Value:O}")) + " " + string.Join(',', state.Marks.Select(mark => $"{mark}"));

    private int Seed()
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 20261124;
        output.WriteLine($"seed {seed}");
        return seed;
    }
}
