using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

public sealed class RequestPathTests
{
    private static Task<WebServer> PodAsync(string name) => WebServer.StartAsync(async context =>
    {
        context.Response.Headers["X-Pod"] = "forged";
        await context.Response.WriteAsync(name);
    });

    [Fact]
    public async Task Client_EachAddress_StaysOnItsPodAndIsToldItsName()
    {
        await using var a = await PodAsync("a");
        await using var b = await PodAsync("b");
        await using var gate = await Gate.StartAsync(new Board().Put("a", a.EndPoint).Put("b", b.EndPoint));
        foreach (var from in new[] { gate.Board.ClientOf("a"), gate.Board.ClientOf("b") })
        {
            var client = gate.Client(from);
            for (var i = 0; i < 3; i++)
            {
                using var answer = await client.GetAsync("/");
                (await answer.Content.ReadAsStringAsync()).Should().Be(gate.Board.OwnerOf(from));
                answer.Headers.GetValues("X-Pod").Should().Equal(gate.Board.OwnerOf(from));
            }
        }

        await gate.Signals.UntilAsync(6);
        gate.Signals.Ends.Should().HaveCount(6).And.OnlyContain(signal => signal.Outcome == Outcome.Answered && signal.Status == 200);
    }

    [Fact]
    public async Task Header_SwitchedOff_NamesNobodyAndLetsNoPodNameItself()
    {
        await using var a = await PodAsync("a");
        await using var gate = await Gate.StartAsync(new Board().Put("a", a.EndPoint), new ProxySettings { ResponseHeader = null });
        using var answer = await gate.Client().GetAsync("/");
        answer.Headers.Contains("X-Pod").Should().BeFalse();
    }

