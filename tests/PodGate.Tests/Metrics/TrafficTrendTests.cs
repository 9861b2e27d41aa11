using PodGate.Metrics;
using PodGate.Proxy.Signals;
using PodGate.TestKit;

namespace PodGate.Tests.Metrics;

/// <summary>The last hour, from counters that only grow.</summary>
public sealed class TrafficTrendTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly TrafficTrend _trend;
    private IReadOnlyList<PodTraffic> _traffic = [];

    public TrafficTrendTests() => _trend = new TrafficTrend(() => _traffic, _time);

    public void Dispose() => _trend.Dispose();

    /// <summary>What the counters say after so many requests, all of one class of durations.</summary>
    internal static PodTraffic Carried(string pod, long requests, long failures = 0, int bucket = 3)
    {
        var buckets = new long[TrafficMeter.Bounds.Length + 1];
        buckets[bucket] = requests;
        return new PodTraffic(pod, [0, 0, requests, 0, 0, 0], [.. buckets], 0, 0, 0) { Failures = failures };
    }

    [Fact]
    public void Steps_AreWhatCameBetweenTwoLooks()
    {
        Look(Carried("a", 300));
        Look(Carried("a", 900, failures: 60));
        Look(Carried("a", 900, failures: 60));
        var steps = _trend.Read("a");
        steps.Select(step => step.Until).Should().Equal(_time.GetUtcNow().AddSeconds(-60), _time.GetUtcNow().AddSeconds(-30), _time.GetUtcNow());
        steps.Select(step => (step.PerSecond, step.ErrorShare)).Should().Equal((10, 0), (20, 0.1), (0, 0));
        steps[0].Median.Should().BeApproximately(7.5f, 0.001f, "between 5 and 10 ms, as evenly spread");
        steps[0].Most.Should().BeApproximately(9.75f, 0.001f);
        float.IsNaN(steps[2].Median).Should().BeTrue("nothing ended");
    }

    [Fact]
    public void Pod_ThatComes_Goes_AndComesAgain_HasWhatWasSeenOfItSince()
    {
        Look(Carried("a", 30));
        Look(Carried("a", 60), Carried("b", 30));
        _trend.Read("b").Select(step => step.Requests).Should().Equal(30);
        Look(Carried("a", 60));
        _trend.Read("b").Should().BeEmpty();
        Look(Carried("a", 60), Carried("b", 3));
        _trend.Read("b").Select(step => step.Requests).Should().Equal(3);
        _trend.Pods.Should().BeEquivalentTo("a", "b");
    }

    [Fact]
    public void Counters_ThatBeganAnewBetweenTwoLooks_CountFromZero()
    {
        Look(Carried("a", 300, failures: 10));
        Look(Carried("a", 30, failures: 3));
        var step = _trend.Read("a")[^1];
        (step.Requests, step.Failures).Should().Be((30, 3));
        step.Median.Should().BeApproximately(7.5f, 0.001f);
    }

    [Fact]
    public void Steps_OfMoreThanAnHour_AreTheLastHours()
    {
        for (var i = 1; i <= TrafficTrend.Kept + 7; i++) Look(Carried("a", i * i));
        var steps = _trend.Read("a");
        steps.Should().HaveCount(TrafficTrend.Kept);
        steps[^1].Until.Should().Be(_time.GetUtcNow());
        steps[0].Until.Should().Be(_time.GetUtcNow() - (TrafficTrend.Pause * (TrafficTrend.Kept - 1)));
        steps.Select(step => step.Requests).Should().Equal(Enumerable.Range(8, TrafficTrend.Kept).Select(i => (long)((2 * i) - 1)));
        _trend.Looks.Should().Be(TrafficTrend.Kept + 7);
    }

    [Fact]
    public void Failures_ThatOtherPodsMadeGood_AreNeverMoreThanAll()
    {
        Look(Carried("a", 1, failures: 9));
        _trend.Read("a")[0].ErrorShare.Should().Be(1);
    }

    [Theory]
    [InlineData(0, 0, 0, double.NaN)]
    [InlineData(10, 0, 0, 0.5)]
    [InlineData(0, 10, 0, 1.75)]
    [InlineData(5, 5, 0, 1)]
    [InlineData(2, 8, 0, 1.5625)]
    [InlineData(0, 0, 10, 30_000)]
    public void Median_IsReadFromTheBuckets(long first, long second, long beyond, double expected)
    {
        var buckets = new long[TrafficMeter.Bounds.Length + 1];
        (buckets[0], buckets[1], buckets[^1]) = (first, second, beyond);
        var median = TrafficTrend.Quantile(buckets, 0.5);
        if (double.IsNaN(expected)) float.IsNaN(median).Should().BeTrue();
        else ((double)median).Should().BeApproximately(expected, 0.001);
    }

    private void Look(params PodTraffic[] traffic)
    {
        _traffic = traffic;
        _time.Advance(TrafficTrend.Pause);
    }
}
