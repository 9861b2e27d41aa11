using System.Globalization;
using PodGate.Cli;
using PodGate.Hosting;

namespace PodGate.Tests.Hosting;

/// <summary>From a configuration file and a history on disk to an answer in words.</summary>
public sealed class ReplayRunTests : IDisposable
{
    private static readonly DateTime Begin = new(2026, 11, 22, 22, 0, 0, DateTimeKind.Utc);
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-replay-").FullName;
    private readonly List<string> _lines = [];

    public ReplayRunTests()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "state", "history"));
        File.WriteAllText(Path.Combine(_directory, "podgate.json"), """
            { "Pods": { "pod-a": { "Address": "http://127.0.0.1:1" }, "pod-b": { "Address": "http://127.0.0.1:2" }, "pod-c": { "Address": "http://127.0.0.1:3" } } }
            """);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Fall2_WouldHaveLatchedTwice_AsConfiguredNever()
    {
        foreach (var pod in new[] { "pod-a", "pod-c", "pod-x" }) Well(pod, 0, 3600);
        for (var at = 0; at < 3600; at += 1800)
        {
            Fail("pod-b", at);
            Fail("pod-b", at + 0.2);
            Well("pod-b", at + 1, 1790);
        }

        var told = Run(new ReplayAsked { Fall = 2 });
        told.Problems.Should().BeEmpty();
        told.Answer!.Comparison.Should().Contain(
            "with Fall 2 pod-b would have been latched twice, at 2026-11-22 22:00:00.2Z, 2026-11-22 22:30:00.2Z; as configured never");
        told.Answer.Comparison.Should().Contain(sentence => sentence.StartsWith("with Fall 2 pod-b would never have been suspended; as configured twice"));
        told.Answer.Pods.Should().Equal("pod-a", "pod-b", "pod-c");
        told.Answer.Notes.Should().Contain("left out, because they are not configured: pod-x");
        told.Answer.Notes.Should().Contain(note => note.Contains("traffic") && note.Contains("not recorded"));
        told.Answer.Notes.Should().Contain(note => note.Contains("looked well for 10 min"));
    }

    [Fact]
    public void NothingChanged_SaysWhatTheConfigurationDoes()
    {
        Well("pod-a", 0, 60);
        var told = Run(new ReplayAsked());
        told.Answer!.Changed.Should().BeNull();
        told.Answer.Comparison.Should().Equal("no pod would have been suspended, latched or held back, as configured");
        told.Answer.Notes.Should().Contain("configured, but without a probe in the history: pod-b, pod-c");
    }

    [Fact]
    public void LongerTimeout_SaysThatItCannotKnow()
    {
        Well("pod-a", 0, 60);
        _lines.Add($$"""{"at":"{{At(3)}}","pod":"pod-b","result":"TimedOut","took":1001,"text":"silent"}""");
        Run(new ReplayAsked { Timeout = TimeSpan.FromSeconds(5) }).Answer!.Notes[0].Should().Contain("cannot be known: whether 1 time-outs");
    }

    [Fact]
    public void EachThingThatIsMissing_IsSaid()
    {
        Run(new ReplayAsked()).Problems.Single().Should().Contain("is empty");
        Well("pod-z", 0, 5);
        Run(new ReplayAsked()).Problems.Single().Should().Contain("it has pod-z, configured are pod-a, pod-b, pod-c");
        Run(new ReplayAsked { From = Begin.AddDays(1) }).Problems.Single().Should().Contain("No probe was recorded in that time");
        Run(new ReplayAsked { MinimumOpen = 4 }).Problems.Single().Should().Contain("it must be 1 to 3");
        Run(new ReplayAsked { StateDirectory = Path.Combine(_directory, "nowhere") }).Problems.Single().Should().Contain("no state directory");
        File.WriteAllText(Path.Combine(_directory, "podgate.json"), "{ \"Podz\": 1 }");
        Run(new ReplayAsked()).Problems.Should().Contain(problem => problem.Contains("Podz"));
        File.Delete(Path.Combine(_directory, "podgate.json"));
        var told = Run(new ReplayAsked());
        (told.ExitCode, told.Problems.Single()).Should().Match<(int Code, string Problem)>(end => end.Code == 2 && end.Problem.Contains("--config"));
    }

    private ReplayTold Run(ReplayAsked asked)
    {
        File.WriteAllLines(Path.Combine(_directory, "state", "history", "probes-20261122-0000.jsonl"), _lines);
        return ReplayRun.Run(asked, _directory, new Dictionary<string, string>());
    }

    private void Well(string pod, double at, int seconds)
    {
        for (var done = 0; done < seconds; done += 120)
        {
            var gaps = string.Join(',', Enumerable.Repeat(1000, Math.Min(120, seconds - done) - 1));
            _lines.Add($$"""{"at":"{{At(at + done)}}","pod":"{{pod}}","result":"Healthy","took":2.5,"text":"well","gaps":[{{gaps}}]}""");
        }
    }

    private void Fail(string pod, double at) => _lines.Add($$"""{"at":"{{At(at)}}","pod":"{{pod}}","result":"Refused","took":0.5,"text":"refused"}""");

    private static string At(double seconds) => Begin.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
