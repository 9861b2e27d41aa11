using System.Globalization;
using System.Text;
using PodGate.Core.Health;

namespace PodGate.Core.Tests.Health;

/// <summary>What a document says about itself: when, how often, whose, of which version.</summary>
public sealed class FieldTests
{
    [Theory]
    [InlineData("\"2026-11-23T22:22:46Z\"", "2026-11-23T22:22:46.0000000+00:00")]
    [InlineData("\"2026-11-23T22:22:46.5+01:00\"", "2026-11-23T21:22:46.5000000+00:00")]
    [InlineData("\"2026-11-23T22:22:46.123456789Z\"", "2026-11-23T22:22:46.1234567+00:00")]
    [InlineData("\"2026-11-23 22:22:46\"", "2026-11-23T22:22:46.0000000+00:00")]
    [InlineData("\"2026-11-23T22:22:46+0100[Europe/Berlin]\"", "2026-11-23T21:22:46.0000000+00:00")]
    [InlineData("\"2026-11-23T22:22Z\"", "2026-11-23T22:22:00.0000000+00:00")]
    [InlineData("\"Mon, 23 Nov 2026 22:22:46 GMT\"", "2026-11-23T22:22:46.0000000+00:00")]
    [InlineData("1795472566", "2026-11-23T22:22:46.0000000+00:00")]
    [InlineData("1795472566.25", "2026-11-23T22:22:46.2500000+00:00")]
    [InlineData("1795472566250", "2026-11-23T22:22:46.2500000+00:00")]
    [InlineData("\"22:22\"", null)]
    [InlineData("\"today\"", null)]
    [InlineData("\"2026-11-23\"", null)]
    [InlineData("\"2026-13-23T22:22:46Z\"", null)]
    [InlineData("\"2026-02-30T22:22:46Z\"", null)]
    [InlineData("\"2026-11-23T22:22:46+99:00\"", null)]
    [InlineData("\"0001-01-01T00:00:00+14:00\"", null)]
    [InlineData("12", null)]
    [InlineData("1e400", null)]
    [InlineData("-1795472566", null)]
    [InlineData("null", null)]
    [InlineData("{\"at\":1}", null)]
    public void Timestamps_InTheirManyShapes_AreRead(string value, string? expected) =>
        (Read($"\"timestamp\":{value}").ObservedAt?.ToString("O", CultureInfo.InvariantCulture)).Should().Be(expected);

    [Theory]
    [InlineData("12", 12.0)]
    [InlineData("12.5", 12.5)]
    [InlineData("\"12.5\"", 12.5)]
    [InlineData("\"1.02:03:04\"", 93784.0)]
    [InlineData("\"00:00:01.5\"", 1.5)]
    [InlineData("\"PT1H2M3.5S\"", 3723.5)]
    [InlineData("\"P1DT1S\"", 86401.0)]
    [InlineData("\"P\"", null)]
    [InlineData("\"PT\"", null)]
    [InlineData("\"P999999DT99999999H\"", null)]
    [InlineData("\"3 days\"", null)]
    [InlineData("\"-1\"", null)]
    [InlineData("\"-00:01:00\"", null)]
    [InlineData("-1", null)]
    [InlineData("1e300", null)]
    public void Uptimes_InTheirManyShapes_AreRead(string value, double? seconds) => (Read($"\"uptime\":{value}").Uptime?.TotalSeconds).Should().Be(seconds);

