using System.Globalization;
using System.Text.RegularExpressions;
using PodGate.TestKit;

namespace Speed.Rig;

/// <summary>What a load met.</summary>
/// <param name="Requests">Answers.</param>
/// <param name="Failed">Requests without a good answer.</param>
/// <param name="Seconds">How long it went on.</param>
/// <param name="Latencies">Milliseconds of each answer, in ascending order; empty unless asked for.</param>
internal sealed record Met(long Requests, long Failed, double Seconds, double[] Latencies)
{
    /// <summary>Itself; or an error, when so many requests failed that it measures something else.</summary>
    public Met Well(string row, string contender) => Failed <= Requests / 1000 && Requests > 0
        ? this
        : throw new InvalidOperationException($"{row}, {contender}: {Failed} of {Requests} requests were not served well; that measures nothing");

    /// <summary>What so many percent of the answers took at most.</summary>
    public double Percentile(double percent) => Latencies.Length == 0 ? double.NaN : Latencies[Math.Min(Latencies.Length - 1, (int)(Latencies.Length * percent / 100))];
}

/// <summary>Load generators of the system, on the second core unless said otherwise.</summary>
internal static partial class Load
{
    private const int Connections = 64;

    /// <summary>h2load, which sends the next request on each connection as soon as the answer is there; or, with a rate, at fixed times.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="more">What else it is told.</param>
    /// <param name="cores">Its processors.</param>
    /// <param name="folder">Where a list of all latencies goes; null: they are not wanted.</param>
    /// <param name="rate">Requests a second over all connections; null: as many as will go.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Met> H2LoadAsync(Uri url, double seconds, IReadOnlyList<string> more, ulong cores, string? folder, double? rate, CancellationToken cancel)
    {
        var log = folder is null ? null : Path.Combine(folder, $"latencies-{Guid.NewGuid():N}");
        List<string> arguments = ["-t", "1", "-c", $"{Connections}", "-D", Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture), .. more];
        if (rate is { } perSecond) arguments.AddRange(["--rps", (perSecond / Connections).ToString("0.##", CultureInfo.InvariantCulture)]);
        if (log is not null) arguments.AddRange(["--log-file", log]);
        var said = await Cores.RunAsync(cores, "h2load", [.. arguments, url.ToString()], cancel);
        if (Requests().Match(said) is not { Success: true } requests || Finished().Match(said) is not { Success: true } finished)
            throw new InvalidOperationException($"h2load said nothing that is understood:\n{said}");
        var (done, succeeded) = (Number(requests, "done"), Number(requests, "succeeded"));
        double[] latencies = [];
        if (log is not null)
        {
            // Begun at, status, microseconds; a request without an answer has a negative status.
            latencies = [.. File.ReadLines(log).Select(line => line.Split('\t')).Where(words => words[1] == "200").Select(words => double.Parse(words[2], CultureInfo.InvariantCulture) / 1000).Order()];
            File.Delete(log);
        }

        return new Met(done, done - Math.Min(done, succeeded - (Number(Statuses().Match(said), "bad"))), double.Parse(finished.Groups["seconds"].Value, CultureInfo.InvariantCulture) * Unit(finished), latencies);
    }

    /// <summary>wrk with a new connection for each request.</summary>
    public static async Task<Met> NewConnectionsAsync(Uri url, double seconds, ulong cores, CancellationToken cancel)
    {
        var said = await Cores.RunAsync(
            cores, "wrk", ["-t", "1", "-c", $"{Connections}", "-d", $"{Math.Ceiling(seconds)}s", "-H", "Connection: close", url.ToString()], cancel);
        var total = WrkTotal().Match(said);
        if (!total.Success) throw new InvalidOperationException($"wrk said nothing that is understood:\n{said}");
        long failed = 0;
        if (WrkErrors().Match(said) is { Success: true } errors) failed = Number(errors, "connect") + Number(errors, "read") + Number(errors, "write") + Number(errors, "timeout");
        if (WrkBad().Match(said) is { Success: true } bad) failed += Number(bad, "bad");
        return new Met(Number(total, "requests"), failed, double.Parse(total.Groups["seconds"].Value, CultureInfo.InvariantCulture), []);
    }

    private static long Number(Match match, string group) => match.Success ? long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    private static double Unit(Match finished) => finished.Groups["unit"].Value switch
    {
        "s" => 1,
        "ms" => 0.001,
        _ => throw new InvalidOperationException("h2load ended before it began"),
    };

    [GeneratedRegex(@"requests: \d+ total, \d+ started, (?<done>\d+) done, (?<succeeded>\d+) succeeded")]
    private static partial Regex Requests();

    [GeneratedRegex(@"status codes: \d+ 2xx, (?<bad>\d+) 3xx")]
    private static partial Regex Statuses();

    [GeneratedRegex(@"finished in (?<seconds>[\d.]+)(?<unit>m?s)")]
    private static partial Regex Finished();

    [GeneratedRegex(@"(?<requests>\d+) requests in (?<seconds>[\d.]+)s")]
    private static partial Regex WrkTotal();

    [GeneratedRegex(@"Socket errors: connect (?<connect>\d+), read (?<read>\d+), write (?<write>\d+), timeout (?<timeout>\d+)")]
    private static partial Regex WrkErrors();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (?<bad>\d+)")]
    private static partial Regex WrkBad();
}
