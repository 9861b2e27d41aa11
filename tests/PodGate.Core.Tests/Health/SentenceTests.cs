using System.Globalization;
using PodGate.Core.Health;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Health;

/// <summary>Sentences go to viewers, logs and alerts: nothing in them comes from the pod but the plain names of its components (decision 6).</summary>
public sealed class SentenceTests(ITestOutputHelper output)
{
    private const int Documents = 2_000;

    // Wherever a pod writes a word of its own, this is in it.
    private const string Own = "q7canary";

    [Fact]
    public void Sentences_HaveNoWordOfThePods()
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 20261125;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var seen = new HashSet<ProbeResult>();
        for (var i = 0; i < Documents; i++)
        {
            var rig = new DocumentRig(health => health with
            {
                Components = DocumentRig.Rules(random.Next(2) == 0 ? "" : "db=Degrade/3 api=Ignore *=Condemn"),
                Freshness = new FreshnessSettings { Intervals = 2, Field = random.Next(3) == 0 ? "timestamp" : null },
                Identity = random.Next(3) switch { 0 => new IdentitySettings(), 1 => new IdentitySettings { Header = "X-Host" }, _ => null },
            });
            for (var second = 0; second < 5; second++)
            {
                var header = random.Next(3) == 0 ? Own : "pod-a";
                var report = rig.Report(second, Body(random), random.Next(3) == 0 ? 503 : 200, header, random.Next(9) == 0 ? 7 : null, random.Next(9) == 0 ? 3 : null);
                var judged = rig.Judge(report);
                Check(report.Sentence);
                Check(judged.Sentence);
                seen.Add(judged.Result);
            }

            Check(AgentDocument.Read(System.Text.Encoding.UTF8.GetBytes($"{Word(random)} {Own}#{Own} {Own}%"), truncated: false).Sentence);
        }

        seen.Should().Contain([ProbeResult.Healthy, ProbeResult.Unhealthy, ProbeResult.Leaving, ProbeResult.Unreadable, ProbeResult.Stale, ProbeResult.WrongPod]);
    }

    private static void Check(string sentence)
    {
        if (sentence.Contains(Own, StringComparison.OrdinalIgnoreCase)) throw new InvalidOperationException(sentence);
        if (sentence.Length is 0 or > HealthDocument.SentenceLimit) throw new InvalidOperationException($"{sentence.Length} characters");
    }

    private static string Word(Random random) => new[] { "UP", "UP", "UP", "warn", "DOWN", "drain", Own }[random.Next(7)];

    private static string Body(Random random)
    {
        // A name with anything but plain characters is not said either.
        string Name() => new[] { "db", "api", $"<{Own}>", Own + "/" + Own, new string('x', 41) + Own }[random.Next(5)];
        string Component() => $$"""{"status":"{{Word(random)}}","description":"{{Own}}","output":"{{Own}}","exception":"{{Own}}","details":{"{{Own}}":"{{Own}}"} }""";
        var fields = $$"""
            "pod":"{{(random.Next(2) == 0 ? "pod-a" : Own)}}","version":"{{Own}}","timestamp":"{{Own}}{{random.Next(2)}}","sequence":{{random.Next(2)}},"output":"{{Own}}"
            """;
        return random.Next(5) switch
        {
            0 => $$"""{"status":"{{Word(random)}}",{{fields}},"entries":{"{{Name()}}":{{Component()}},"{{Name()}}":{{Component()}} } }""",
            1 => $$"""{"status":"{{Word(random)}}",{{fields}},"components":{"{{Name()}}":{"status":"UP","components":{"{{Name()}}":{{Component()}} } } } }""",
            2 => $$"""{"status":"{{Word(random)}}",{{fields}},"checks":[{"name":"{{Name()}}","status":"{{Word(random)}}","data":{"{{Own}}":1} }]}""",
            3 => $$"""{"status":"{{Word(random)}}",{{fields}},"checks":{"{{Name()}}":[{{Component()}}]} }""",
            _ => $$"""{"{{Own}}":"{{Own}}"}""",
        };
    }
}
