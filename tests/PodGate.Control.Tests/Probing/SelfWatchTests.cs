using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Probing;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Probing;

/// <summary>The gate's own punctuality, with beats that come when the test says so.</summary>
public sealed class SelfWatchTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();
    private readonly Queue<Action> _pool = new();
    private readonly SelfWatch _watch;
    private bool _poolStarves;

    public SelfWatchTests() => _watch = new SelfWatch(_time, NullLogger<SelfWatch>.Instance, work =>
    {
        if (_poolStarves) _pool.Enqueue(work);
        else work();
    });

    public void Dispose() => _watch.Dispose();

    [Fact]
    public void Punctual_IsNeverLate()
    {
        var start = _time.GetUtcNow();
        for (var i = 0; i < 200; i++) BeatAfter(i % 2 == 0 ? 20 : 110);
        _watch.LatenessIn(start, _time.GetUtcNow()).Should().Be(TimeSpan.Zero);
        _watch.Read().Should().BeEquivalentTo(new { Largest = TimeSpan.Zero, Spells = 0L, PoolDelay = TimeSpan.Zero });
    }

    [Fact]
    public void Stopped_IsKnownBeforeTheNextBeat()
    {
        BeatAfter(20);
        var sent = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(5));
        // No beat yet: this is the first microsecond after SIGCONT.
        _watch.LatenessIn(sent, _time.GetUtcNow()).Should().Be(TimeSpan.FromSeconds(4.98));
        _watch.WasLate(sent, _time.GetUtcNow(), Second).Should().BeTrue();
        _watch.Read().Should().BeEquivalentTo(new { Largest = TimeSpan.FromSeconds(4.98), Spells = 1L });

        _watch.BeatNow();
        _watch.WasLate(sent, _time.GetUtcNow(), Second).Should().BeTrue("and afterwards just the same");
        _watch.Read().Spells.Should().Be(1);
    }

    [Theory]
    [InlineData(-900, -100, false)]
    [InlineData(-900, 1, true)]
    [InlineData(100, 200, true)]
    [InlineData(1999, 3000, true)]
    [InlineData(2001, 3000, false)]
    public void Spell_CountsForWhatItOverlaps(int from, int until, bool late)
    {
        for (var i = 0; i < 50; i++) BeatAfter(20);
        var stopped = _time.GetUtcNow();
        BeatAfter(2000);
        for (var i = 0; i < 100; i++) BeatAfter(20);
        _watch.WasLate(stopped.AddMilliseconds(from), stopped.AddMilliseconds(until), Second).Should().Be(late);
    }

    [Theory]
    [InlineData(1000, 270, false)]
    [InlineData(1000, 271, true)]
    [InlineData(4000, 1020, false)]
    [InlineData(4000, 1021, true)]
    [InlineData(50, 270, false)]
    public void Limit_IsAQuarterOfTheTimeout_And250MillisecondsAtLeast(int timeout, int gap, bool late)
    {
        var sent = _time.GetUtcNow();
        BeatAfter(gap);
        _watch.WasLate(sent, _time.GetUtcNow(), TimeSpan.FromMilliseconds(timeout)).Should().Be(late);
    }

    [Fact]
    public void StarvedPool_IsLatenessToo()
    {
        _poolStarves = true;
        for (var i = 0; i < 5; i++) BeatAfter(20);
        var sent = _time.GetUtcNow();
        for (var i = 0; i < 20; i++) BeatAfter(20);
        _pool.Should().ContainSingle("one errand at a time, however long it takes");
        _watch.LatenessIn(sent, _time.GetUtcNow()).Should().Be(TimeSpan.FromMilliseconds(400), "it has not begun yet");
        _watch.Read().PoolDelay.Should().Be(TimeSpan.FromMilliseconds(400));

        _pool.Dequeue()();
        BeatAfter(20);
        _watch.LatenessIn(sent, _time.GetUtcNow()).Should().Be(TimeSpan.FromMilliseconds(400));
        _watch.Read().Should().BeEquivalentTo(new { Largest = TimeSpan.FromMilliseconds(400), Spells = 1L, PoolDelay = TimeSpan.FromMilliseconds(400) });
    }

    [Fact]
    public void OtherPlace_ThatIsHeldUp_IsLatenessToo()
    {
        var held = new Queue<Action>();
        _watch.Add(work => work());
        _watch.Add(held.Enqueue);
        for (var i = 0; i < 5; i++) BeatAfter(20);
        var sent = _time.GetUtcNow();
        for (var i = 0; i < 20; i++) BeatAfter(20);
        held.Should().ContainSingle("one errand at a time, however long it takes");
        _watch.LatenessIn(sent, _time.GetUtcNow()).Should().Be(TimeSpan.FromMilliseconds(400), "it has not begun yet");
        held.Dequeue()();
        for (var i = 0; i < 5; i++) BeatAfter(20);
        held.Dequeue()();
        _watch.LatenessIn(sent, _time.GetUtcNow()).Should().Be(TimeSpan.FromMilliseconds(400), "it is remembered");
        _watch.Read().Should().BeEquivalentTo(new { Largest = TimeSpan.FromMilliseconds(400), Spells = 1L, PoolDelay = TimeSpan.Zero });
    }

    [Fact]
    public void Largest_IsForgottenAfterAMinute_TheCountIsNot()
    {
        BeatAfter(500);
        for (var i = 0; i < 3001; i++) BeatAfter(20);
        _watch.Read().Should().BeEquivalentTo(new { Largest = TimeSpan.Zero, Spells = 1L });
        for (var i = 0; i < 1000; i++) BeatAfter(200);
        _watch.Read().Spells.Should().Be(1001);
    }

    [Fact]
    public async Task Thread_BeatsInRealTime()
    {
        using var watch = new SelfWatch(TimeProvider.System, NullLogger<SelfWatch>.Instance);
        watch.Start();
        watch.Start();
        var start = TimeProvider.System.GetUtcNow();
        // Half a second without a beat would be lateness; on a machine that has nothing else to do there is none, and on this one it ends.
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() is var now && now - start > Second && watch.LatenessIn(now.AddMilliseconds(-1), now) == TimeSpan.Zero, "a beat");
    }

    private void BeatAfter(int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _watch.BeatNow();
    }
}
