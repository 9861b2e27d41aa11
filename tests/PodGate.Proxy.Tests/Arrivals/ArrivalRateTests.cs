using PodGate.Proxy.Arrivals;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests.Arrivals;

public sealed class ArrivalRateTests
{
    private readonly ManualTime _time = new();
    private readonly ArrivalRate _rate;

    public ArrivalRateTests() => _rate = new ArrivalRate(_time);

    [Fact]
    public void NoLimit_NobodyWaits() => Enumerable.Range(0, 10_000).All(_ => _rate.Wait() == TimeSpan.Zero).Should().BeTrue();

    [Fact]
    public void AfterAQuietSecond_AsManyAsThatAtOnce_ThenInTurn_ThenNobody()
    {
        _rate.PerSecond = 10;
        _time.Advance(TimeSpan.FromSeconds(5));
        Enumerable.Range(0, 10).Select(_ => _rate.Wait()).Should().OnlyContain(wait => wait == TimeSpan.Zero);
        Enumerable.Range(1, 10).Select(_ => _rate.Wait()!.Value.TotalMilliseconds).Should().Equal(Enumerable.Range(1, 10).Select(turn => turn * 100.0));
        _rate.Wait().Should().BeNull("it would have to wait for more than a second");
        _rate.Wait().Should().BeNull();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        _rate.Wait()!.Value.Should().Be(TimeSpan.FromSeconds(1), "those who were sent away count for nothing");
        _time.Advance(TimeSpan.FromSeconds(2));
        _rate.Wait()!.Value.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void LimitTakenAway_NobodyWaitsFromThenOn()
    {
        _rate.PerSecond = 1;
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++) _rate.Wait();
        _rate.PerSecond = 0;
        _rate.Wait().Should().Be(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(300)]
    [InlineData(1_000_000)]
    public async Task ManyAtOnce_NoMoreThanABurstASecondAndAWaitingOne_AreLetIn(int perSecond)
    {
        _rate.PerSecond = perSecond;
        _time.Advance(TimeSpan.FromSeconds(3));
        var (at, later) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Math.Min(perSecond, 2_000); i++)
            {
                if (_rate.Wait() is not { } wait) continue;
                if (wait == TimeSpan.Zero) Interlocked.Increment(ref at);
                else Interlocked.Increment(ref later);
            }
        })));
        at.Should().BeLessThanOrEqualTo(perSecond);
        later.Should().BeLessThanOrEqualTo(perSecond + 1);
        (at + later).Should().BeGreaterThanOrEqualTo(Math.Min(perSecond, 2_000));
    }
}
