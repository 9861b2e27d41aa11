using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Core.Routing;
using PodGate.Proxy.Signals;
using PodGate.Statistics;
using PodGate.TestKit;

namespace PodGate.Tests.Statistics;

/// <summary>Days that outlive processes, from counters that only grow; the clock is the test's, the disk is real.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class TrafficDaysTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-days-").FullName;
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 11, 28, 23, 50, 30, TimeSpan.Zero));
    private readonly List<Life> _lives = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var life in _lives) await life.Days.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Day_EndsAtMidnightInUtc()
    {
        var life = Begin();
        life.Carry("a", 10, sources: 5);
        await AdvanceAsync(life, minutes: 10);
        life.Carry("a", 7, sources: 7);
        await AdvanceAsync(life, minutes: 1);
        (await ReadAsync(life, 2)).Select(day => (day.Day.Day, day.All, day.Clients)).Should().Equal((28, 10, 5), (29, 7, 7));
    }

    [Fact]
    public async Task RequestsJustBeforeMidnight_AreOfTheDayBefore()
    {
        var life = Begin();
        await AdvanceAsync(life, minutes: 9);
        life.Carry("a", 3, sources: 3);
        await AdvanceAsync(life, minutes: 1);
        _time.GetUtcNow().Day.Should().Be(29);
        (await ReadAsync(life, 2)).Select(day => (day.Day.Day, day.All)).Should().Equal((28, 3));
    }

    [Fact]
    public async Task Restarts_AddUp_AndWhoComesAgainCountsOnce()
    {
        for (var run = 0; run < 5; run++)
        {
            var life = Begin();
            life.Carry("a", 100, failures: 2, toClient: 1_000_000_000_000, toPod: 7, sources: 40);
            await life.Days.DisposeAsync();
        }

        var day = (await ReadAsync(Begin(), 1)).Single();
        (day.All, day.Failures, day.BytesToClient, day.BytesToPod, day.Buckets[3]).Should().Be((500, 10, 5_000_000_000_000, 35, 500));
        day.Clients.Should().Be(40);
        day.Seconds.Should().BeApproximately(2.5, 0.0001);
    }

    [Fact]
    public async Task Kill_CostsWhatCameSinceTheLastFullMinute()
    {
        var life = Begin();
        life.Carry("a", 10);
        await AdvanceAsync(life, minutes: 1);
        life.Carry("a", 5);

        // Nobody says goodbye.
        (await ReadAsync(Begin(), 1)).Single().All.Should().Be(10);
    }

    [Fact]
    public async Task TakeOver_LosesNothing_AndCountsNothingTwice()
    {
        var old = Begin();
        old.Carry("a", 10, sources: 3);
        await old.Days.HoldAsync();
        var heir = Begin();
        heir.Carry("a", 100, sources: 3);

        // What runs on in the old process ends there, while the new one has the files.
        old.Carry("a", 1, toClient: 5, sources: 4);
        await AdvanceAsync(heir, minutes: 1);
        await old.Days.LeaveAsync();
        Files("*.left").Should().ContainSingle();
        await AdvanceAsync(heir, minutes: 1);
        Files("*.left*").Should().BeEmpty();
        await AdvanceAsync(heir, minutes: 1);
        var day = (await ReadAsync(heir, 1)).Single();
        (day.All, day.BytesToClient, day.Clients).Should().Be((111, 5, 4));
    }

    [Fact]
    public async Task WhatWasLeft_AndCouldNotBeDeleted_DoesNotCountAgain()
    {
        var old = Begin();
        old.Carry("a", 4);
        await old.Days.HoldAsync();
        old.Carry("a", 6);
        await old.Days.LeaveAsync();
        var left = Files("*.left").Single();
        var kept = await File.ReadAllBytesAsync(left);
        var heir = Begin();
        await AdvanceAsync(heir, minutes: 1);

        // As after a kill between the day's file and the deletion: the day tells what it took in. A later look sees that nothing of that name is left.
        var day = Files("*.jsonl").Single();
        var head = (await File.ReadAllLinesAsync(day))[0];
        head.Should().Contain(Path.GetFileName(left));
        await File.WriteAllBytesAsync(left, kept);
        await AdvanceAsync(heir, minutes: 1);
        (await ReadAsync(heir, 1)).Single().All.Should().Be(10);
        File.Exists(left).Should().BeFalse();
    }

    [Fact]
    public async Task HandOver_ThatFails_GoesOn()
    {
        var life = Begin();
        life.Carry("a", 1);
        await life.Days.HoldAsync();
        life.Carry("a", 2);
        await AdvanceAsync(life, minutes: 2);
        (await ReadAsync(life, 1)).Single().All.Should().Be(1, "the files may be another's");
        life.Days.Open();
        await AdvanceAsync(life, minutes: 1);
        (await ReadAsync(life, 1)).Single().All.Should().Be(3);
    }

    [Fact]
    public async Task DiskThatCannotBeWritten_CostsNothing_WhenItCanAgain()
    {
        var life = Begin();
        var history = Path.Combine(_directory, TrafficDays.DirectoryName);
        await File.WriteAllTextAsync(history, "in the way");
        life.Carry("a", 10, sources: 2);
        await AdvanceAsync(life, minutes: 3);
        life.Carry("a", 10, sources: 3);
        await AdvanceAsync(life, minutes: 2);
        File.Delete(history);
        await AdvanceAsync(life, minutes: 1);
        var day = (await ReadAsync(life, 1)).Single();
        (day.All, day.Clients).Should().Be((20, 3));
    }

    [Fact]
    public async Task PodThatBeganAnew_CountsFromZero_AndOneThatIsGoneStays()
    {
        var life = Begin();
        life.Carry("a", 10);
        life.Carry("b", 5);
        await AdvanceAsync(life, minutes: 1);
        life.Forget("a");
        life.Carry("a", 4);
        life.Forget("b");
        await AdvanceAsync(life, minutes: 1);
        (await ReadAsync(life, 1)).Select(day => (day.Pod, day.All)).Should().Equal(("a", 14), ("b", 5));
    }

    [Fact]
    public async Task OldDays_Go_AndSourcesBefore()
    {
        var life = Begin(new StatisticsLimits { Days = 5, Every = TimeSpan.FromMinutes(1) });
        for (var day = 0; day < 8; day++)
        {
            life.Carry("a", 1 + day, sources: 1);
            await AdvanceAsync(life, minutes: 24 * 60);
        }

        life.Carry("a", 9, sources: 2);
        await AdvanceAsync(life, minutes: 1);
        (await ReadAsync(life, 30)).Select(day => (day.All, day.Clients)).Should().Equal((5, 1), (6, 1), (7, 1), (8, 1), (9, 2));
        Files("*.sources").Should().HaveCount(2, "only today and yesterday may still grow");
    }

    [Fact]
    public async Task TooMuch_TheOldestGo()
    {
        var life = Begin(new StatisticsLimits { Bytes = 800, Every = TimeSpan.FromMinutes(1) });
        for (var day = 0; day < 8; day++)
        {
            life.Carry("a", 1 + day);
            await AdvanceAsync(life, minutes: 24 * 60);
        }

        (await ReadAsync(life, 30)).Should().HaveCountLessThan(7).And.NotBeEmpty();
        Files("*.jsonl").Sum(file => new FileInfo(file).Length).Should().BeLessThan(1_200);
    }

    [Fact]
    public async Task LinesThatCannotBeUnderstood_DoNotCount_AndTheOthersDo()
    {
        var life = Begin();
        life.Carry("a", 10);
        life.Carry("b", 5);
        await life.Days.DisposeAsync();
        var file = Files("*.jsonl").Single();
        var lines = await File.ReadAllLinesAsync(file);
        lines[1] = lines[1][..20];
        await File.WriteAllLinesAsync(file, [.. lines, "null", "{\"pod\":\"c\"}", "{\"pod\":\"d\",\"requests\":[1],\"buckets\":[]}"]);
        (await ReadAsync(Begin(), 1)).Select(day => (day.Pod, day.All)).Should().Equal(("b", 5));
    }

    [Fact]
    public async Task Files_AreTheOwnersAlone()
    {
        var life = Begin();
        life.Carry("a", 1, sources: 1);
        await life.Days.DisposeAsync();
        Files("*").Should().HaveCount(2).And.OnlyContain(file => File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private string[] Files(string pattern) => Directory.GetFiles(Path.Combine(_directory, TrafficDays.DirectoryName), "traffic-" + pattern);

    private Life Begin(StatisticsLimits? limits = null)
    {
        var life = new Life();
        life.Days = new TrafficDays(_directory, life.Read, life.TakeSources, _time, NullLogger.Instance, limits);
        life.Days.Open();
        _lives.Add(life);
        return life;
    }

    private async Task AdvanceAsync(Life life, int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            if (minute + 2 >= minutes) await life.Days.IdleAsync();
        }
    }

    private static Task<IReadOnlyList<DayTraffic>> ReadAsync(Life life, int days) => life.Days.ReadAsync(days, CancellationToken.None);

    /// <summary>A process's counters.</summary>
    private sealed class Life
    {
        private readonly SortedDictionary<string, PodTraffic> _pods = new(StringComparer.Ordinal);
        private Dictionary<string, SourceSketch> _sources = [];

        public TrafficDays Days { get; set; } = null!;

        public IReadOnlyList<PodTraffic> Read() => [.. _pods.Values];

        public IReadOnlyList<(string Pod, SourceSketch Sources)> TakeSources()
        {
            var taken = _sources;
            _sources = [];
            return [.. taken.Select(pod => (pod.Key, pod.Value))];
        }

        public void Forget(string pod) => _pods.Remove(pod);

        public void Carry(string pod, long requests, long failures = 0, long toClient = 0, long toPod = 0, int sources = 0)
        {
            var before = _pods.GetValueOrDefault(pod) ?? new PodTraffic(pod, [0, 0, 0, 0, 0, 0], [.. new long[TrafficMeter.Bounds.Length + 1]], 0, 0, 0);
            _pods[pod] = before with
            {
                Requests = before.Requests.SetItem(2, before.Requests[2] + requests),
                Buckets = before.Buckets.SetItem(3, before.Buckets[3] + requests),
                DurationSum = before.DurationSum + (requests * 0.005),
                Failures = before.Failures + failures,
                BytesToClient = before.BytesToClient + toClient,
                BytesToPod = before.BytesToPod + toPod,
            };
            var sketch = _sources.TryGetValue(pod, out var known) ? known : _sources[pod] = new SourceSketch();
            for (var source = 1; source <= sources; source++) sketch.Note((ulong)source * 0x9e3779b97f4a7c15);
        }
    }
}
