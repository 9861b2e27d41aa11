using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.History;
using PodGate.Core.Health;
using PodGate.Core.Replaying;
using PodGate.TestKit;

namespace PodGate.Control.Tests.History;

/// <summary>What probes found, on a real disk: written soon, read back whole, bounded, and nobody waits for it.</summary>
public sealed class ProbeHistoryTests : IDisposable
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddHours(-2).ToUnixTimeMilliseconds());
    private static readonly HistoryLimits Prompt = new() { Every = TimeSpan.FromMilliseconds(20), JudgedAfter = TimeSpan.Zero };
    private readonly string _state = Directory.CreateTempSubdirectory("podgate-history-").FullName;

    private string Files => Path.Combine(_state, ProbeHistory.DirectoryName);

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task WhatWasNoted_IsReadBack_ProbeByProbe()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        var reports = new List<ProbeReport>();
        for (var i = 0; i < 1000; i++)
        {
            var result = random.NextDouble() < 0.9 ? ProbeResult.Healthy : random.NextDouble() < 0.5 ? ProbeResult.Unhealthy : ProbeResult.TimedOut;
            reports.Add(Report(i % 3 == 0 ? "pod-b" : "pod-a", i * 0.5, result, random.NextDouble() * 0.04, i % 5 == 0 ? "login" : null));
        }

        await using (var history = Open(Prompt))
        {
            foreach (var report in reports) history.Note(report).Should().BeSameAs(report);
        }

        var read = HistoryReader.Read(_state);
        read.Unreadable.Should().Be(0);
        Moments(read.History).Should().BeEquivalentTo(
            reports.Select(report => (report.Pod, report.Check, report.SentAt, report.Result)), "seed {0}", Seed);
        read.History.Probes.Length.Should().BeLessThan(600, "good ones like the last lengthen a run");
        File.ReadAllText(Path.Combine(Files, HistorySegments.OpenFile)).Should().BeEmpty("it was closed in good order");
    }

    [Fact]
    public async Task ADataPortThatTookTheConnection_IsReadBack()
    {
        await using (var history = Open(Prompt))
        {
            for (var i = 0; i < 6; i++) history.Note(Report("pod-a", i, i < 4 ? ProbeResult.Healthy : ProbeResult.Refused) with { DataPortTook = i is 2 or 3 or 5 });
        }

        HistoryReader.Read(_state).History.Probes.OrderBy(run => run.From).Select(run => (run.Result, run.Count, run.DataPortTook)).Should().Equal(
            (ProbeResult.Healthy, 2, false), (ProbeResult.Healthy, 2, true), (ProbeResult.Refused, 1, false), (ProbeResult.Refused, 1, true));
    }

    [Fact]
    public async Task BodiesAndDocuments_AreNeverWritten_AndOthersCannotRead()
    {
        await using (var history = Open(Prompt)) history.Note(Report("pod-a", 0, ProbeResult.Unhealthy) with { Body = "Password=hunter2" });
        foreach (var file in Directory.EnumerateFiles(Files))
        {
            (await File.ReadAllTextAsync(file)).Should().NotContain("hunter2");
            if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Files).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task RunsThatStillGrow_AreOnTheDiskSoon_AndTheNextGateTakesThemOver()
    {
        await using var history = Open(Prompt);
        for (var i = 0; i < 10; i++) history.Note(Report("pod-a", i, ProbeResult.Healthy));
        await Soon.BeTrueAsync(() => Count() == 10, "ten are kept");

        // As after kill -9: nobody closed the first, and half a line was on its way.
        await File.AppendAllTextAsync(Directory.EnumerateFiles(Files, HistorySegments.Pattern).Single(), "{\"at\":\"2026-11-2");
        await using (var next = Open(Prompt))
        {
            next.Note(Report("pod-a", 60, ProbeResult.Refused));
            await Soon.BeTrueAsync(() => Count() == 11, "and one more");
        }

        var read = HistoryReader.Read(_state);
        Moments(read.History).Should().HaveCount(11);
        read.Unreadable.Should().Be(1, "the torn line is no part of the next one");
        read.History.Starts.Should().HaveCount(2);
    }

    [Fact]
    public async Task Segments_AreBounded_AndTheOldestGo()
    {
        var limits = Prompt with { Segment = 2_000, Bytes = 10_000 };
        await using (var history = Open(limits))
        {
            for (var i = 0; i < 400; i++)
            {
                history.Note(Report("pod-a", i, i % 2 == 0 ? ProbeResult.Refused : ProbeResult.Broken));
                if (i % 10 == 0) await Task.Delay(25);
            }
        }

        var files = Directory.EnumerateFiles(Files, HistorySegments.Pattern).Select(file => new FileInfo(file)).ToArray();
        files.Length.Should().BeGreaterThan(1);
        files.Sum(file => file.Length).Should().BeLessThan(limits.Bytes + limits.Segment + 10_000, "what one write brings may come on top");
        var left = Moments(HistoryReader.Read(_state).History).Select(probe => probe.Sent).ToArray();
        left.Max().Should().Be(Begin.AddSeconds(399));
        left.Min().Should().BeAfter(Begin);
    }

    [Fact]
    public async Task OldSegments_GoByTheirDay()
    {
        Directory.CreateDirectory(Files);
        var old = Path.Combine(Files, $"probes-{DateTimeOffset.UtcNow.AddDays(-9):yyyyMMdd}-0000.jsonl");
        await File.WriteAllTextAsync(old, "");
        await using (var history = Open(Prompt)) history.Note(Report("pod-a", 0, ProbeResult.Refused));
        File.Exists(old).Should().BeFalse();
    }

    [Fact]
    public async Task DiskThatTakesNothing_DelaysNobody_AndIsCounted()
    {
        // A file where the directory should be: nothing can be written, whoever asks.
        await File.WriteAllTextAsync(Files, "");
        await using var history = Open(Prompt with { Waiting = 50 });
        for (var i = 0; i < 2_000; i++) history.Note(Report("pod-a", i, i % 2 == 0 ? ProbeResult.Refused : ProbeResult.Broken));
        await Soon.BeTrueAsync(() => history.Dropped >= 1_800, "most are dropped");
        File.Delete(Files);
        await Soon.BeTrueAsync(() => Count() > 0, "what is left is kept");
        history.Note(Report("pod-a", 3_000, ProbeResult.Unhealthy));
        await Soon.BeTrueAsync(() => Moments(HistoryReader.Read(_state).History).Any(probe => probe.Result == ProbeResult.Unhealthy), "and what comes afterwards");
    }

    [Fact]
    public async Task Judged_IsWhatIsWritten()
    {
        await using (var history = new ProbeHistory(_state, TimeProvider.System, report => report with { Result = ProbeResult.Stale }, NullLogger<ProbeHistory>.Instance, Prompt))
            history.Note(Report("pod-a", 0, ProbeResult.Healthy));
        HistoryReader.Read(_state).History.Probes.Should().ContainSingle().Which.Result.Should().Be(ProbeResult.Stale);
    }

    [Fact]
    public void Durations_FarApart_DoNotShareARun()
    {
        var folding = new RunFolding();
        double[] seconds = [0.004, 0.049, 0.020, 0.060, 0.9, 0.8, 0.5, 0.3];
        var lines = seconds.SelectMany((took, i) => folding.Take(Report("pod-a", i, ProbeResult.Healthy, took)).ToArray()).ToList();
        lines.Append(folding.Open!).Select(line => (line.Count, Math.Round(line.Took.TotalSeconds, 3))).Should().Equal((3, 0.049), (1, 0.06), (3, 0.9), (1, 0.3));
    }

    [Fact]
    public void FailuresForDays_FoldAfterTwenty()
    {
        var folding = new RunFolding();
        var lines = Enumerable.Range(0, 150).SelectMany(i => folding.Take(Report("pod-a", i, ProbeResult.Refused)).ToArray()).ToList();
        lines.Should().HaveCount(20 + 1).And.Subject.Sum(line => line.Count).Should().Be(20 + RecordedProbes.LongestRun);
        folding.Open!.Count.Should().Be(10);
        lines = [.. folding.Take(Report("pod-a", 150, ProbeResult.Broken))];
        lines.Select(line => line.Count).Should().Equal(10, 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"at":"yesterday","pod":"pod-a","result":"Healthy","took":1,"text":"x"}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","pod":"Pod A","result":"Healthy","took":1,"text":"x"}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","pod":"pod-a","result":"Splendid","took":1,"text":"x"}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","pod":"pod-a","result":"3","took":1,"text":"x"}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","pod":"pod-a","result":"Healthy","took":-1,"text":"x"}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","pod":"pod-a","result":"Healthy","took":1,"text":"x","gaps":[-5]}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","pod":"pod-a","result":"Healthy","took":1e99,"text":"x"}""")]
    public void LineThatIsNone_IsNotRead(string line) => HistoryJson.Read(line).Should().BeNull();

    [Fact]
    public void Sentences_OfATamperedFile_AreCleaned() =>
        HistoryJson.Read("""{"at":"2026-11-22T14:05:00.000Z","pod":"pod-a","result":"Healthy","took":1,"text":"a\u001b[2Jb\nc"}""")!.Value.Probes!.Sentence
            .Should().Be("a\uFFFD[2Jb c");

    [Fact]
    public void RandomAndMutatedLines_NeverThrow()
    {
        const int Seed = 815;
        var random = new Random(Seed);
        var good = """{"at":"2026-11-22T14:05:00.000Z","pod":"pod-a","check":"login","result":"Healthy","took":1.5,"text":"health","gaps":[1000,999]}""";
        for (var i = 0; i < 20_000; i++)
        {
            var line = good.ToCharArray();
            for (var n = random.Next(1, 6); n > 0; n--) line[random.Next(line.Length)] = (char)random.Next(32, 127);
            var act = () => HistoryJson.Read(new string(line));
            act.Should().NotThrow("seed {0}, {1}", Seed, new string(line));
        }
    }

    [Fact]
    public void NoHistory_OrADamagedOne_IsAClearError()
    {
        var read = () => HistoryReader.Read(_state);
        read.Should().Throw<HistoryException>().WithMessage($"*no probe history in {_state}*");
        Directory.CreateDirectory(Files);
        read.Should().Throw<HistoryException>().WithMessage("*is empty*");
        File.WriteAllText(Path.Combine(Files, "probes-20261122-0000.jsonl"), "what\nis\nthis\n");
        read.Should().Throw<HistoryException>().WithMessage("*damaged: none of its 3 lines*");
        var nowhere = () => HistoryReader.Read(Path.Combine(_state, "elsewhere"));
        nowhere.Should().Throw<HistoryException>().WithMessage("*no state directory*--state*");
    }

    private ProbeHistory Open(HistoryLimits limits) => new(_state, TimeProvider.System, report => report, NullLogger<ProbeHistory>.Instance, limits);

    private int Count()
    {
        try
        {
            return Moments(HistoryReader.Read(_state).History).Count();
        }
        catch (HistoryException)
        {
            return 0;
        }
    }

    private static IEnumerable<(string Pod, string? Check, DateTimeOffset Sent, ProbeResult Result)> Moments(RecordedHistory history)
    {
        foreach (var line in history.Probes)
        {
            var sent = line.From;
            yield return (line.Pod, line.Check, sent, line.Result);
            foreach (var gap in line.Gaps) yield return (line.Pod, line.Check, sent += TimeSpan.FromMilliseconds(gap), line.Result);
        }
    }

    private static ProbeReport Report(string pod, double at, ProbeResult result, double took = 0.003, string? check = null) =>
        new(pod, Begin.AddSeconds(at), Begin.AddSeconds(at + took), result, $"health answered {result}") { Check = check };
}
