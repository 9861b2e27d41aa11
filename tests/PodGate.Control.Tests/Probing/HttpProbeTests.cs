using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Probing;

/// <summary>The probe against real listeners that behave in every way in which a pod can behave badly.</summary>
public sealed class HttpProbeTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData("Healthy", "text/plain", 200, ProbeResult.Healthy, "health answered 200 Healthy")]
    [InlineData("Degraded", "text/plain", 200, ProbeResult.Degraded, "health answered 200 Degraded")]
    [InlineData("Unhealthy", "text/plain", 503, ProbeResult.Unhealthy, "health answered 503 Unhealthy")]
    [InlineData("", "text/plain", 503, ProbeResult.Overloaded, "health answered 503 without a document that says why")]
    [InlineData("{\"status\":\"Unhealthy\",\"entries\":{\"database\":{\"status\":\"Unhealthy\",\"description\":\"no connection\"}}}", "application/json", 503,
        ProbeResult.Unhealthy, "health answered 503 Unhealthy (database: Unhealthy)")]
    [InlineData("<html>", "application/json", 200, ProbeResult.Unreadable, "health answered 200 with JSON that does not parse")]
    public async Task Probe_WholeAnswer_IsReadAsDocument(string body, string type, int code, ProbeResult result, string sentence)
    {
        await using var raw = RawPod.AnsweringWith(body, type, code);
        var report = await ProbeAsync(raw);

        report.Result.Should().Be(result);
        report.Sentence.Should().Be(sentence);
        report.Body.Should().Be(body.Length == 0 ? null : body);
        report.Pod.Should().Be("pod-a");
        report.FinishedAt.Should().BeOnOrAfter(report.SentAt);
    }

    [Fact]
    public async Task Probe_Request_IsOnePlainGetOnItsOwnConnection()
    {
        using var listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var activity = new Activity("test").Start();
        await using var raw = RawPod.Answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 7\r\n\r\nHealthy");

        for (var i = 0; i < 3; i++) (await ProbeAsync(raw, health: "/health?deep=1")).Result.Should().Be(ProbeResult.Healthy);

        raw.Connections.Should().Be(3);
        raw.Requests.Should().HaveCount(3).And.OnlyContain(head => head == raw.Requests.First());
        var lines = raw.Requests.First().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var version = typeof(HealthProbe).Assembly.GetName().Version!.ToString(3);
        lines[0].Should().Be("GET /health?deep=1 HTTP/1.1");
        lines.Skip(1).Should().BeEquivalentTo(
            $"Host: 127.0.0.1:{raw.Port}", $"User-Agent: PodGate/{version}", "Accept: application/json, text/plain;q=0.9, */*;q=0.1", "Cache-Control: no-cache", "Connection: close");
    }

    [Fact]
    public async Task Probe_ClosedPort_IsRefused()
    {
        var port = ClosedPort();
        var report = await ProbeAsync(Pod($"http://127.0.0.1:{port}"), [new IPEndPoint(IPAddress.Loopback, port)], Long);
        report.Result.Should().Be(ProbeResult.Refused);
        report.Sentence.Should().Be($"127.0.0.1:{port} refused the connection");
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 2")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nHealthy")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nHeal")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nHealthy\r\n")]
    public async Task Probe_HalfAnswerThenClose_IsBrokenAndNotRepeated(string answer)
    {
        await using var raw = RawPod.Answering(answer);
        var report = await ProbeAsync(raw);
        report.Result.Should().Be(ProbeResult.Broken, report.Sentence);
        raw.Connections.Should().Be(1, "one probe is one request, although the platform would repeat it");
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nHealthy")]
    public async Task Probe_Reset_IsBroken(string answer)
    {
        await using var raw = new RawPod(async (stream, cancel) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancel);
            stream.Socket.LingerState = new LingerOption(true, 0);
            stream.Socket.Close();
        });
        (await ProbeAsync(raw)).Result.Should().Be(ProbeResult.Broken);
    }

    [Fact]
    public async Task Probe_NoAnswer_IsTimedOut()
    {
        await using var raw = new RawPod((_, cancel) => Task.Delay(Timeout.Infinite, cancel));
        var report = await ProbeAsync(raw, Short);
        report.Result.Should().Be(ProbeResult.TimedOut);
        report.Sentence.Should().Be($"127.0.0.1:{raw.Port} took the connection and gave no whole answer within 0.3 s");
        report.Duration.Should().BeGreaterThanOrEqualTo(Short * 0.9).And.BeLessThan(Long);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "y")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")]
    [InlineData("", "HTTP/1.1 100 Continue\r\n\r\n")]
    public async Task Probe_SlowDrip_IsTimedOutAlthoughSomethingAlwaysComes(string head, string drop)
    {
        await using var raw = new RawPod(async (stream, cancel) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head), cancel);
            for (var i = 0; i < 1000; i++)
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(drop), cancel);
                await Task.Delay(40, cancel);
            }
        });
        var watch = Stopwatch.StartNew();
        (await ProbeAsync(raw, Short)).Result.Should().Be(ProbeResult.TimedOut);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Probe_TenMegabytes_AreUnreadableAndNotRead()
    {
        long sent = 0;
        await using var raw = new RawPod(async (stream, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n"u8.ToArray(), cancel);
            for (var chunk = new byte[65536]; sent < 10 * 1024 * 1024; sent += chunk.Length) await stream.WriteAsync(chunk, cancel);
        });
        var report = await ProbeAsync(raw);
        report.Result.Should().Be(ProbeResult.Unreadable);
        report.Sentence.Should().Be("health answered 200 with a body of more than 64 KiB");
        Interlocked.Read(ref sent).Should().BeLessThan(10 * 1024 * 1024);
    }

    [Theory]
    [InlineData("X-Y: z\r\n", "headers of more than")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "headers of more than")]
    public async Task Probe_EndlessHeaders_AreUnreadable(string part, string why)
    {
        await using var raw = new RawPod(async (stream, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nA: "u8.ToArray(), cancel);
            var bytes = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(part, 500)));
            for (var i = 0; i < 10_000; i++) await stream.WriteAsync(bytes, cancel);
        });
        var report = await ProbeAsync(raw);
        report.Result.Should().Be(ProbeResult.Unreadable);
        report.Sentence.Should().Contain(why);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n")]
    [InlineData("\0\u0001\u0002\u00ff\u00fe garbage \r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nHealthy\r\n0\r\n\r\n")]
    public async Task Probe_Garbage_IsUnreadable(string answer)
    {
        await using var raw = RawPod.Answering(answer);
        var report = await ProbeAsync(raw);
        report.Result.Should().Be(ProbeResult.Unreadable, report.Sentence);
        report.Sentence.Should().Be($"127.0.0.1:{raw.Port} answered something that is not HTTP");
    }

    [Fact]
    public async Task Probe_Redirect_IsNotFollowed()
    {
        await using var elsewhere = RawPod.AnsweringWith("Healthy");
        await using var raw = RawPod.Answering($"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere.Port}/\r\nContent-Length: 0\r\n\r\n");
        var report = await ProbeAsync(raw);
        report.Result.Should().Be(ProbeResult.Unreadable);
        report.Sentence.Should().StartWith("health answered 302, a redirect");
        elsewhere.Connections.Should().Be(0);
    }

    [Fact]
    public async Task Probe_CompressedAlthoughNotAsked_IsUnreadable()
    {
        await using var raw = RawPod.Answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd");
        (await ProbeAsync(raw)).Sentence.Should().Contain("compressed its answer (gzip)");
    }

    [Fact]
    public async Task Probe_ContentLengthTooShort_ReadsOnlyThat()
    {
        await using var raw = RawPod.Answering("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"status\":\"Healthy\"}");
        (await ProbeAsync(raw)).Result.Should().Be(ProbeResult.Unreadable);
    }

    [Fact]
    public async Task Probe_IPv6_Works()
    {
        if (!Socket.OSSupportsIPv6) return;
        await using var raw = RawPod.AnsweringWith("Healthy", address: IPAddress.IPv6Loopback);
        var report = await ProbeAsync(Pod($"http://[::1]:{raw.Port}"), [raw.Endpoint], Long);
        report.Result.Should().Be(ProbeResult.Healthy);
        raw.Requests.Single().Should().Contain($"Host: [::1]:{raw.Port}");
    }

    [Fact]
    public async Task Probe_GivenUp_ThrowsInsteadOfReporting()
    {
        await using var raw = new RawPod((_, cancel) => Task.Delay(Timeout.Infinite, cancel));
        using var cancel = new CancellationTokenSource();
        var probe = NewProbe().ProbeAsync(Pod($"http://127.0.0.1:{raw.Port}"), [raw.Endpoint], Long, cancel.Token);
        await Eventually.TrueAsync(() => raw.Connections == 1, "connected");
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => probe).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Probe_Timeout_GoesByTheGivenClock()
    {
        var clock = new StepClock();
        await using var raw = new RawPod((_, cancel) => Task.Delay(Timeout.Infinite, cancel));
        var probe = NewProbe(clock).ProbeAsync(Pod($"http://127.0.0.1:{raw.Port}"), [raw.Endpoint], TimeSpan.FromSeconds(1), CancellationToken.None);
        await Eventually.TrueAsync(() => raw.Connections == 1, "connected");
        clock.Advance(TimeSpan.FromMilliseconds(999));
        await Eventually.AMomentAsync();
        probe.IsCompleted.Should().BeFalse();

        clock.Advance(TimeSpan.FromMilliseconds(1));

        var report = await probe.WaitAsync(Long);
        report.Result.Should().Be(ProbeResult.TimedOut);
        report.Duration.Should().Be(TimeSpan.FromSeconds(1));
    }

    internal static PodSettings Pod(string address, string? health = null, string name = "pod-a") =>
        new(name, new Uri(address), new HealthSettings(new Uri(new Uri(address), health ?? "/health")), ImmutableSortedDictionary<string, string>.Empty);

    internal static HealthProbe NewProbe(TimeProvider? time = null, Func<string, ImmutableArray<IPAddress>>? addressesOf = null) =>
        new(time ?? TimeProvider.System, addressesOf ?? (_ => []));

    internal static Task<ProbeReport> ProbeAsync(PodSettings pod, ImmutableArray<IPEndPoint> endpoints, TimeSpan timeout) =>
        NewProbe().ProbeAsync(pod, endpoints, timeout, CancellationToken.None);

    internal static int ClosedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static Task<ProbeReport> ProbeAsync(RawPod raw, TimeSpan? timeout = null, string? health = null) =>
        ProbeAsync(Pod($"http://127.0.0.1:{raw.Port}", health), [raw.Endpoint], timeout ?? Long);
}
