using PodGate.TestKit;

namespace PodGate.Control.Tests.Configuration;

/// <summary>The clock of all tests keeps what it promises.</summary>
public sealed class ManualTimeTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_FireInOrderOfDueTime_EachAtItsTime()
    {
        var start = _time.GetUtcNow();
        using var late = Timer("late", 3);
        using var first = Timer("first", 1);
        using var second = Timer("second", 1);
        using var never = Timer("never", 11);

        _time.Advance(TimeSpan.FromSeconds(10));

        _fired.Should().Equal("first@1", "second@1", "late@3");
        _time.GetUtcNow().Should().Be(start.AddSeconds(10));
        _time.NextDue.Should().Be(TimeSpan.FromSeconds(1));
        _time.ActiveTimers.Should().Be(1);
    }

    [Fact]
    public void PeriodicTimer_FiresEachPeriod_UntilItIsDisposed()
    {
        var timer = Timer("p", 1, 2);
        _time.Advance(TimeSpan.FromSeconds(6));
        _fired.Should().Equal("p@1", "p@3", "p@5");

        timer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(6));
        _fired.Should().HaveCount(3);
        timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Should().BeFalse();
        _time.ActiveTimers.Should().Be(0);
    }

    [Fact]
    public void TimerMadeOrChangedInACallback_FiresInTheSameAdvance()
    {
        ITimer? other = null;
        using var stopped = Timer("stopped", 4);
        using var timer = _time.CreateTimer(
            _ =>
            {
                stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                other = Timer("made", 2);
            },
            null,
            TimeSpan.FromSeconds(3),
            Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(5));

        _fired.Should().Equal("made@5");
        other!.Dispose();
    }

    [Theory]
    [InlineData(ManualTime.DefaultFrequency)]
    [InlineData(TimeSpan.TicksPerSecond)]
    [InlineData(1_000_000_000)]
    public void Timestamps_MeasureWhatWasAdvanced_Exactly(long frequency)
    {
        var time = new ManualTime(frequency: frequency);
        foreach (var milliseconds in new[] { 0.0001, 1, 33.3333, 200, 86_400_000 })
        {
            var before = time.GetTimestamp();
            time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            time.GetElapsedTime(before).Should().BeCloseTo(TimeSpan.FromMilliseconds(milliseconds), frequency == 1_000_000_000 ? TimeSpan.FromTicks(1) : TimeSpan.Zero);
        }
    }

    [Fact]
    public void OddFrequency_StaysWithinOneStampAndNeverGoesBack()
    {
        var time = new ManualTime(frequency: 9_999_991, firstStamp: 7);
        var last = time.GetTimestamp();
        last.Should().Be(7);
        for (var i = 0; i < 1000; i++)
        {
            time.Advance(TimeSpan.FromTicks(12_345));
            var now = time.GetTimestamp();
            now.Should().BeGreaterThan(last);
            last = now;
        }

        time.GetElapsedTime(7).Should().BeCloseTo(time.Elapsed, TimeSpan.FromTicks(2));
    }

    [Fact]
    public void StepOfTheWallClock_MovesNeitherTimersNorTimestamps()
    {
        using var timer = Timer("t", 1);
        var (stamp, now) = (_time.GetTimestamp(), _time.GetUtcNow());

        _time.StepWallClock(TimeSpan.FromHours(-5));

        _fired.Should().BeEmpty();
        _time.GetTimestamp().Should().Be(stamp);
        _time.GetUtcNow().Should().Be(now.AddHours(-5));
    }

    [Fact]
    public async Task DelaysPeriodicTimersAndTimeouts_OfThePlatform_FollowTheClock()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(1), _time);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
        using var periodic = new PeriodicTimer(TimeSpan.FromSeconds(3), _time);
        var tick = periodic.WaitForNextTickAsync().AsTask();

        _time.Advance(TimeSpan.FromSeconds(1));
        await delay.WaitAsync(TimeSpan.FromSeconds(30));
        (timeout.IsCancellationRequested, tick.IsCompleted).Should().Be((false, false));
        _time.Advance(TimeSpan.FromSeconds(1));
        timeout.IsCancellationRequested.Should().BeTrue();
        _time.Advance(TimeSpan.FromSeconds(1));
        (await tick.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue();
    }

    [Fact]
    public async Task TimerDueAtOnce_FiresWithoutAnAdvance_AndNotInTheCallThatMadeIt()
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = Environment.CurrentManagedThreadId;
        var sameThread = false;
        var isMade = new ManualResetEventSlim();
        await using var timer = _time.CreateTimer(
            _ =>
            {
                sameThread = thread == Environment.CurrentManagedThreadId && !isMade.IsSet;
                fired.SetResult();
            },
            null,
            TimeSpan.Zero,
            Timeout.InfiniteTimeSpan);
        isMade.Set();

        await fired.Task.WaitAsync(TimeSpan.FromSeconds(30));
        sameThread.Should().BeFalse();
    }

    [Fact]
    public async Task AdvanceUntil_DrivesALoopOnAnotherThread_OrGivesUp()
    {
        var rounds = 0;
        using var stop = new CancellationTokenSource();
        var loop = Task.Run(async () =>
        {
            for (; rounds < 50; rounds++)
                await Task.Delay(TimeSpan.FromMilliseconds(200), _time, stop.Token);
        });
        await _time.WaitForTimersAsync();

        (await _time.AdvanceUntilAsync(() => rounds >= 20, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1))).Should().BeTrue();
        (await _time.AdvanceUntilAsync(() => false, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3))).Should().BeFalse();

        await stop.CancelAsync();
        await loop.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public void Advancing_FromManyThreads_LosesNothing()
    {
        var count = 0;
        using var timer = _time.CreateTimer(_ => count++, null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));

        Parallel.For(0, 100, _ => _time.Advance(TimeSpan.FromMilliseconds(10)));

        _time.Elapsed.Should().Be(TimeSpan.FromSeconds(1));
        count.Should().Be(1000);
    }

    private ITimer Timer(string name, int due, int period = -1) => _time.CreateTimer(
        _ => _fired.Add($"{name}@{_time.Elapsed.TotalSeconds}"),
        null,
        TimeSpan.FromSeconds(due),
        period < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(period));
}
