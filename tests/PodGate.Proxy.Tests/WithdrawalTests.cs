using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

public sealed class WithdrawalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Excluded_WhileClientsHammer_NoNewRequestReachesThePod(bool slowPod)
    {
        // A slow pod keeps its connections busy, so that requests wait for new ones and are given returned ones.
        long arrived = 0;
        RequestDelegate serve = async context =>
        {
            Interlocked.Increment(ref arrived);
            if (slowPod) await Task.Delay(3);
            await context.Response.WriteAsync("a");
        };
        await using var a = await WebServer.StartAsync(serve);
        await using var b = await WebServer.StartAsync(context => context.Response.WriteAsync("b"));
        var board = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        var from = board.ClientOf("a");
        using var stop = new CancellationTokenSource();
        long failed = 0, done = 0;
        var clients = Enumerable.Range(0, 16).Select(_ => gate.Client(from)).Select(client => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                using var answer = i % 2 == 0 ? await client.GetAsync("/") : await client.PostAsync("/", new StringContent("x"));
                if (!answer.IsSuccessStatusCode) Interlocked.Increment(ref failed);
                Interlocked.Increment(ref done);
            }
        })).ToArray();

        for (var round = 0; round < 25; round++)
        {
            var before = Volatile.Read(ref arrived);
            await Soon.BeTrueAsync(() => Volatile.Read(ref arrived) > before + 20, $"round {round}: pod a is used");
            board.Admit("a", Admission.Excluded);
            await Soon.BeTrueAsync(() => board.Load("a").Unsent == 0, $"round {round}: nobody is between picking and sending", 5);

            // What was sent may still be on its way to the pod's counter; what is sent later would be seen after it.
            await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, $"round {round}: pod a is empty", 5);
            var acknowledged = Volatile.Read(ref arrived);
            var others = Volatile.Read(ref done);
            await Soon.BeTrueAsync(() => Volatile.Read(ref done) > others + 50, $"round {round}: the clients go on");
            Volatile.Read(ref arrived).Should().Be(acknowledged, "round {0}: no new request comes", round);
            board.Admit("a", Admission.Serving);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        failed.Should().Be(0, "moving to another pod costs nobody a request");
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "nothing runs any more");
        gate.Signals.Ends.Should().OnlyContain(signal => signal.Outcome == Outcome.Answered);
    }

    [Fact]
    public async Task Excluded_RequestThatWaitsForAConnection_IsCountedAndGoesElsewhere()
    {
        // Pod a takes one connection; further ones get no answer, so that a second request waits.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        await using var b = await WebServer.StartAsync(context => context.Response.WriteAsync("b"));
        var board = new Board().Put("a", (IPEndPoint)listener.LocalEndPoint!).Put("b", b.EndPoint);
        await using var gate = await Gate.StartAsync(board, new ProxySettings { ConnectTimeout = TimeSpan.FromSeconds(20) });
        var from = board.ClientOf("a");
        var first = gate.Client(from).PostAsync("/first", null);
        using var connection = await listener.AcceptAsync();
        var buffer = new byte[4096];
        await connection.ReceiveAsync(buffer);
        await Soon.BeTrueAsync(() => board.Load("a").Unsent == 0, "the first request was sent");

        var fillers = new List<Socket>();
        for (var i = 0; i < 4; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            fillers.Add(filler);
            try
            {
                filler.Connect(listener.LocalEndPoint!);
            }
            catch (SocketException)
            {
                // It goes on in the background.
            }
        }

        var second = gate.Client(from).PostAsync("/second", null);
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 2, "the second request was counted in");
        await Task.Delay(300);
        board.Load("a").Unsent.Should().Be(1, "it waits between picking and sending");

        board.Admit("a", Admission.Excluded);
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"u8.ToArray());
        (await (await first).Content.ReadAsStringAsync()).Should().Be("a");
        (await (await second).Content.ReadAsStringAsync()).Should().Be("b");
        await Soon.BeTrueAsync(() => board.Load("a").Unsent == 0, "nobody is left between picking and sending");
        (await connection.ReceiveAsync(buffer)).Should().Be(0, "the returned connection was not used again, but closed");
        fillers.ForEach(filler => filler.Dispose());
    }

    [Fact]
    public async Task Excluded_WhatRuns_Finishes()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var a = await WebServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first,");
            await go.Task;
            await context.Response.WriteAsync("last");
        });
        var board = new Board().Put("a", a.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client().GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        board.Admit("a", Admission.Excluded);
        board.Load("a").InFlight.Should().Be(1);
        using var other = await gate.Client().GetAsync("/");
        other.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        go.SetResult();
        (await answer.Content.ReadAsStringAsync()).Should().Be("first,last");
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "it was counted out");
    }

    [Fact]
    public async Task Excluded_IdleConnections_AreClosed()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            await connection.WaitForCloseAsync();
            closed.SetResult();
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using (await gate.Client().GetAsync("/"))
        {
            board.Admit("a", Admission.Excluded);
            await closed.Task.WaitAsync(TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task Closed_RunningStreamAndWebSocket_AreCut()
    {
        await using var a = await WebServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/ws")
            {
                await StreamingTests.EchoSocketAsync(context);
                return;
            }

            await context.Response.WriteAsync("begin");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var board = new Board().Put("a", a.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gate.Address) { Scheme = "ws", Path = "/ws" }.Uri, default);
        using var answer = await gate.Client().GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        board.Admit("a", Admission.Excluded);
        await Task.Delay(200);
        board.Load("a").InFlight.Should().Be(2, "excluding lets them run");

        board.Admit("a", Admission.Closed);
        Func<Task> read = () => answer.Content.ReadAsStringAsync().WaitAsync(TimeSpan.FromSeconds(5));
        await read.Should().ThrowAsync<HttpRequestException>();
        Func<Task> receive = () => socket.ReceiveAsync(new byte[16], default).WaitAsync(TimeSpan.FromSeconds(5));
        await receive.Should().ThrowAsync<WebSocketException>();
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "both were counted out");
        await gate.Signals.UntilAsync(2);
        gate.Signals.Ends.Should().HaveCount(2).And.OnlyContain(signal => signal.Outcome == Outcome.ClosedByGate);

        board.Admit("a", Admission.Serving);
        using var again = await gate.Client().GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        again.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Address_Changed_NewRequestsGoThere()
    {
        await using var old = await WebServer.StartAsync(context => context.Response.WriteAsync("old"));
        await using var young = await WebServer.StartAsync(context => context.Response.WriteAsync("young"));
        var board = new Board().Put("a", old.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        var client = gate.Client();
        (await client.GetStringAsync("/")).Should().Be("old");
        board.Put("a", young.EndPoint);
        (await client.GetStringAsync("/")).Should().Be("young");
        gate.Pipeline.Traffic.Read().Single().Requests.Sum().Should().Be(2);
    }

    [Fact]
    public async Task Removed_Pod_IsForgotten()
    {
        await using var a = await WebServer.StartAsync(context => context.Response.WriteAsync("a"));
        await using var b = await WebServer.StartAsync(context => context.Response.WriteAsync("b"));
        var board = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        var client = gate.Client(board.ClientOf("a"));
        (await client.GetStringAsync("/")).Should().Be("a");
        board.Remove("a");
        (await client.GetStringAsync("/")).Should().Be("b");
        gate.Pipeline.Traffic.Read().Select(pod => pod.Pod).Should().Equal("b");
    }
}
