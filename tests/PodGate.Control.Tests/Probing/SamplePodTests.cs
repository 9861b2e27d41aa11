using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using PodGate.Core.Health;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Probing;

/// <summary>The probe and the sample pod as a real process, through all that can happen to it.</summary>
public sealed class SamplePodTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("ok", ProbeResult.Healthy, "health answered 200 Healthy")]
    [InlineData("degraded", ProbeResult.Degraded, "health answered 200 Degraded (alarms: Degraded)")]
    [InlineData("unhealthy", ProbeResult.Unhealthy, "health answered 503 Unhealthy (database: Unhealthy)")]
    [InlineData("garbage", ProbeResult.Unreadable, "health answered 200 with JSON that does not parse")]
    [InlineData("503", ProbeResult.Overloaded, "health answered 503 without a document that says why")]
    [InlineData("hang", ProbeResult.TimedOut, null)]
    public async Task Probe_EachHealthOfThePod_IsTold(string health, ProbeResult result, string? sentence)
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        using var http = new HttpClient { BaseAddress = pod.Url };
        (await http.PostAsJsonAsync("/faults", new { health })).EnsureSuccessStatusCode();

        var report = await ProbeAsync(pod, "/health", health == "hang" ? TimeSpan.FromSeconds(1) : Long);
        report.Result.Should().Be(result, report.Sentence);
        if (sentence is not null) report.Sentence.Should().Be(sentence);
        if (health is "ok" or "degraded" or "unhealthy") (await ProbeAsync(pod, "/health/text", Long)).Result.Should().Be(result);
    }

    [Fact]
    public async Task Probe_KilledFrozenAndBack_IsTold()
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        var url = pod.Url;
        (await ProbeAsync(pod, "/health", Long)).Result.Should().Be(ProbeResult.Healthy);

        pod.Freeze();
        var frozen = await ProbeAsync(pod, "/health", TimeSpan.FromMilliseconds(300));
        frozen.Result.Should().Be(ProbeResult.TimedOut);
        frozen.Sentence.Should().Contain("took the connection");
        pod.Thaw();
        (await ProbeAsync(pod, "/health", Long)).Result.Should().Be(ProbeResult.Healthy);

        pod.Kill();
        pod.IsRunning.Should().BeFalse();
        (await ProbeAsync(pod, "/health", Long)).Result.Should().Be(ProbeResult.Refused);

        await pod.RestartAsync();
        pod.Url.Should().Be(url);
        (await ProbeAsync(pod, "/health", Long)).Result.Should().Be(ProbeResult.Healthy);

        pod.Freeze();
        await pod.StopAsync();
        pod.IsRunning.Should().BeFalse();
    }

    [Fact]
    public async Task Start_PortInUse_SaysWhatThePodPrinted()
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        var second = await FluentActions.Awaiting(() => PodProcess.StartAsync("pod-b", pod.Url.Port)).Should().ThrowAsync<InvalidOperationException>();
        second.Which.Message.Should().StartWith("The pod pod-b ended with exit code ").And.Contain("address already in use");
    }

    [Fact]
    public async Task Pod_Product_DoesWhatTestsRelyOn()
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        using var http = new HttpClient { BaseAddress = pod.Url };

        (await http.GetStringAsync("/")).Should().Contain("<h1>pod-a</h1>").And.Contain("127.0.0.1:");
        using var put = new HttpRequestMessage(HttpMethod.Put, "/echo/a/b?c=d") { Content = new ByteArrayContent(new byte[100_000]) };
        put.Headers.Add("X-Test", "1");
        var echo = await (await http.SendAsync(put)).Content.ReadFromJsonAsync<JsonElement>();
        echo.GetProperty("pod").GetString().Should().Be("pod-a");
        echo.GetProperty("method").GetString().Should().Be("PUT");
        echo.GetProperty("path").GetString().Should().Be("/echo/a/b");
        echo.GetProperty("query").GetString().Should().Be("?c=d");
        echo.GetProperty("headers").GetProperty("X-Test").GetString().Should().Be("1");
        echo.GetProperty("bodyLength").GetInt64().Should().Be(100_000);

        for (var i = 0; i < 2; i++) (await http.PostAsync("/orders/o-1", null)).EnsureSuccessStatusCode();
        (await http.PostAsync("/orders/o-2", null)).EnsureSuccessStatusCode();
        (await http.PostAsync("/orders/" + new string('x', 65), null)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await http.GetStringAsync("/orders")).Should().Contain("\"o-1\":2").And.Contain("\"o-2\":1");
        (await http.GetStringAsync("/orders?atLeast=2")).Should().Be("{\"o-1\":2}");

        var requests = await http.GetFromJsonAsync<JsonElement>("/requests");
        requests.GetProperty("total").GetInt64().Should().Be(6, "looking at the counts is not counted");
        requests.GetProperty("last").GetDateTimeOffset().Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Pod_Faults_SpoilRequestsAndNothingElse()
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        using var http = new HttpClient { BaseAddress = pod.Url, Timeout = TimeSpan.FromSeconds(20) };
        async Task Set(string requests) => (await http.PostAsJsonAsync("/faults", new { requests })).EnsureSuccessStatusCode();

        await Set("500");
        (await http.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await ProbeAsync(pod, "/health", Long)).Result.Should().Be(ProbeResult.Healthy, "the document says well: the pod does not know");
        await Set("cut");
        await FluentActions.Awaiting(() => http.PostAsync("/orders/o-1", null)).Should().ThrowAsync<HttpRequestException>();
        (await http.GetStringAsync("/orders")).Should().Be("{\"o-1\":1}", "carried out once, never answered");
        await Set("slow:300");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        (await http.GetAsync("/")).EnsureSuccessStatusCode();
        watch.ElapsedMilliseconds.Should().BeGreaterThanOrEqualTo(290);
        await Set("capacity:1:200");
        watch.Restart();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => http.GetAsync("/")));
        watch.ElapsedMilliseconds.Should().BeGreaterThanOrEqualTo(790, "with twice what it can do at a time, a request takes four times as long");
        (await http.GetFromJsonAsync<JsonElement>("/requests")).GetProperty("mostAtOnce").GetInt32().Should().BeInRange(2, 3);
        await Set("hang");
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await FluentActions.Awaiting(() => http.GetAsync("/", limit.Token)).Should().ThrowAsync<OperationCanceledException>();
        (await http.GetStringAsync("/faults")).Should().Be("{\"health\":\"ok\",\"requests\":\"hang\"}");
        await Set("ok");
        (await http.GetAsync("/")).EnsureSuccessStatusCode();

        foreach (var bad in new[] { "{\"health\":\"sick\"}", "{\"requests\":\"slow:x\"}", "{\"requests\":\"capacity:0:50\"}", "not json", "null", new string(' ', 9000) })
        {
            var answer = await http.PostAsync("/faults", new StringContent(bad));
            ((int)answer.StatusCode).Should().BeInRange(400, 413, bad);
        }

        (await http.GetStringAsync("/faults")).Should().Be("{\"health\":\"ok\",\"requests\":\"ok\"}");
    }

    [Theory]
    [InlineData("reset", "")]
    [InlineData("cut", "")]
    [InlineData("half", "HTTP/1.1 200")]
    [InlineData("short", "HTTP/1.1 200")]
    public async Task Pod_BrokenAnswers_AreBrokenOnTheWire(string requests, string begins)
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        using var http = new HttpClient { BaseAddress = pod.Url };
        (await http.PostAsJsonAsync("/faults", new { requests })).EnsureSuccessStatusCode();
        var (whole, reset) = await RawAsync(pod, "POST", "/orders/o-1", "");
        whole.Should().StartWith(begins);
        reset.Should().Be(requests != "short");
        if (begins.Length > 0)
        {
            var (head, body) = (whole[..whole.IndexOf("\r\n\r\n", StringComparison.Ordinal)], whole[(whole.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
            head.Should().Contain($"Content-Length: {"{\"pod\":\"pod-a\",\"id\":\"o-1\",\"count\":1}".Length}");
            body.Should().Be("{\"pod\":\"pod-a\",\"id", "that is half of it");
        }

        (await http.GetStringAsync("/orders")).Should().Be(requests == "reset" ? "{}" : "{\"o-1\":1}", "only a reset carries nothing out");
    }

    [Fact]
    public async Task Pod_PoisonousRequest_FailsAlone()
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        (await RawAsync(pod, "GET", "/echo", "X-Poison: 500\r\n")).Whole.Should().StartWith("HTTP/1.1 500");
        (await RawAsync(pod, "GET", "/echo", "X-Poison: reset\r\n")).Should().Be(("", true));
        (await RawAsync(pod, "GET", "/echo", "X-Poison: arsenic\r\n")).Whole.Should().StartWith("HTTP/1.1 400");
        (await RawAsync(pod, "GET", "/echo", "")).Whole.Should().StartWith("HTTP/1.1 200");
    }

    [Fact]
    public async Task Pod_HealthDocument_NamesThePodAndAdvances_UnlessItIsToLie()
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        using var http = new HttpClient { BaseAddress = pod.Url };
        async Task Set(string health) => (await http.PostAsJsonAsync("/faults", new { health })).EnsureSuccessStatusCode();
        async Task<(string Pod, DateTimeOffset Timestamp, long Sequence, string Status, TimeSpan? Age)> Read()
        {
            using var answer = await http.GetAsync("/health");
            var document = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return (document.GetProperty("pod").GetString()!, document.GetProperty("timestamp").GetDateTimeOffset(),
                document.GetProperty("sequence").GetInt64(), document.GetProperty("status").GetString()!, answer.Headers.Age);
        }

        var (first, second) = (await Read(), await Read());
        first.Pod.Should().Be("pod-a");
        second.Sequence.Should().Be(first.Sequence + 1);
        second.Timestamp.Should().BeAfter(first.Timestamp);

        await Set("stale");
        (await Read()).Should().Be(second);
        (await Read()).Should().Be(second);
        await Set("cached");
        (await Read()).Should().Be(second with { Age = (await Read()).Age });
        (await Read()).Age.Should().BeGreaterThan(TimeSpan.Zero);
        await Set("wrong-identity");
        (await Read()).Pod.Should().Be("pod-b");
        await Set("wrong-identity:pod-x");
        (await Read()).Pod.Should().Be("pod-x");
        await Set("flapping");
        new[] { (await Read()).Status, (await Read()).Status }.Should().BeEquivalentTo("Healthy", "Unhealthy");
        await Set("gone");
        (await http.GetAsync("/health")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        await Set("closed");
        (await RawAsync(pod, "GET", "/health", "")).Should().Be(("", false));
        (await http.GetAsync("/")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Pod_WebSocketAndEvents_Stream()
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(pod.Url) { Scheme = "ws", Path = "/ws" }.Uri, limit.Token);
        var buffer = new byte[1000];
        async Task<string> Receive() => Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, limit.Token)).Count);
        (await Receive()).Should().Be("hello from pod-a");
        await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, true, limit.Token);
        (await Receive()).Should().Be("ping");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);

        using var http = new HttpClient { BaseAddress = pod.Url };
        await using var stream = await http.GetStreamAsync("/events?ms=20", limit.Token);
        using var reader = new StreamReader(stream);
        var lines = new List<string?>();
        while (lines.Count < 6) lines.Add(await reader.ReadLineAsync(limit.Token));
        lines.Should().Equal("id: 1", "data: pod-a 1", "", "id: 2", "data: pod-a 2", "");
    }

    /// <summary>What comes back on a connection of its own, and whether a reset ended it.</summary>
    private static async Task<(string Whole, bool Reset)> RawAsync(PodProcess pod, string method, string path, string headers)
    {
        using var limit = new CancellationTokenSource(Long);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, pod.Url.Port, limit.Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: pod\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n"), limit.Token);
        var buffer = new byte[16_384];
        var filled = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(filled), limit.Token) is > 0 and var count) filled += count;
            return (Encoding.ASCII.GetString(buffer, 0, filled), false);
        }
        catch (SocketException)
        {
            return (Encoding.ASCII.GetString(buffer, 0, filled), true);
        }
    }

    private static Task<ProbeReport> ProbeAsync(PodProcess pod, string health, TimeSpan timeout) =>
        HttpProbeTests.ProbeAsync(HttpProbeTests.Pod(pod.Url.ToString(), health), [new IPEndPoint(IPAddress.Loopback, pod.Url.Port)], timeout);
}