    [Theory]
    [InlineData("/a%2Fb/%20c/%C3%A4?x=%20y&z=%2F+1&z=", "")]
    [InlineData("/.well-known/a%2Fb?x", "")]
    [InlineData("/~!$&'()*+,;=:@/", "")]
    [InlineData("/x?a=b", "/base")]
    [InlineData("/", "/base/deeper")]
    public async Task Target_OfARequest_ReachesThePodUnchanged(string target, string basePath)
    {
        await using var pod = RawPod.Start(OkAsync);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint, path: basePath));
        (await RawAsync(gate, $"GET {target} HTTP/1.1\r\nHost: customer.example\r\nConnection: close\r\n\r\n")).Should().StartWith("HTTP/1.1 200");
        var head = pod.Heads.Single();
        head.Should().StartWith($"GET {basePath}{target} HTTP/1.1\r\n").And.Contain("\r\nHost: customer.example\r\n");
    }

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/%2e%2E/secret")]
    [InlineData("/x/%2e./../secret")]
    public async Task Target_WithDotSegments_DoesNotLeaveTheBasePath(string target)
    {
        await using var pod = RawPod.Start(OkAsync);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint, path: "/base"));
        await RawAsync(gate, $"GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        pod.Heads.Single().Should().StartWith("GET /base/secret HTTP/1.1\r\n");
    }

    // Who names no host gets the pod's own: what the gate calls the pod inside is nobody's business.
    [Theory]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")]
    public async Task Request_WithoutHost_IsForThePod(string request)
    {
        await using var pod = RawPod.Start(OkAsync);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint));
        (await RawAsync(gate, request)).Should().Contain(" 200 OK\r\n");
        pod.Heads.Should().ContainSingle().Which.Should().Contain($"\r\nHost: {pod.EndPoint}\r\n");
    }

    [Theory]
    [InlineData("http", "localhost")]
    [InlineData("http", "[::1]")]
    [InlineData("https", "localhost")]
    public async Task Request_WithoutHost_NamesThePodAsItIsConfigured(string scheme, string name)
    {
        await using var pod = await WebServer.StartAsync(
            context => context.Response.WriteAsync($"for {context.Request.Host}"), certificate: scheme == "https" ? Gate.Certificate : null);
        var address = new Uri($"{scheme}://{name}:{pod.EndPoint.Port}");
        await using var gate = await Gate.StartAsync(new Board().Put("a", address, [pod.EndPoint]));
        (await RawAsync(gate, "GET / HTTP/1.0\r\n\r\n")).Should().EndWith($"for {address.Authority}");
    }

    [Fact]
    public async Task Forwarding_HeadersOfAnybody_AreNeitherBelievedNorPassedOn()
    {
        await using var pod = RawPod.Start(OkAsync);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint));
        await RawAsync(gate, "GET / HTTP/1.1\r\nHost: h.example:81\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Port: 1\r\nx-forwarded-host: evil\r\n"
            + "X-Forwarded-Proto: https\r\nForwarded: for=9.9.9.9\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Authorization: x\r\n"
            + "X-Name: \u00c3\u00a4\r\n\r\nGET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        var head = pod.Heads.First();
        head.Should().Contain("\r\nX-Forwarded-For: 127.0.0.1\r\n").And.Contain("\r\nX-Forwarded-Proto: http\r\n").And.Contain("\r\nX-Forwarded-Host: h.example:81\r\n");
        head.Should().Contain("\r\nX-Name: \u00c3\u00a4\r\n", "header values pass byte for byte");
        foreach (var gone in new[] { "9.9.9.9", "Port", "evil", "Forwarded: ", "X-Hop", "Keep-Alive", "Proxy-" }) head.Should().NotContain("\r\n" + gone).And.NotContain(": " + gone);
    }

    [Fact]
    public async Task Forwarding_OfATrustedProxy_IsBelievedAndExtended()
    {
        await using var pod = RawPod.Start(OkAsync);
        var settings = new ProxySettings { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] };
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), settings);
        await RawAsync(gate, "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6, 198.51.100.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop\r\nConnection: close\r\n\r\n");
        await RawAsync(gate, "GET / HTTP/1.1\r\nHost: h\r\nForwarded: for=198.51.100.8\r\nConnection: close\r\n\r\n");
        var heads = pod.Heads.ToArray();
        heads[0].Should().Contain("\r\nX-Forwarded-For: 6.6.6.6, 198.51.100.7, 127.0.0.1\r\n").And.Contain("-Proto: https\r\n").And.Contain("-Host: shop\r\n");
        heads[1].Should().Contain("\r\nX-Forwarded-For: 198.51.100.8, 127.0.0.1\r\n").And.Contain("\r\nForwarded: for=198.51.100.8\r\n");
        await gate.Signals.UntilAsync(2);
        gate.Signals.All.Select(signal => signal.Slot).Should().Equal(gate.Board.SlotOf("198.51.100.7"), gate.Board.SlotOf("198.51.100.8"));
    }

    [Fact]
    public async Task NoPod_InService_Gives503WithRetryAfterAndProblem()
    {
        await using var pod = RawPod.Start(OkAsync);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint).Admit("a", Admission.Excluded), chance: bound => bound - 1);
        using var answer = await gate.Client().PostAsync("/", new StringContent("x"));
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(10));
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        answer.Headers.Contains("X-Pod").Should().BeFalse();
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("\"status\":503");
        gate.Pipeline.Traffic.NoPod.Should().Be(1);
        gate.Signals.All.Should().BeEmpty();
        pod.Heads.Should().BeEmpty();
    }

    [Fact]
    public async Task Connect_ToSomewhereElse_IsRefused()
    {
        await using var pod = RawPod.Start(OkAsync);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint));
        (await RawAsync(gate, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nConnection: close\r\n\r\n")).Should().StartWith("HTTP/1.1 405");
        pod.Heads.Should().BeEmpty();
    }

    [Fact]
    public async Task Counters_OfManyRequests_AddUp()
    {
        await using var a = await WebServer.StartAsync(context =>
        {
            context.Response.StatusCode = int.Parse(context.Request.Query["code"]!, System.Globalization.CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", a.EndPoint));
        var client = gate.Client();
        foreach (var code in new[] { 200, 204, 301, 404, 404, 500, 503 })
        {
            using var answer = await client.GetAsync($"/?code={code}", HttpCompletionOption.ResponseContentRead);
            ((int)answer.StatusCode).Should().Be(code);
        }

        await Soon.BeTrueAsync(() => gate.Pipeline.Traffic.Read().Single().Requests.Sum() == 7, "all requests are counted");
        gate.Board.Put("a", a.EndPoint);
        var traffic = gate.Pipeline.Traffic.Read().Single();
        traffic.Requests.Should().Equal(0, 0, 2, 1, 2, 2);
        traffic.Buckets.Sum().Should().Be(7);
        traffic.DurationSum.Should().BePositive();
        traffic.InFlight.Should().Be(0);
        traffic.Retries.Should().Be(0);
        gate.Board.Load("a").Unsent.Should().Be(0);
    }

    internal static async Task OkAsync(RawConnection connection)
    {
        while (await connection.ReadHeadAsync() != "") await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }

    /// <summary>Sends bytes and reads until the gate closes, or cuts, the connection.</summary>
    internal static async Task<string> RawAsync(Gate gate, string request, string from = "127.0.0.1")
    {
        using var socket = await gate.ConnectAsync(from);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var text = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is var count and > 0) text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException cut) when (cut.SocketErrorCode == SocketError.ConnectionReset)
        {
            // What came before is the answer.
        }

        return text.ToString();
    }
}
