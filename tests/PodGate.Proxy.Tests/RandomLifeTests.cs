using System.Collections.Concurrent;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using Xunit.Abstractions;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

/// <summary>Three moody pods and a dead one, customers who order, operators who never rest; and everything on that repeats requests.</summary>
public sealed class RandomLifeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task RandomLife_OfThreePods_ExecutesNoOrderTwice(int seed) => LiveAsync(seed);

    [Fact]
    public Task RandomLife_WithASeedOfToday_ExecutesNoOrderTwice() => LiveAsync(Environment.ProcessId);

    private async Task LiveAsync(int seed)
    {
        output.WriteLine($"seed {seed}");
        var executed = new ConcurrentDictionary<string, int>();
        await using var a = Moody(new Random(seed), executed);
        await using var b = Moody(new Random(seed + 1), executed);
        await using var c = Moody(new Random(seed + 2), executed);
        var board = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint).Put("c", c.EndPoint).Put("dead", RawPod.Nobody());
        await using var gate = await Gate.StartAsync(board, AtMostOnceTests.Eager);
        using var stop = new CancellationTokenSource();
        var answers = new ConcurrentDictionary<string, int>();
        var customers = Enumerable.Range(0, 12).Select(customer => Task.Run(() => OrderAsync(gate, customer, new Random(seed + 100 + customer), answers))).ToArray();
        var operating = Task.Run(() => OperateAsync(board, new Random(seed + 50), stop.Token));
        await Task.WhenAll(customers);
        await stop.CancelAsync();
        await operating;

        var twice = executed.Where(order => order.Value > 1 && !IsSafe(order.Key)).Select(order => order.Key);
        twice.Should().BeEmpty("no order may be executed twice (seed {0})", seed);
        executed.Should().Contain(order => order.Value > 1, "safe requests are repeated, or nothing was tested (seed {0})", seed);
        answers.Values.Should().Contain(200).And.Contain(502).And.Contain(504);
        await Soon.BeTrueAsync(() => board.Current.Pods.All(pod => pod.Load.InFlight == 0 && pod.Load.Unsent == 0), $"all are counted out (seed {seed})");
        output.WriteLine(string.Join(", ", answers.Values.GroupBy(code => code).OrderBy(group => group.Key).Select(group => $"{group.Key}: {group.Count()}")));
        output.WriteLine($"{executed.Count(order => order.Value > 1)} safe requests were executed more than once");
    }

    private static async Task OrderAsync(Gate gate, int customer, Random random, ConcurrentDictionary<string, int> answers)
    {
        string[] methods = ["GET", "HEAD", "OPTIONS", .. AtMostOnceTests.Unsafe];
        for (var i = 0; i < 60; i++)
        {
            var method = methods[random.Next(methods.Length)];
            var id = $"/{method}/{customer}/{i}";
            var (head, body) = IsSafe(id) && random.Next(4) > 0 ? AtMostOnceTests.Bodies[0] : AtMostOnceTests.Bodies[random.Next(AtMostOnceTests.Bodies.Length)];
            var text = $"{method} {id} HTTP/1.1\r\nHost: h\r\n{head}Connection: close\r\n\r\n{body}";
            var answer = await RequestPathTests.RawAsync(gate, text, $"127.0.0.{random.Next(1, 250)}");
            var last = answer.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal);
            answers[id] = last < 0 ? 0 : int.Parse(answer.AsSpan(last + 9, 3), null);
        }
    }

    /// <summary>Pods are suspended, drained, closed and enabled all the time; one is always there.</summary>
    private static async Task OperateAsync(Board board, Random random, CancellationToken stop)
    {
        Admission[] all = [Admission.Serving, Admission.Serving, Admission.Standby, Admission.Excluded, Admission.Closed];
        while (!stop.IsCancellationRequested)
        {
            board.Admit(random.Next(2) == 0 ? "a" : "b", all[random.Next(all.Length)]);
            await Task.Delay(random.Next(20), CancellationToken.None);
        }
    }

    private static RawPod Moody(Random random, ConcurrentDictionary<string, int> executed) => RawPod.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is { Length: > 0 } head)
        {
            executed.AddOrUpdate(AtMostOnceTests.Id(head), 1, (_, count) => count + 1);
            int mood;
            lock (random) mood = random.Next(100);
            if (head.Contains("chunked", StringComparison.OrdinalIgnoreCase)) await connection.ReadChunksAsync();
            else if (head.Contains("Content-Length: 5", StringComparison.Ordinal)) await connection.ReadAsync(5);
            var body = head.StartsWith("HEAD", StringComparison.Ordinal) ? "" : "ok";
            switch (mood)
            {
                case < 45:
                    await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{body}");
                    break;
                case < 52:
                    await connection.WriteAsync("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
                    break;
                case < 60:
                    await Task.Delay(mood);
                    await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{body}");
                    break;
                case < 68:
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                    return;
                case < 78:
                    connection.Reset();
                    return;
                case < 92:
                    return;
                case < 95:
                    await connection.WriteAsync("SSH-2.0-OpenSSH\r\n\r\n");
                    return;
                default:
                    await connection.WaitForCloseAsync();
                    return;
            }
        }
    });

    private static bool IsSafe(string id) => id.Split('/')[1] is "GET" or "HEAD" or "OPTIONS";
}
