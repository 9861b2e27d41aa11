using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Operator;
using PodGate.TestKit;

namespace PodGate.Tests.Operator;

/// <summary>Who has the lease of rolling work, by a table of stories, and what is kept of it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RollLeaseTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-roll-").FullName;
    private readonly ManualTime _time = new();
    private RollLease _lease;

    public RollLeaseTests() => _lease = Open();

    private string FilePath => Path.Combine(_directory, RollFile.Name);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    // A number is seconds that pass; a word is said by the roll of that letter; "b<a" begins b and takes a up; a restart of the gate reads the file again.
    [Theory]
    [InlineData("begin:a", "Done", "a Running")]
    [InlineData("begin:a 14.9 begin:b", "Running", "a Running")]
    [InlineData("begin:a 15 begin:b", "Done", "b Running")]
    [InlineData("begin:a 15", "Done", "a Died")]
    [InlineData("begin:a 14 tell:a 14 begin:b", "Running", "a Running")]
    [InlineData("begin:a 14 tell:a 15", "Done", "a Died")]
    [InlineData("begin:a 100 tell:a", "Done", "a Running")]
    [InlineData("begin:a 15 begin:b tell:a", "Lost", "b Running")]
    [InlineData("begin:a 15 begin:b stop:a", "Lost", "b Running")]
    [InlineData("tell:a", "Lost", "none")]
    [InlineData("begin:a begin:a", "Done", "a Running")]
    [InlineData("begin:a 15 begin:a", "Done", "a Running")]
    [InlineData("begin:a stop:a begin:a", "Over", "a Stopped")]
    [InlineData("begin:a stop:a begin:b", "Done", "b Running")]
    [InlineData("begin:a finish:a", "Done", "a Finished")]
    [InlineData("begin:a finish:a finish:a", "Done", "a Finished")]
    [InlineData("begin:a finish:a stop:a", "Over", "a Finished")]
    [InlineData("begin:a finish:a tell:a", "Over", "a Finished")]
    [InlineData("begin:a finish:a 100", "Done", "a Finished")]
    [InlineData("begin:a stop:a begin:b<a", "Done", "b Running")]
    [InlineData("begin:a 15 begin:b<a", "Done", "b Running")]
    [InlineData("begin:a begin:b<a", "Running", "a Running")]
    [InlineData("begin:a finish:a begin:b<a", "Over", "a Finished")]
    [InlineData("begin:a stop:a begin:b stop:b begin:c<a", "Lost", "b Stopped")]
    [InlineData("begin:b<a", "Lost", "none")]
    [InlineData("begin:a restart", "Done", "a Running")]
    [InlineData("begin:a 100 restart begin:b", "Running", "a Running")]
    [InlineData("begin:a 100 restart tell:a 14 begin:b", "Running", "a Running")]
    [InlineData("begin:a restart 15 begin:b", "Done", "b Running")]
    [InlineData("begin:a stop:a restart begin:b<a", "Done", "b Running")]
    [InlineData("begin:a finish:a restart 100", "Done", "a Finished")]
    public void Lease_AfterAStory_IsWhose(string story, string result, string last)
    {
        var answer = RollResult.Done;
        foreach (var word in story.Split(' '))
        {
            if (double.TryParse(word, out var seconds)) _time.Advance(TimeSpan.FromSeconds(seconds));
            else if (word == "restart") _lease = Open();
            else answer = Say(word);
        }

        answer.ToString().Should().Be(result);
        (_lease.Last is { } roll ? $"{roll.Id} {roll.State}" : "none").Should().Be(last);
    }

    // A story as above, and the lines that the log has of it.
    [Theory]
    [InlineData("begin:a 14.9", 0)]
    [InlineData("begin:a 15", 1)]
    [InlineData("begin:a 14 tell:a 14", 0)]
    [InlineData("begin:a 100 100", 1)]
    [InlineData("begin:a 15 tell:a 15", 2)]
    [InlineData("begin:a stop:a 100", 0)]
    [InlineData("begin:a finish:a 100", 0)]
    [InlineData("begin:a 15 begin:b 14", 1)]
    [InlineData("begin:a restart 15", 1)]
    [InlineData("begin:a end 100", 0)]
    public void Roll_ThatDies_IsOneLineOfTheLog(string story, int lines)
    {
        var log = new Lines();
        _lease = RollLease.Open(_directory, _time, log);
        foreach (var word in story.Split(' '))
        {
            if (double.TryParse(word, out var seconds)) _time.Advance(TimeSpan.FromSeconds(seconds));
            else if (word is "restart" or "end") _lease.Dispose();
            else Say(word);
            if (word == "restart") _lease = RollLease.Open(_directory, _time, log);
        }

        var died = log.Told.Where(line => line.Contains("died", StringComparison.Ordinal)).ToArray();
        died.Should().HaveCount(lines);
        foreach (var line in died) line.Should().StartWith("otto's roll of pod-a, pod-b (update), from here, has died: nothing was heard of it for 15 s; 0 of 2 done; ");
    }

    [Fact]
    public void Roll_ThatTakesAnotherUp_IsWhereThatOneStopped_FromTheBeginning()
    {
        Say("begin:a");
        var drained = _time.GetUtcNow();
        _lease.Report(new RollReportJson("a", "pod-b", RollSteps.Exec, "the command for pod-b ended with 3", ["pod-a"], RollStates.Stopped, drained));
        Say("begin:b<a");
        _time.Advance(TimeSpan.FromSeconds(15));
        _lease = Open();
        (_lease.Last!.Id, _lease.Last.Pod, _lease.Last.Drained).Should().Be(("b", "pod-b", drained));
    }

    [Fact]
    public void Roll_OnceHandedOver_IsToldToAskAgain()
    {
        Say("begin:a");
        _lease.HandsOver = true;
        _lease.UntilWritten();
        this.Invoking(test => test.Say("tell:a")).Should().Throw<ApiProblem>().Which.Status.Should().Be(503);
        this.Invoking(test => test.Say("begin:b")).Should().Throw<ApiProblem>();
        _lease.HandsOver = false;
        Say("tell:a").Should().Be(RollResult.Done);
    }

    [Fact]
    public void Roll_ThatDied_TellsWhereAndWhen()
    {
        var begin = _time.GetUtcNow();
        Say("begin:a");
        _time.Advance(TimeSpan.FromSeconds(5));
        _lease.Report(new RollReportJson("a", "pod-b", RollSteps.Exec, "the command runs", ["pod-a"])).Result.Should().Be(RollResult.Done);
        _time.Advance(TimeSpan.FromMinutes(5));
        var died = _lease.Last!;
        (died.State, died.Pod, died.Step, died.Sentence, died.Who).Should().Be((RollStates.Died, "pod-b", RollSteps.Exec, "the command runs", "otto"));
        died.Done.Should().Equal("pod-a");
        (died.Heard - begin, died.Ended - begin).Should().Be((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void File_IsItsOwnersOnly_AndWrittenOnlyWhenThereIsNewsOrAMinuteHasPassed()
    {
        Say("begin:a");
        File.GetUnixFileMode(FilePath).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Say("tell:a");
        var before = File.ReadAllText(FilePath);
        for (var i = 0; i < 11; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            Say("tell:a");
        }

        File.ReadAllText(FilePath).Should().Be(before, "nothing new was told");
        _time.Advance(TimeSpan.FromSeconds(5));
        Say("tell:a");
        File.ReadAllText(FilePath).Should().NotBe(before);
        Directory.GetFiles(_directory).Should().Equal(FilePath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("state=Died")]
    [InlineData("state=null")]
    [InlineData("step=\"Dance\"")]
    [InlineData("pods=[]")]
    [InlineData("pods=[null]")]
    [InlineData("colour=1")]
    public void File_Damaged_IsAsGoodAsNone_AndTheLogSaysSo(string damage)
    {
        Say("begin:a");
        if (damage.Split('=') is [var name, var value])
        {
            var document = JsonNode.Parse(File.ReadAllText(FilePath))!;
            document["roll"]![name] = JsonNode.Parse(value is "Died" ? "\"Died\"" : value);
            damage = document.ToJsonString();
        }

        File.WriteAllText(FilePath, damage);
        var log = new Lines();
        _lease = RollLease.Open(_directory, _time, log);
        _lease.Last.Should().BeNull();
        log.Told.Should().ContainSingle().Which.Should().Contain(FilePath).And.Contain("cannot be used");
        Say("begin:b").Should().Be(RollResult.Done);
        Open().Last!.Id.Should().Be("b");
    }

    [Fact]
    public void Disk_ThatTakesNothing_RefusesABeginning_AndIsNoReasonToStopWhatRuns()
    {
        Say("begin:a");
        Directory.CreateDirectory(FilePath + ".new");
        Say("tell:a").Should().Be(RollResult.Done);
        Say("stop:a").Should().Be(RollResult.Done);
        _lease.Last!.State.Should().Be(RollStates.Stopped);
        var begin = () => Say("begin:b");
        begin.Should().Throw<Exception>().Which.Should().Match(exception => exception is IOException || exception is UnauthorizedAccessException);
        _lease.Last!.Id.Should().Be("a");
    }

    private RollLease Open() => RollLease.Open(_directory, _time, NullLogger.Instance);

    private RollResult Say(string word)
    {
        var (verb, id) = (word.Split(':')[0], word.Split(':')[1]);
        return verb switch
        {
            "begin" => _lease.Begin(
                new RollBeginJson(id.Split('<')[0], ["pod-a", "pod-b"], "true", "update", "here", new RollTermsJson(null, null, null, default, default, false),
                    Resumes: id.Contains('<', StringComparison.Ordinal) ? id.Split('<')[1] : null),
                "otto").Result,
            "tell" => Report(null),
            "stop" => Report(RollStates.Stopped),
            "finish" => Report(RollStates.Finished),
            _ => throw new ArgumentException(word),
        };

        RollResult Report(string? state) => _lease.Report(new RollReportJson(id, "pod-a", RollSteps.Drain, "waits until it is empty", [], state)).Result;
    }

    private sealed class Lines : ILogger
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Told.Add(formatter(state, exception));
    }
}
