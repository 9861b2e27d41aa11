using System.Collections.Concurrent;
using PodGate.Proxy.Turnstiles;
using PodGate.TestKit;
using Xunit.Abstractions;

namespace PodGate.Proxy.Tests.Turnstiles;

public sealed class TurnstileTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private readonly Turnstile _turnstile = new();

    [Fact]
    public void Limited_LetsSoManyThroughAndNoMore_UntilOneLeaves()
    {
        _turnstile.Limit(2);
        _turnstile.IsFull.Should().BeFalse();
        _turnstile.TryEnter().Should().BeTrue();
        _turnstile.TryEnter().Should().BeTrue();
        _turnstile.IsFull.Should().BeTrue();
        _turnstile.TryEnter().Should().BeFalse();
        _turnstile.Leave();
        _turnstile.TryEnter().Should().BeTrue();
        _turnstile.Read("a").Should().Be(new QueueReading("a", 2, 2, 0, 0, 0, 0));
    }

    [Fact]
    public void Line_IsFirstComeFirstServed_AndNobodyOvertakes()
    {
        _turnstile.Limit(1);
        _turnstile.TryEnter().Should().BeTrue();
        var waiters = Enumerable.Range(0, 4).Select(_ => _turnstile.Join(null, 10, Long)).ToArray();
        _turnstile.TakeOut(waiters[1], WaitEnd.Gone);
        for (var leaves = 0; leaves < 3; leaves++)
        {
            _turnstile.Leave();
            _turnstile.TryEnter().Should().BeFalse("whoever waits has the place");
        }

        waiters.Select(waiter => waiter.End).Should().Equal(WaitEnd.Turn, WaitEnd.Gone, WaitEnd.Turn, WaitEnd.Turn);
        _turnstile.Leave();
        _turnstile.TryEnter().Should().BeTrue();
        _turnstile.Read("a").Should().Be(new QueueReading("a", 1, 1, 0, 4, 0, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Line_ThatIsFull_TakesNobody(int length)
    {
        _turnstile.Limit(1);
        _turnstile.TryEnter().Should().BeTrue();
        for (var i = 0; i < length; i++) _turnstile.Join(null, length, Long).End.Should().Be(WaitEnd.None);
        _turnstile.Join(null, length, Long).End.Should().Be(WaitEnd.NoRoom);
        _turnstile.Read("a").Should().Be(new QueueReading("a", 1, 1, length, length, 1, 0));
    }

    [Fact]
    public void Line_WhenAPlaceCameFreeMeanwhile_HasIt()
    {
        _turnstile.Limit(1);
        var waiter = _turnstile.Join(null, 10, Long);
        waiter.End.Should().Be(WaitEnd.Turn);
        waiter.TakePlace().Should().BeSameAs(_turnstile);
        waiter.TakePlace().Should().BeNull("a place is given back once");
        _turnstile.Read("a").Should().Be(new QueueReading("a", 1, 1, 0, 0, 0, 0));
    }

    [Fact]
    public void Limit_Raised_LetsAsManyInAsThereIsRoomFor_AndLowered_LetsTheSurplusFinish()
    {
        _turnstile.Limit(1);
        _turnstile.TryEnter();
        var waiters = Enumerable.Range(0, 5).Select(_ => _turnstile.Join(null, 10, Long)).ToArray();
        _turnstile.Limit(3);
        waiters.Count(waiter => waiter.End == WaitEnd.Turn).Should().Be(2);
        _turnstile.Limit(1);
        _turnstile.Leave();
        _turnstile.Leave();
        waiters.Count(waiter => waiter.End == WaitEnd.Turn).Should().Be(2, "one still runs, and that is the limit");
        _turnstile.Leave();
        waiters.Count(waiter => waiter.End == WaitEnd.Turn).Should().Be(3);
        _turnstile.Limit(Turnstile.NoLimit);
        waiters.Count(waiter => waiter.End == WaitEnd.Turn).Should().Be(5);
        _turnstile.Read("a").Should().Be(new QueueReading("a", 0, 3, 0, 5, 0, 0));
    }

    [Fact]
    public async Task Waiting_EndsWhenTheTimeIsOver_OrTheClientIsGone()
    {
        var time = new ManualTime();
        using var gone = new CancellationTokenSource();
        _turnstile.Limit(1);
        _turnstile.TryEnter();
        var (patient, leaving) = (_turnstile.Join(null, 10, TimeSpan.FromSeconds(1)), _turnstile.Join(null, 10, TimeSpan.FromSeconds(9)));
        var waits = new[] { patient.WaitAsync(time, CancellationToken.None), leaving.WaitAsync(time, gone.Token) };
        time.Advance(TimeSpan.FromSeconds(0.999));
        patient.End.Should().Be(WaitEnd.None);
        time.Advance(TimeSpan.FromSeconds(0.001));
        patient.End.Should().Be(WaitEnd.TooLong);
        leaving.End.Should().Be(WaitEnd.None);
        await gone.CancelAsync();
        leaving.End.Should().Be(WaitEnd.Gone);
        await Task.WhenAll(waits).WaitAsync(TimeSpan.FromSeconds(10));
        time.ActiveTimers.Should().Be(0);
        _turnstile.Read("a").Should().Be(new QueueReading("a", 1, 1, 0, 2, 0, 1));
        _turnstile.Join(null, 10, TimeSpan.Zero).End.Should().Be(WaitEnd.TooLong);
    }

    // Whatever happens at once: never more than the limit, everybody has an end, and in the end every place is back.
    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 2)]
    [InlineData(8, 100)]
    public async Task ManyAtOnce_NeverMoreThanTheLimit_NobodyLost_NoPlaceLeft(int most, int length)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        _turnstile.Limit(most);
        var (inside, highest, entered, refused) = (0, 0, 0, 0);
        var ends = new ConcurrentBag<WaitEnd>();
        const int Threads = 16, Rounds = 400;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            var random = new Random(seed + thread);
            for (var round = 0; round < Rounds; round++)
            {
                var place = _turnstile.TryEnter() ? _turnstile : null;
                if (place is null)
                {
                    using var gone = new CancellationTokenSource();
                    var waiter = _turnstile.Join(null, length, random.Next(4) == 0 ? TimeSpan.FromMilliseconds(1) : Long);
                    if (random.Next(8) == 0) gone.CancelAfter(TimeSpan.FromMilliseconds(random.Next(3)));
                    await waiter.WaitAsync(TimeProvider.System, gone.Token).WaitAsync(Long);
                    ends.Add(waiter.End);
                    place = waiter.TakePlace();
                }

                if (place is null)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }

                Interlocked.Increment(ref entered);
                var now = Interlocked.Increment(ref inside);
                for (var seen = Volatile.Read(ref highest); now > seen; seen = Volatile.Read(ref highest)) Interlocked.CompareExchange(ref highest, now, seen);
                if (random.Next(2) == 0) await Task.Yield();
                Interlocked.Decrement(ref inside);
                place.Leave();
            }
        })));
        output.WriteLine($"{entered} entered, {refused} did not, at most {highest} at once; {string.Join(", ", ends.CountBy(end => end))}");
        highest.Should().BeLessThanOrEqualTo(most);
        (entered + refused).Should().Be(Threads * Rounds);
        ends.Should().NotContain(WaitEnd.None).And.NotContain(WaitEnd.Elsewhere);
        _turnstile.Read("a").Should().Match<QueueReading>(queue => queue.Running == 0 && queue.Waiting == 0);
        _turnstile.IsFull.Should().BeFalse();
        for (var i = 0; i < most; i++) _turnstile.TryEnter().Should().BeTrue("no place was lost");
    }

    [Fact]
    public async Task LimitThatChangesAllTheTime_LosesNobodyAndNoPlace()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                _turnstile.Limit(random.Next(5) is > 0 and var most ? most : Turnstile.NoLimit);
                await Task.Yield();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
        {
            for (var round = 0; round < 1_000; round++)
            {
                if (!_turnstile.TryEnter())
                {
                    var waiter = _turnstile.Join(null, 100, Long);
                    await waiter.WaitAsync(TimeProvider.System, CancellationToken.None).WaitAsync(Long);
                    waiter.TakePlace().Should().NotBeNull();
                }

                _turnstile.Leave();
            }
        })));
        await stop.CancelAsync();
        await changing;
        _turnstile.Read("a").Should().Match<QueueReading>(queue => queue.Running == 0 && queue.Waiting == 0);
    }
}
