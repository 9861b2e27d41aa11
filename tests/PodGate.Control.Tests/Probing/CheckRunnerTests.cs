using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.TestKit.Servers;
using RawServer = PodGate.TestKit.Servers.RawPod;

namespace PodGate.Control.Tests.Probing;

/// <summary>Checks of the gate's own against real listeners.</summary>
public sealed class CheckRunnerTests
{
    private const string Secret = "password=hunter2";

    [Theory]
    // status expected       answer                                  result
    [InlineData("", 200, "fine", ProbeResult.Healthy, "passed")]
    [InlineData("", 204, "", ProbeResult.Healthy, "passed")]
    [InlineData("", 500, Secret, ProbeResult.Unhealthy, " answered 500, expected 200 to 299")]
    [InlineData("", 404, Secret, ProbeResult.Unhealthy, " answered 404, expected 200 to 299")]
    [InlineData("", 302, "", ProbeResult.Unhealthy, " answered 302, expected 200 to 299")]
    [InlineData("302", 302, "", ProbeResult.Healthy, "passed")]
    [InlineData("401,403", 200, "", ProbeResult.Unhealthy, " answered 200, expected 401 or 403")]
    [InlineData("401,403", 403, "", ProbeResult.Healthy, "passed")]
    [InlineData("", 503, "", ProbeResult.Overloaded, " answered 503, expected 200 to 299")]
    [InlineData("", 429, "", ProbeResult.Overloaded, " answered 429, expected 200 to 299")]
    [InlineData("503", 503, "", ProbeResult.Healthy, "passed")]
    public async Task Status_IsCompared(string expected, int status, string body, ProbeResult result, string sentence)
    {
        await using var pod = await StartAsync(status, body);
        var codes = expected.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToImmutableArray();
        var report = await RunAsync(pod, new CheckStep { Status = codes });
        report.Result.Should().Be(result);
        report.Sentence.Should().Be(sentence == "passed" ? "check login passed" : "check login" + sentence);
        report.Check.Should().Be("login");
        report.Pod.Should().Be("pod-a");
        if (body == Secret) report.Body.Should().Be("password=***", "the body's beginning is for operators, without what looks like a secret");
    }

    public static TheoryData<string, CheckStep, string?> Bodies => new()
    {
        { "all is well", new CheckStep { BodyContains = "is we" }, null },
        { "all is well", new CheckStep { BodyContains = "IS WE" }, "its body does not contain what it should" },
        { "order 4711 done", new CheckStep { BodyMatches = "order [0-9]+ done" }, null },
        { "order x done", new CheckStep { BodyMatches = "^order [0-9]+ done$" }, "its body does not match what it should" },
        { "{\"a\":{\"b\":[{\"c\":\"ok\"}]}}", new CheckStep { JsonPath = "a.b.0.c", JsonEquals = "ok" }, null },
        { "{\"a\":{\"b\":[{\"c\":\"ko\"}]}}", new CheckStep { JsonPath = "a.b.0.c", JsonEquals = "ok" }, "its JSON has another value than it should" },
        { "{\"a\":{\"b\":[]}}", new CheckStep { JsonPath = "a.b.0.c", JsonEquals = "ok" }, "its JSON does not have the path that it should" },
        { "{\"a\":{\"0\":true}}", new CheckStep { JsonPath = "a.0", JsonEquals = "true" }, null },
        { "[1.50]", new CheckStep { JsonPath = "0", JsonEquals = "1.50" }, null },
        { "\uFEFF{\"a\":null}", new CheckStep { JsonPath = "a", JsonEquals = "null" }, null },
        { "{\"a\":1}", new CheckStep { JsonPath = "a" }, null },
        { "{\"a\":\"\\ud800\"}", new CheckStep { JsonPath = "a", JsonEquals = "x" }, "its body is not JSON" },
        { "<html>", new CheckStep { JsonPath = "a" }, "its body is not JSON" },
        { "", new CheckStep { JsonPath = "a" }, "its body is not JSON" },
        { new string('[', 1000), new CheckStep { JsonPath = "0" }, "its body is not JSON" },
        { new string('x', 70_000) + "end", new CheckStep { BodyContains = "end" }, "its body does not contain what it should in its first 64 KiB" },
        { "\"" + new string('x', 70_000) + "\"", new CheckStep { JsonPath = "0" }, "its JSON is longer than 64 KiB" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_IsCompared(string body, CheckStep step, string? wrong)
    {
        await using var pod = await StartAsync(200, body);
        var report = await RunAsync(pod, step);
        report.Sentence.Should().Be(wrong is null ? "check login passed" : $"check login answered 200, but {wrong}");
        report.Result.Should().Be(wrong is null ? ProbeResult.Healthy : ProbeResult.Unhealthy);
    }

    [Theory]
    // header      expected        says            status  result
    [InlineData("X-Host", null, "pod-a", 200, ProbeResult.Healthy)]
    [InlineData("X-Host", null, " POD-A ", 200, ProbeResult.Healthy)]
    [InlineData("X-Host", null, "pod-b", 200, ProbeResult.WrongPod)]
    [InlineData("X-Host", null, "pod-b", 500, ProbeResult.WrongPod)]
    [InlineData("X-Host", null, "", 200, ProbeResult.Healthy)]
    [InlineData("X-Host", "virt-host-11", "virt-host-11", 200, ProbeResult.Healthy)]
    [InlineData("X-Host", "virt-host-11", "virt-host-12", 200, ProbeResult.WrongPod)]
    [InlineData("X-Other", null, "pod-b", 200, ProbeResult.Healthy)]
    [InlineData(null, "pod-a", "pod-b", 200, ProbeResult.Healthy)]
    public async Task Answer_OfAnotherPod_IsOne(string? header, string? expected, string says, int status, ProbeResult result)
    {
        await using var server = await WebServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            if (says.Length > 0) context.Response.Headers["X-Host"] = says;
            return context.Response.WriteAsync("fine");
        });
        var pod = HttpProbeTests.Pod(server.Address.AbsoluteUri);
        pod = pod with { Health = pod.Health with { Identity = new IdentitySettings { Header = header, Expected = expected } } };
        var runner = new CheckRunner(TimeProvider.System, _ => [], Guid.NewGuid);
        var report = await runner.RunAsync(pod, Check(new CheckStep(), new CheckStep()), [server.EndPoint], CancellationToken.None);
        report.Result.Should().Be(result);
        if (result == ProbeResult.WrongPod)
        {
            report.Sentence.Should().Be(
                $"check login: step 1 answered {status}, but its header {header} names something else; {expected ?? "pod-a"} was expected");
        }
    }

