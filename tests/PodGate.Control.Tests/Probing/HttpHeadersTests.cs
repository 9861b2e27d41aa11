using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PodGate.Control.Probing;
using PodGate.Core.Health;

namespace PodGate.Control.Tests.Probing;

/// <summary>What is sent with a question for health, and what besides the document is read from its answer.</summary>
public sealed class HttpHeadersTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task ConfiguredHeaders_AreSent_AndReplaceTheGatesOwn()
    {
        await using var raw = RawPod.AnsweringWith("Healthy");
        await AskAsync(raw, health => health with
        {
            Headers = ImmutableSortedDictionary<string, string>.Empty
                .Add("Authorization", "Bearer abc").Add("Host", "shop.example").Add("accept", "application/health+json").Add("Content-Type", "text/x")
                .Add("Content-Length", "99").Add("Connection", "keep-alive").Add("User-Agent", "me"),
        });
        var lines = raw.Requests.Single().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Should().Contain(["Authorization: Bearer abc", "Host: shop.example", "Accept: application/health+json", "User-Agent: me", "Connection: close"]);
        lines.Should().NotContain(line => line.Contains("99") || line.Contains("keep-alive"), "those belong to the connection");
        lines.Should().Contain("Cache-Control: no-cache");
    }

    [Theory]
    [InlineData("Age: 42\r\n", 42)]
    [InlineData("Age:  7 \r\n", 7)]
    [InlineData("Age: 3, 9\r\n", 3)]
    [InlineData("Age: 99999999999999\r\n", int.MaxValue)]
    [InlineData("Age: -5\r\n", null)]
    [InlineData("Age: soon\r\n", null)]
    [InlineData("", null)]
    public async Task Age_IsRead(string header, int? seconds)
    {
        await using var raw = RawPod.Answering($"HTTP/1.1 200 OK\r\n{header}Content-Length: 7\r\n\r\nHealthy");
        var report = await AskAsync(raw);
        report.Result.Should().Be(ProbeResult.Healthy, "what follows from it is the judge's business");
        report.CacheAge.Should().Be(seconds is { } known ? TimeSpan.FromSeconds(known) : null);
    }

    [Theory]
    [InlineData("pod-b", "pod-b")]
    [InlineData("a\u001b[31mb", "a\uFFFD[31mb")]
    [InlineData("", null)]
    public async Task Identity_IsReadFromTheHeader(string sent, string? read)
    {
        await using var raw = RawPod.Answering($"HTTP/1.1 200 OK\r\nX-Me: {sent}\r\nContent-Length: 7\r\n\r\nHealthy");
        (await AskAsync(raw, health => health with { Identity = new IdentitySettings { Header = "x-me" } })).Document!.HeaderIdentity.Should().Be(read);
        (await AskAsync(raw)).Document!.HeaderIdentity.Should().BeNull("nobody said where it is");
    }

    [Fact]
    public async Task Identity_IsCut()
    {
        await using var raw = RawPod.Answering($"HTTP/1.1 200 OK\r\nX-Me: {new string('x', 5000)}\r\nContent-Length: 7\r\n\r\nHealthy");
        (await AskAsync(raw, health => health with { Identity = new IdentitySettings { Header = "X-Me" } })).Document!.HeaderIdentity!.Length.Should().BeLessThanOrEqualTo(63);
    }

    // The pod's clock; when it was asked and when the head was there, in milliseconds after noon; what is reported.
    [Theory]
    [InlineData(0, 0, 10, 0)]
    [InlineData(0, 990, 999, 0)]
    [InlineData(0, 1400, 1410, 0)]
    [InlineData(1, 200, 600, 0)]
    [InlineData(1, 0, 2, 1499)]
    [InlineData(0, 3000, 8000, 0)]
    [InlineData(60, 0, 100, 60_450)]
    [InlineData(-3600, 400, 600, -3_600_000)]
    [InlineData(3, 0, 0, 3500)]
    public void Skew_OfAClock_IsMeasuredAgainstTheMiddle(int clock, int asked, int head, int skew)
    {
        var answer = Answer(Noon.AddSeconds(clock).ToString("r", CultureInfo.InvariantCulture), asked, head);
        HttpExchange.SkewOf(answer).Should().Be(TimeSpan.FromMilliseconds(skew));
    }

    [Fact]
    public void Skew_OfClocksThatAreRight_IsAlwaysNone()
    {
        var random = new Random(4711);
        for (var i = 0; i < 2000; i++)
        {
            var (asked, roundTrip) = (random.Next(100_000), random.Next(5000));
            // Written at any moment between question and answer, and cut to whole seconds.
            var written = Noon.AddMilliseconds(asked + random.Next(roundTrip + 1));
            var answer = Answer(written.ToString("r", CultureInfo.InvariantCulture), asked, asked + roundTrip);
            HttpExchange.SkewOf(answer).Should().Be(TimeSpan.Zero, "seed 4711, round {0}", i);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("Mon, 23 Nov 2026 25:00:00 GMT")]
    public void Skew_WithoutADate_IsUnknown(string? date) => HttpExchange.SkewOf(Answer(date, 0, 10)).Should().BeNull();

    [Fact]
    public async Task Skew_OfAPodThatIsAnHourAhead_IsReported()
    {
        var ahead = TimeProvider.System.GetUtcNow().AddHours(1);
        await using var raw = RawPod.Answering($"HTTP/1.1 200 OK\r\nDate: {ahead:r}\r\nContent-Length: 7\r\n\r\nHealthy");
        (await AskAsync(raw)).ClockSkew!.Value.Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
    }

    private static HttpAnswer Answer(string? date, int asked, int head) =>
        new(200, Encoding.UTF8.GetBytes("Healthy"), false, Noon.AddMilliseconds(asked), Noon.AddMilliseconds(head)) { Header = name => name == "Date" ? date : null, Trailer = _ => null };

    private static Task<ProbeReport> AskAsync(RawPod raw, Func<HealthSettings, HealthSettings>? change = null)
    {
        var pod = HttpProbeTests.Pod($"http://127.0.0.1:{raw.Port}");
        return HttpProbeTests.ProbeAsync(pod with { Health = change is null ? pod.Health : change(pod.Health) }, [raw.Endpoint], Long);
    }
}
