using System.Collections.Concurrent;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;

namespace PodGate.Proxy.Tests;

/// <summary>Invariant 4: a request is executed at most once, unless it is safe or provably never reached a pod.</summary>
public sealed class AtMostOnceTests
{
    /// <summary>Everything that repeats requests is switched on, and the budget is large.</summary>
    internal static readonly ProxySettings Eager = new()
    {
        RetryStatuses = [500, 502, 503, 504],
        HedgeAfter = TimeSpan.FromMilliseconds(50),
        RetryBudgetPercent = 100,
        FirstByteTimeout = TimeSpan.FromSeconds(1),
        IdleTimeout = TimeSpan.FromSeconds(1),
        ConnectTimeout = TimeSpan.FromSeconds(10),
    };

    internal static readonly string[] Unsafe = ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "LOCK", "PURGE", "TRACE"];

    /// <summary>Ways in which a request says that it has a body, or none.</summary>
    internal static readonly (string Head, string Body)[] Bodies =
    [
        ("", ""),
        ("Content-Length: 0\r\n", ""),
        ("Content-Type: text/plain\r\n", ""),
        ("Content-Length: 5\r\n", "hello"),
        ("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"),
        ("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n", "0\r\n\r\n"),
    ];

    public static TheoryData<string, bool, bool> Cases()
    {
        var cases = new TheoryData<string, bool, bool>();
        foreach (var way in new[] { "close", "half-close", "reset", "hang", "503", "suspend", "exclude" })
        {
            cases.Add(way, false, false);
            cases.Add(way, true, false);
            cases.Add(way, false, true);
            cases.Add(way, true, true);
        }

        return cases;
    }

    // On a fresh connection and on a pooled one, with and without all that repeats: each unsafe method, with each kind of body.
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Unsafe_WhateverThePodDoes_ReachesOnePodOnce(string way, bool pooled, bool eager)
    {
        var settings = eager ? Eager : new ProxySettings { ConnectTimeout = TimeSpan.FromSeconds(10) };
        settings = settings with { FirstByteTimeout = TimeSpan.FromSeconds(1) };
        var seen = new ConcurrentQueue<string>();
        var reached = new SemaphoreSlim(0);
        await using var bad = RawPod.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { Length: > 0 } head)
            {
                if (head.StartsWith("GET", StringComparison.Ordinal))
                {
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    continue;
                }

                seen.Enqueue(Id(head));
                reached.Release();
                if (way == "503") await connection.WriteAsync("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                if (way == "reset") connection.Reset();
                if (way == "half-close") connection.Finish();
                if (way is "hang" or "half-close" or "suspend" or "exclude") await connection.WaitForCloseAsync();
                return;
            }
        });
        await using var other = RawPod.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { Length: > 0 } head)
            {
                if (!head.StartsWith("GET", StringComparison.Ordinal)) seen.Enqueue(Id(head));
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        var board = new Board().Put("bad", bad.EndPoint).Put("other", other.EndPoint);
        await using var gate = await Gate.StartAsync(board, settings);
        var from = board.ClientOf("bad");
        var orders = Bodies.SelectMany(body => Unsafe.Select(method => (Method: method, body.Head, body.Body))).ToArray();
        var asking = orders.Select((order, number) => RequestPathTests.RawAsync(
            gate,
            (pooled ? "GET /warm HTTP/1.1\r\nHost: h\r\n\r\n" : "")
                + $"{order.Method} /order/{number} HTTP/1.1\r\nHost: h\r\n{order.Head}Connection: close\r\n\r\n{order.Body}",
            from)).ToArray();
        for (var i = 0; i < orders.Length; i++) (await reached.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeTrue("the pod gets every order");
        if (way is "suspend" or "exclude") board.Admit("bad", way == "suspend" ? Admission.Standby : Admission.Excluded);
        foreach (var answer in await Task.WhenAll(asking)) answer.Should().Contain("HTTP/1.1 50", "an error is told, and no other pod is asked");
        seen.Should().BeEquivalentTo(orders.Select((_, number) => $"/order/{number}"), "each order was executed once");
    }

    internal static string Id(string head) => head.Split(' ')[1];
}