    [Fact]
    public async Task Pattern_ThatWouldBacktrackForEver_Ends()
    {
        await using var pod = await StartAsync(200, new string('a', 60_000) + "!");
        var watch = Stopwatch.StartNew();
        (await RunAsync(pod, new CheckStep { BodyMatches = "^(a+)+$" })).Result.Should().Be(ProbeResult.Unhealthy);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Sequence_WritesAndReadsBack_WithANonceThatIsNewInEachRun()
    {
        var memory = new ConcurrentDictionary<string, string>();
        var forgets = false;
        var connections = new ConcurrentDictionary<string, bool>();
        await using var pod = await WebServer.StartAsync(async context =>
        {
            connections[context.Connection.Id] = true;
            var key = $"{context.Request.Host} {context.Request.Path} {context.Request.Headers["X-Run"]}";
            using var reader = new StreamReader(context.Request.Body);
            if (context.Request.Method == "PUT")
            {
                memory[key] = await reader.ReadToEndAsync();
                context.Response.StatusCode = 201;
            }
            else
            {
                await context.Response.WriteAsync(forgets ? "{}" : memory.GetValueOrDefault(key, "nothing"));
            }
        });
        var headers = ImmutableSortedDictionary<string, string>.Empty.Add("Host", "shop.example").Add("X-Run", "r-{nonce}").Add("Content-Type", "application/json");
        var check = new CheckSettings("orders")
        {
            Steps =
            [
                new CheckStep { Method = "PUT", Path = "/orders/{nonce}", Headers = headers, Body = "{\"id\":\"{nonce}\"}", Status = [201] },
                new CheckStep { Path = "/orders/{nonce}", Headers = headers, JsonPath = "id", JsonEquals = "{nonce}" },
            ],
        };
        var based = new Uri(pod.Address, "/base/");
        for (var i = 0; i < 2; i++) (await RunAsync(based, check)).Sentence.Should().Be("check orders passed");
        memory.Should().HaveCount(2, "each run has a nonce of its own");
        memory.Keys.Should().OnlyContain(key => System.Text.RegularExpressions.Regex.IsMatch(key, "^shop.example /base/orders/([0-9a-f]{16}) r-\\1$"));
        connections.Should().HaveCount(4, "each step comes on a new connection, as a client's request would");

        forgets = true;
        var report = await RunAsync(based, check);
        report.Result.Should().Be(ProbeResult.Unhealthy);
        report.Sentence.Should().Be("check orders: step 2 answered 200, but its JSON does not have the path that it should");
        report.Body.Should().Be("{}");
    }

    [Fact]
    public async Task RightAnswer_ThatIsSlow_IsTooSlow()
    {
        await using var pod = await WebServer.StartAsync(async context =>
        {
            await Task.Delay(120);
            await context.Response.WriteAsync("fine");
        });
        var report = await RunAsync(pod, new CheckStep { Slowest = TimeSpan.FromMilliseconds(100) });
        report.Result.Should().Be(ProbeResult.TooSlow);
        report.SlowerBy.Should().BePositive().And.BeCloseTo(report.Duration - TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
        report.Sentence.Should().MatchRegex("^check login answered right after [0-9.]+ s, and 0\\.1 s is the slowest acceptable$");
        var inTime = await RunAsync(pod, new CheckStep { Slowest = TimeSpan.FromSeconds(10) });
        inTime.Should().Match<ProbeReport>(good => good.Result == ProbeResult.Healthy && good.SlowerBy == null);
        (await RunAsync(pod, new CheckStep { Slowest = TimeSpan.FromMilliseconds(1), BodyContains = "x" })).Result.Should().Be(ProbeResult.Unhealthy, "wrong is worse");
    }

    [Fact]
    public async Task NetworkFailures_AreToldApart()
    {
        await using var silent = RawServer.Start(connection => connection.WaitForCloseAsync());
        await using var half = RawServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhal");
        });
        await using var garbage = RawServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("secret garbage\r\n\r\n");
        });
        var nobody = RawServer.Nobody();
        var quick = new CheckSettings("login") { Steps = [new CheckStep()], Timeout = TimeSpan.FromMilliseconds(300) };
        (await RunAsync(Url(silent.EndPoint), quick)).Should().Match<ProbeReport>(report => report.Result == ProbeResult.TimedOut
            && report.Sentence == $"check login: {silent.EndPoint} took the connection and gave no whole answer within 0.3 s");
        (await RunAsync(Url(half.EndPoint), Check(new CheckStep()))).Result.Should().Be(ProbeResult.Broken);
        (await RunAsync(Url(garbage.EndPoint), Check(new CheckStep()))).Sentence.Should().Be($"check login: {garbage.EndPoint} answered something that is not HTTP");
        (await RunAsync(Url(nobody), Check(new CheckStep(), new CheckStep()))).Sentence.Should().Be($"check login: step 1: {nobody} refused the connection");
        half.Heads.Should().HaveCount(1, "nothing is repeated");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("GET")]
    public async Task RequestWithoutBody_ThatIsNotAnswered_IsSentOnce(string method)
    {
        await using var pod = RawServer.Start(connection => connection.ReadHeadAsync());
        (await RunAsync(Url(pod.EndPoint), Check(new CheckStep { Method = method }))).Result.Should().Be(ProbeResult.Broken);
        pod.Heads.Should().HaveCount(1);
    }

    [Fact]
    public async Task BareTcp_Connects()
    {
        await using var pod = await StartAsync(500, "");
        await using var other = RawServer.Start(connection => connection.WaitForCloseAsync());
        var nobody = RawServer.Nobody().Port;
        (await RunAsync(pod.Address, new CheckSettings("tcp") { TcpPort = 0 })).Sentence.Should().Be("check tcp passed");
        (await RunAsync(pod.Address, new CheckSettings("tcp") { TcpPort = other.EndPoint.Port })).Result.Should().Be(ProbeResult.Healthy);
        var report = await RunAsync(pod.Address, new CheckSettings("tcp") { TcpPort = nobody });
        report.Result.Should().Be(ProbeResult.Refused);
        report.Sentence.Should().Be($"check tcp: 127.0.0.1:{nobody} refused the connection");
    }

    [Fact]
    public async Task NameWithoutAddress_IsInconclusive()
    {
        var report = await RunAsync(new Uri("http://pod-a.example"), Check(new CheckStep()), []);
        report.Result.Should().Be(ProbeResult.Inconclusive);
        report.Sentence.Should().Be("check login: no address is known yet for pod-a.example");
    }

    private static Uri Url(IPEndPoint endpoint) => new($"http://{endpoint}");

    private static CheckSettings Check(params CheckStep[] steps) => new("login") { Steps = [.. steps], Timeout = TimeSpan.FromSeconds(15) };

    private static Task<WebServer> StartAsync(int status, string body) => WebServer.StartAsync(async context =>
    {
        context.Response.StatusCode = status;
        if (status == 302) context.Response.Headers.Location = "/elsewhere";
        if (body.Length > 0) await context.Response.WriteAsync(body);
    });

    private static Task<ProbeReport> RunAsync(WebServer pod, CheckStep step) => RunAsync(pod.Address, Check(step));

    private static Task<ProbeReport> RunAsync(Uri address, CheckSettings check, ImmutableArray<IPEndPoint>? endpoints = null) =>
        new CheckRunner(TimeProvider.System, _ => [], Guid.NewGuid).RunAsync(
            HttpProbeTests.Pod(address.AbsoluteUri), check, endpoints ?? [new IPEndPoint(IPAddress.Loopback, address.Port)], CancellationToken.None);
}
