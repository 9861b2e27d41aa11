using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Scale;

/// <summary>
/// A million clients, as a trusted proxy in front tells of them: each request has another address. What the gate keeps does not grow with them, and each costs
/// what one that is known costs.
/// </summary>
internal static class SourcesRow
{
    private const int Count = 1_000_000;
    private const int Connections = 32;
    private const int Rounds = 3;

    public static async Task MeasureAsync()
    {
        await using var pods = await Pods.StartAsync();
        await using var running = await Running.StartAsync(pods.Take(3), configuration => configuration["TrustedProxies"] = new JsonArray("127.0.0.0/8"));
        var few = await OneOfEachPodAsync(running);
        await LoadAsync(running, Count / 2, number => few[number % few.Count]);
        var memory = running.Megabytes;
        var (ofFew, ofAll, shares) = (new List<double>(), new List<double>(), new Dictionary<string, int>());
        for (var round = 0; round < Rounds; round++)
        {
            ofFew.Add((await LoadAsync(running, Count / 4, number => few[number % few.Count])).Cpu);
            var all = await LoadAsync(running, Count, Address);
            ofAll.Add(all.Cpu);
            shares = new(all.Pods);
        }

        Console.WriteLine($"each of {Count:N0} addresses once: {Middle(ofAll):0.0} µs of processor time for each request; {few.Count} addresses: {Middle(ofFew):0.0} µs");
        Console.WriteLine($"resident memory {memory:0} MB before, {running.Megabytes:0} MB after {Rounds} rounds");
        Console.WriteLine($"their shares: {string.Join(", ", shares.OrderBy(pod => pod.Key).Select(pod => $"{pod.Key} {pod.Value * 100.0 / Count:0.00} %"))}");
    }

    /// <summary>Addresses that have one pod each, so that few addresses keep as many pods busy as all of them do.</summary>
    private static async Task<IReadOnlyList<string>> OneOfEachPodAsync(Running running)
    {
        var found = new Dictionary<string, string>();
        for (var number = 0; found.Count < 3 && number < 100; number++)
        {
            var address = Address(number << 8);
            found.TryAdd((await LoadAsync(running, 1, _ => address)).Pods.Keys.Single(), address);
        }

        return [.. found.Values];
    }

    private static string Address(int number) => $"{11 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}.7";

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<(double Cpu, ConcurrentDictionary<string, int> Pods)> LoadAsync(Running running, int count, Func<int, string> address)
    {
        var (cpu, next, pods) = (running.Cpu, -1, new ConcurrentDictionary<string, int>());
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(AskAsync)));
        return ((running.Cpu - cpu).TotalMicroseconds / count, pods);

        async Task AskAsync()
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, running.Gate.Data.Port);
            var buffer = ArrayPool<byte>.Shared.Rent(4096);
            while (Interlocked.Increment(ref next) is var number && number < count)
            {
                var length = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: product.example\r\nX-Forwarded-For: {address(number)}\r\n\r\n", buffer);
                await socket.SendAsync(buffer.AsMemory(0, length));
                var read = 0;
                string answer;
                do
                {
                    var more = await socket.ReceiveAsync(buffer.AsMemory(read));
                    if (more == 0) throw new IOException("the gate closed a connection");
                    read += more;
                    answer = Encoding.ASCII.GetString(buffer, 0, read);
                }
                while (!answer.EndsWith("well\n", StringComparison.Ordinal) && !answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal));
                if (!answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new IOException($"not served: {answer}");
                var pod = answer.AsSpan(answer.IndexOf("X-Pod: ", StringComparison.OrdinalIgnoreCase) + 7);
                pods.AddOrUpdate(pod[..pod.IndexOf('\r')].ToString(), 1, static (_, before) => before + 1);
            }

            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
