using PodGate.Proxy.Forwarding;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests.Forwarding;

public sealed class WatchTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    [Fact]
    public void Deadline_Passed_EndsAndSaysWhy()
    {
        using var watch = Begun();
        watch.Set(20 * Second);
        _time.Advance(19.9 * Second);
        watch.Token.IsCancellationRequested.Should().BeFalse();
        _time.Advance(0.2 * Second);
        watch.Token.IsCancellationRequested.Should().BeTrue();
        watch.IsOverdue.Should().BeTrue();
    }

    [Fact]
    public void Deadline_MovedAgainAndAgain_NeverEndsAndTouchesOneTimer()
    {
        using var watch = Begun();
        for (var i = 0; i < 100; i++)
        {
            watch.Set(2 * Second);
            _time.Advance(Second);
        }

        watch.Token.IsCancellationRequested.Should().BeFalse();
        _time.ActiveTimers.Should().Be(1);
        _time.Advance(1.1 * Second);
        watch.IsOverdue.Should().BeTrue();
    }

    [Fact]
    public void Deadline_MovedForward_EndsAtTheEarlierTime()
    {
        using var watch = Begun();
        watch.Set(60 * Second);
        watch.Set(2 * Second);
        _time.Advance(2.1 * Second);
        watch.IsOverdue.Should().BeTrue();
    }

    [Fact]
    public void Deadline_TakenBack_NeverEnds()
    {
        using var watch = Begun();
        watch.Set(2 * Second);
        watch.Set(Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromHours(1));
        watch.Token.IsCancellationRequested.Should().BeFalse();
        _time.ActiveTimers.Should().Be(0, "a timer that rang for nothing is not set again");
    }

    [Fact]
    public void Token_OfAnAttemptInTime_IsTheNextOnesToo()
    {
        using var watch = Begun();
        var token = watch.Token;
        watch.Set(2 * Second);
        watch.Begin();
        watch.Token.Should().Be(token);
        _time.Advance(TimeSpan.FromHours(1));
        token.IsCancellationRequested.Should().BeFalse("the next attempt has no deadline");
    }

    [Fact]
    public void Token_ThatFired_IsNobodysAnyMore()
    {
        using var watch = Begun();
        watch.Set(Second);
        _time.Advance(2 * Second);
        watch.Set(Second);
        watch.IsOverdue.Should().BeTrue("what has ended stays so");
        watch.Begin();
        watch.IsOverdue.Should().BeFalse();
        watch.Token.IsCancellationRequested.Should().BeFalse();
    }

    [Fact]
    public async Task Stop_Called_EndsWithoutBeingOverdue()
    {
        using var watch = Begun();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = watch.Token.UnsafeRegister(_ => done.SetResult(), null);
        watch.Stop();
        watch.Token.IsCancellationRequested.Should().BeTrue();
        watch.IsOverdue.Should().BeFalse();
        await done.Task.WaitAsync(10 * Second);
    }

    // Attempts of random length on one watch, while its timer rings on other threads: only one that was told to be overdue is.
    [Fact]
    public async Task Deadlines_OfShortAttempts_NeverEndALaterOne()
    {
        using var watch = new Watch(TimeProvider.System);
        var wrong = 0;
        for (var i = 0; i < 3000; i++)
        {
            watch.Begin();
            if (watch.Token.IsCancellationRequested) wrong++;
            watch.Set(TimeSpan.FromMilliseconds(i % 3));
            if (i % 7 == 0) await Task.Delay(1);
            watch.Set(Timeout.InfiniteTimeSpan);
            if (watch.Token.IsCancellationRequested && !watch.IsOverdue) await RingAsync(watch);
        }

        wrong.Should().Be(0);

        static Task RingAsync(Watch watch) => Soon.BeTrueAsync(() => watch.IsOverdue, "who was ended was overdue");
    }

    private Watch Begun()
    {
        var watch = new Watch(_time);
        watch.Begin();
        return watch;
    }
}