    [Theory]
    [InlineData("7", 7L)]
    [InlineData("\"7\"", 7L)]
    [InlineData("-7", -7L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", null)]
    [InlineData("7.5", null)]
    [InlineData("\"seven\"", null)]
    [InlineData("true", null)]
    public void Sequences_AreWholeNumbers(string value, long? expected) => Read($"\"sequence\":{value}").Sequence.Should().Be(expected);

    [Theory]
    [InlineData("observedAt")]
    [InlineData("ObservedAt")]
    [InlineData("observed_at")]
    [InlineData("checked-at")]
    [InlineData("TIMESTAMP")]
    [InlineData("time")]
    [InlineData("last_updated")]
    [InlineData("updatedAt")]
    public void CommonNames_InAnySpelling_AreKnown(string name) => Read($"\"{name}\":1795472566").ObservedAt.Should().NotBeNull();

    [Theory]
    [InlineData("\"pod\":\"pod-a\"", "pod-a")]
    [InlineData("\"podName\":\"pod-a\"", "pod-a")]
    [InlineData("\"POD_ID\":\"pod-a\"", "pod-a")]
    [InlineData("\"info\":{\"pod\":\"pod-a\"}", "pod-a")]
    [InlineData("\"info\":{\"pod\":\"pod-b\"},\"pod\":\"pod-a\"", "pod-a")]
    [InlineData("\"pod\":7", "7")]
    [InlineData("\"pod\":\"a\\u001b[2Jb\"", "a\uFFFD[2Jb")]
    [InlineData("\"name\":\"pod-a\"", null)]
    [InlineData("\"serviceId\":\"pod-a\"", null)]
    [InlineData("\"deep\":{\"pod\":\"pod-a\"}", null)]
    [InlineData("\"pod\":\"\"", null)]
    [InlineData("\"pod\":[\"pod-a\"]", null)]
    public void Identity_OfCommonNames_IsRead(string fields, string? expected) => Read(fields).Identity.Should().Be(expected);

    [Fact]
    public void Identity_TooLong_IsNone() => Read($"\"pod\":\"{new string('a', 64)}\"").Identity.Should().BeNull();

    [Theory]
    [InlineData("\"version\":\"4.2\"", "4.2")]
    [InlineData("\"releaseId\":\"4.2-rc1\"", "4.2-rc1")]
    [InlineData("\"details\":{\"version\":4.2}", "4.2")]
    [InlineData("\"release\":\"x\"", null)]
    public void Version_OfCommonNames_IsRead(string fields, string? expected) => Read(fields).Version.Should().Be(expected);

    [Theory]
    [InlineData("build.n", "\"build\":{\"n\":5}", "5")]
    [InlineData("Build.N", "\"build\":{\"n\":\"x\"}", "x")]
    [InlineData("build.n", "\"build.n\":true", "true")]
    [InlineData("a.b.c", "\"a.b\":{\"c\":1}", "1")]
    [InlineData("checks.1.time", "\"checks\":[{\"time\":1},{\"time\":2}]", "2")]
    [InlineData("checks.2.time", "\"checks\":[{\"time\":1},{\"time\":2}]", null)]
    [InlineData("checks.-1.time", "\"checks\":[{\"time\":1},{\"time\":2}]", null)]
    [InlineData("Größe", "\"größe\":1,\"Größe\":2", "2")]
    [InlineData("n", "\"\\u006e\":1", "1")]
    [InlineData("build.n", "\"build\":7", null)]
    [InlineData("build", "\"build\":{\"n\":5}", null)]
    [InlineData("build", "\"build\":null", null)]
    [InlineData("..", "\"\":{\"\":{\"\":3}}", null)]
    public void FieldsThatAreNamed_AreFoundAtTheirPath(string path, string fields, string? expected)
    {
        var settings = new HealthSettings(new Uri("http://127.0.0.1/health"))
            { Freshness = new FreshnessSettings { Field = path }, Identity = new IdentitySettings { Field = path } };
        var reading = Read(fields, settings);
        reading.FreshnessMark.Should().Be(expected);
        reading.Identity.Should().Be(expected);
    }

    [Fact]
    public void FieldThatIsNamed_IsTheOnlyIdentity() => Read(
        "\"pod\":\"pod-a\"", new HealthSettings(new Uri("http://127.0.0.1/health")) { Identity = new IdentitySettings { Field = "name" } }).Identity.Should().BeNull();

    // What says when the pod looked goes before what may be the time of anything.
    [Fact]
    public void SeveralTimes_TheTellingOneCounts()
    {
        var reading = Read("\"time\":1795472500,\"timestamp\":1795472510,\"observedAt\":1795472520");
        reading.ObservedAt.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1795472520));
        reading.SaysWhenItLooked.Should().BeTrue();
        Read("\"timestamp\":1795472510").SaysWhenItLooked.Should().BeFalse("it may be that of a build");
        Read("\"observedAt\":\"2026-11-23T22:22:46\"").SaysWhenItLooked.Should().BeFalse("nobody knows in which zone");
    }

    [Fact]
    public void HealthJson_TimesOfChecks_AreWhenItLooked() => Read(
        "\"checks\":{\"a\":[{\"status\":\"pass\",\"time\":\"2026-11-23T22:22:46Z\"}],\"b\":[{\"time\":\"2026-11-23T22:22:47Z\"},{\"time\":\"x\"}]}").ObservedAt
            .Should().Be(new DateTimeOffset(2026, 11, 23, 22, 22, 47, TimeSpan.Zero));

    [Fact]
    public void Header_IsTheIdentityOfTheAnswer()
    {
        HealthDocument.Read(200, null, default, truncated: false, null, " pod-a ").HeaderIdentity.Should().Be("pod-a");
        HealthDocument.Read(200, null, default, truncated: false, null, "").HeaderIdentity.Should().BeNull();
        HealthDocument.Read(200, null, default, truncated: false).HeaderIdentity.Should().BeNull();
    }

    private static HealthReading Read(string fields, HealthSettings? settings = null)
    {
        var reading = HealthDocument.Read(200, "application/json", Encoding.UTF8.GetBytes("{\"status\":\"UP\"," + fields + "}"), truncated: false, settings);
        reading.Result.Should().Be(ProbeResult.Healthy);
        return reading;
    }
}
