using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;

namespace PodGate.Proxy.Tests;

/// <summary>Answers that stand still.</summary>
public sealed class IdleTests
{
    private static readonly ProxySettings Impatient = new()
    {
        FirstByteTimeout = TimeSpan.FromSeconds(20), IdleTimeout = TimeSpan.FromSeconds(1), ConnectTimeout = TimeSpan.FromSeconds(10),
    };

    private static readonly TimeSpan Longer = TimeSpan.FromSeconds(2.5);

    [Theory]
    [InlineData("Content-Length: 100", "half")]
    [InlineData("Transfer-Encoding: chunked", "4\r\nhalf\r\n")]
    public async Task Answer_ThatStandsStill_IsCutOff(string header, string body)
    {
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\n{header}\r\n\r\n{body}");
            await connection.WaitForCloseAsync();
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient);
        (await RequestPathTests.RawAsync(gate, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")).Should().Contain("half").And.NotContain("\r\n0\r\n");
        await gate.Signals.ShouldEndAsync(("a", Outcome.CutOff, 200));
    }

    [Fact]
    public async Task Answer_ThatIsAHeadOnly_Gives504()
    {
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            await connection.WaitForCloseAsync();
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient);
        using var answer = await gate.Client().GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        await gate.Signals.ShouldEndAsync(("a", Outcome.CutOff, 200));
    }

    [Fact]
    public async Task Answer_ThatDrips_GoesOn()
    {
        await using var pod = await WebServer.StartAsync(async context =>
        {
            for (var i = 0; i < 6; i++)
            {
                await context.Response.WriteAsync("x");
                await Task.Delay(400);
            }
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient);
        (await gate.Client().GetStringAsync("/")).Should().Be("xxxxxx");
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 200));
    }

    // Once with a reader that never reads meanwhile, once with one that takes a little now and then.
    [Theory]
    [InlineData(0)]
    [InlineData(65536)]
    public async Task Client_ThatReadsSlowly_IsNotThePodsFault(int sip)
    {
        const int Megabytes = 30;
        await using var pod = await WebServer.StartAsync(
            async context =>
            {
                context.Response.ContentLength = Megabytes * 1048576L;
                var buffer = new byte[65536];
                for (var i = 0; i < Megabytes * 16; i++) await context.Response.Body.WriteAsync(buffer);
            },
            options => options.Limits.MinResponseDataRate = null);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient);
        using var socket = await gate.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"u8.ToArray());
        var buffer = new byte[65536];
        long read = 0;
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(Longer / 3);
            if (sip > 0) read += await socket.ReceiveAsync(buffer.AsMemory(0, sip));
        }

        gate.Signals.All.Should().BeEmpty("it goes on");
        while (await socket.ReceiveAsync(buffer) is var count and > 0) read += count;
        read.Should().BeGreaterThan(Megabytes * 1048576L);
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 200));
    }

    [Fact]
    public async Task Client_ThatReadsSlowlyOverHttp2_IsNotThePodsFault()
    {
        const int Megabytes = 30;
        await using var pod = await WebServer.StartAsync(async context =>
        {
            context.Response.ContentLength = Megabytes * 1048576L;
            var buffer = new byte[65536];
            for (var i = 0; i < Megabytes * 16; i++) await context.Response.Body.WriteAsync(buffer);
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient, secure: true);
        using var answer = await gate.Client(version: HttpVersion.Version20).GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await Task.Delay(Longer);
        gate.Signals.All.Should().BeEmpty("it goes on");
        (await answer.Content.ReadAsByteArrayAsync()).Length.Should().Be(Megabytes * 1048576);
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 200));
    }

    [Fact]
    public async Task Client_ThatUploadsSlowlyWhileThePodAnswers_IsNotThePodsFault()
    {
        await using var pod = await WebServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begin,");
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync());
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient);
        using var socket = await gate.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nConnection: close\r\n\r\nen"u8.ToArray());
        await Task.Delay(Longer);
        await socket.SendAsync("d."u8.ToArray());
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer) is var count and > 0) text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        text.ToString().Should().Contain("begin,").And.Contain("end.");
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 200));
    }

    [Fact]
    public async Task Timeout_SwitchedOff_CutsNothing()
    {
        await using var pod = await WebServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first,");
            await Task.Delay(1500);
            await context.Response.WriteAsync("last");
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient with { IdleTimeout = Timeout.InfiniteTimeSpan });
        (await gate.Client().GetStringAsync("/")).Should().Be("first,last");
    }
}
