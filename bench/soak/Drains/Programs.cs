using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Drains;

/// <summary>Clients that others have written: curl, h2load, and the gRPC library of Google.</summary>
internal static partial class Programs
{
    /// <summary>curl's requests, 200 with each start, over one connection or a new one each.</summary>
    public static async Task CurlAsync(Tally tally, Uri gate, IPAddress from, bool keeps, CancellationToken stop)
    {
        // When a line has come, its request was begun this much earlier or more: it may have waited in the pipe.
        var slack = TimeSpan.FromSeconds(1);
        string[] arguments =
        [
            "--silent", "--interface", from.ToString(), "--rate", "1200/m", "--max-time", "20", "--output", "/dev/null",
            "--write-out", "%{stderr}%{http_code} %{time_total} %header{x-pod} %{exitcode} %{errormsg}\\n", .. keeps ? Array.Empty<string>() : ["--header", "Connection: close"],
            new Uri(gate, "/echo").ToString() + "?[1-200]",
        ];
        while (!stop.IsCancellationRequested)
        {
            await using var curl = new Child("curl", arguments, line =>
            {
                var words = line.Split(' ');
                if (words is not ["200", var took, var pod, ..]) tally.Fail($"curl said: {line}");
                else tally.Answered(pod, DateTimeOffset.UtcNow - slack - TimeSpan.FromSeconds(double.Parse(took, CultureInfo.InvariantCulture)));
            });
            await curl.EndAsync();
        }
    }

    /// <summary>h2load over HTTP/2: four connections, five seconds each time, at a rate. It does not say which pod answers: the pods' own counts show that.</summary>
    public static async Task H2LoadAsync(Tally tally, Uri gate, IPAddress from, string? bodyFile, CancellationToken stop)
    {
        const int Requests = 500;
        string[] arguments =
        [
            "-n", $"{Requests}", "-c", "4", "-m", "4", "--rps", "25", "-H", $"X-Forwarded-For: {from}", .. bodyFile is null ? Array.Empty<string>() : ["-d", bodyFile],
            new Uri(gate, "/echo").ToString(),
        ];
        while (!stop.IsCancellationRequested)
        {
            var said = new List<string>();
            await using var load = new Child("h2load", arguments, said.Add);
            var code = await load.EndAsync();
            var (text, good) = (string.Join('\n', said), 0);
            if (Statuses().Match(text) is { Success: true } met) good = int.Parse(met.Groups["good"].Value, CultureInfo.InvariantCulture);
            tally.Add(good);
            if (code != 0 || good != Requests || !text.Contains($"{Requests} succeeded, 0 failed, 0 errored, 0 timeout", StringComparison.Ordinal))
            {
                var told = string.Join("; ", said.Where(line => line.StartsWith("requests:", StringComparison.Ordinal) || line.StartsWith("status codes:", StringComparison.Ordinal)));
                for (var i = good; i < Math.Max(Requests, good + 1); i++) tally.Fail($"h2load ended with {code}: {told}");
                await Task.Delay(500, CancellationToken.None);
            }
        }
    }

    /// <summary>Calls and streams of gRPC, a process for all of them.</summary>
    public static async Task GrpcAsync(Tally calls, Tally streams, Uri gate, IReadOnlyList<IPAddress> from, CancellationToken stop)
    {
        var sentAway = new Dictionary<string, string>();
        await using var python = new Child(
            "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "calls.py"), gate.Authority, string.Join(',', from)], line => Hear(calls, streams, sentAway, line));
        await Waits.ForAsync(Timeout.InfiniteTimeSpan, stop);
    }

    private static void Hear(Tally calls, Tally streams, Dictionary<string, string> sentAway, string line)
    {
        const string Goodbye = "this server is being taken out of service; call again";
        switch (line.Split(' ', 5))
        {
            case ["say", var begun, "pod-a" or "pod-b" or "pod-c", ..] words:
                calls.Answered(words[2], At(begun));
                break;
            case ["say", ..]:
                calls.Fail(line);
                break;
            case ["tell", var begun, var pod, var address]:
                streams.Answered(pod, At(begun));
                if (sentAway.Remove(address, out var before)) streams.WentOn(before, pod);
                break;
            case ["end", _, _, "OK"]:
                break;
            case ["end", var pod, var address, "UNAVAILABLE", Goodbye]:
                streams.SaidGoodbye();
                sentAway[address] = pod;
                break;
            default:
                streams.Fail(line);
                break;
        }
    }

    private static DateTimeOffset At(string nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(long.Parse(nanoseconds, CultureInfo.InvariantCulture) / 100);

    [GeneratedRegex(@"status codes: (?<good>\d+) 2xx")]
    private static partial Regex Statuses();
}
