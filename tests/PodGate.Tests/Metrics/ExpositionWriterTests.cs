using System.Text;
using PodGate.Metrics;

namespace PodGate.Tests.Metrics;

public sealed class ExpositionWriterTests
{
    private static string Page(Action<ExpositionWriter> write, bool isOpenMetrics = false)
    {
        using var writer = new ExpositionWriter(isOpenMetrics);
        write(writer);
        return Encoding.UTF8.GetString(writer.Written.Span);
    }

    [Fact]
    public void Sample_LabelsAndHelp_AreEscaped() => Page(writer =>
    {
        writer.Family("a_total", MetricKind.Counter, "A \\ and a\nline and \"quotes\".");
        writer.Sample(1, new Label("pod", "a\"b\\c\nd"), new Label("name", "größe"));
    }).Should().Be("# HELP a_total A \\\\ and a\\nline and \"quotes\".\n# TYPE a_total counter\na_total{pod=\"a\\\"b\\\\c\\nd\",name=\"größe\"} 1\n");

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.1, "0.1")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(1e300, "1E+300")]
    [InlineData(123456789012, "123456789012")]
    [InlineData(-7, "-7")]
    [InlineData(999999999999999, "999999999999999")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Single_Number_IsWrittenSoThatItReadsBack(double value, string text) =>
        Page(writer => writer.Single("a", MetricKind.Gauge, "A.", value)).Should().EndWith($"\na {text}\n");

    [Fact]
    public void Histogram_Counts_BecomeCumulative() => Page(writer =>
    {
        writer.Family("h_seconds", MetricKind.Histogram, "H.");
        writer.Histogram([0.5, 1], [1, 2, 3], 4.5, new Label("pod", "a"));
    }).Should().EndWith(
        "h_seconds_bucket{pod=\"a\",le=\"0.5\"} 1\nh_seconds_bucket{pod=\"a\",le=\"1\"} 3\n" +
        "h_seconds_bucket{pod=\"a\",le=\"+Inf\"} 6\nh_seconds_sum{pod=\"a\"} 4.5\nh_seconds_count{pod=\"a\"} 6\n");

    [Fact]
    public void OpenMetrics_NamesFamiliesWithoutSuffix_WritesBoundsAsFloats_AndEnds() => Page(writer =>
    {
        writer.Single("a_total", MetricKind.Counter, "A \"counter\".", 3);
        writer.Family("h_seconds", MetricKind.Histogram, "H.");
        writer.Histogram([0.5, 1], [1, 2, 3], 4.5);
        writer.End();
    }, isOpenMetrics: true).Should().Be(
        "# HELP a A \\\"counter\\\".\n# TYPE a counter\na_total 3\n# HELP h_seconds H.\n# TYPE h_seconds histogram\n" +
        "h_seconds_bucket{le=\"0.5\"} 1\nh_seconds_bucket{le=\"1.0\"} 3\nh_seconds_bucket{le=\"+Inf\"} 6\nh_seconds_sum 4.5\nh_seconds_count 6\n# EOF\n");

    [Theory]
    [InlineData(true, "h_seconds_bucket{pod=\"a\",le=\"0.5\"} 1\nh_seconds_bucket{pod=\"a\",le=\"+Inf\"} 3 # {trace_id=\"4bf92f35\"} 2.25 1764374400.125\n")]
    [InlineData(false, "h_seconds_bucket{pod=\"a\",le=\"0.5\"} 1\nh_seconds_bucket{pod=\"a\",le=\"+Inf\"} 3\n")]
    public void Exemplars_AreInOpenMetricsOnly(bool isOpenMetrics, string buckets) => Page(writer =>
    {
        writer.Family("h_seconds", MetricKind.Histogram, "H.");
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_764_374_400_125);
        writer.SampledHistogram([0.5], [1, 2], 4.5, [null, new SampleOfBucket(new Label("trace_id", "4bf92f35"), 2.25, at)], new Label("pod", "a"));
    }, isOpenMetrics).Should().Contain(buckets);

    [Fact]
    public void Page_LargerThanItsBuffer_Grows()
    {
        var page = Page(writer =>
        {
            writer.Family("a", MetricKind.Gauge, "A.");
            for (var index = 0; index < 20_000; index++) writer.Sample(index, new Label("pod", "pod-" + index));
        });
        page.Split('\n').Should().HaveCount(20_003).And.Contain("a{pod=\"pod-19999\"} 19999");
    }

    [Fact]
    public void Misuse_IsRefused()
    {
        var twice = () => Page(writer =>
        {
            writer.Family("a", MetricKind.Gauge, "A.");
            writer.Family("a", MetricKind.Gauge, "A.");
        });
        var orphan = () => Page(writer => writer.Sample(1));
        var wrongKind = () => Page(writer =>
        {
            writer.Family("h", MetricKind.Histogram, "H.");
            writer.Sample(1);
        });
        twice.Should().Throw<InvalidOperationException>();
        orphan.Should().Throw<InvalidOperationException>();
        wrongKind.Should().Throw<InvalidOperationException>();
    }
}
