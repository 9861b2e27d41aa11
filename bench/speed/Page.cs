using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Speed.Rig;

namespace Speed;

/// <summary>The figures as a page.</summary>
internal sealed class Page(Bench bench)
{
    private const string None = "–";
    private static readonly string Gate = ContenderKind.PodGate.Name;
    private readonly Figures _figures = bench.Figures;

    /// <summary>What was to be reached, and what was.</summary>
    public string Goals()
    {
        var (stock, haproxy) = (ContenderKind.Stock.Name, ContenderKind.HAProxy.Name);
        var webSockets = _figures.Quantities("memory").FirstOrDefault(quantity => quantity.Contains("WebSocket", StringComparison.Ordinal)) ?? "";
        var p99 = LatencyRow.Quantity(50, "99");
        var quiet = QuietRow.Quantity(QuietRow.Steps[^2], QuietRow.Steps[^1]);
        (string What, double Is, double Most, string Unit)[] goals =
        [
            ("CPU for each small request, PodGate / YARP with MapReverseProxy", _figures.Ratio("small", Row.Cpu, Gate, stock), 0.60, ""),
            ("the same, PodGate / HAProxy", _figures.Ratio("small", Row.Cpu, Gate, haproxy), 1.25, ""),
            ("the same in the quietest rounds, PodGate / HAProxy", _figures.Least("small", Gate, Row.Cpu) / _figures.Least("small", haproxy, Row.Cpu), 1.25, ""),
            ("p99 at 50 % load, PodGate − HAProxy", _figures.Median("latency", Gate, p99) - _figures.Median("latency", haproxy, p99), 0.5, "ms"),
            ("1,000 pods probed every second", _figures.Median("pods", Gate, "% of a core for probes of 1000"), 15, "% of a core"),
            ("resident memory, 3 pods, idle", _figures.Median("memory", Gate, "MB idle"), 90, "MB"),
            ("resident memory after a minute of full load on 64 connections", _figures.Median("memory", Gate, "MB after load"), 150, "MB"),
            ("memory for each idle WebSocket, PodGate / HAProxy", _figures.Median("memory", Gate, webSockets) / _figures.Median("memory", haproxy, webSockets), 1.5, ""),
            ("the same, many of them", _figures.Median("idle-websockets", Gate, quiet) / _figures.Median("idle-websockets", haproxy, quiet), 1.5, ""),
            ("from start to the first request served", _figures.Median("start", Gate, "seconds"), 1.5, "s"),
        ];
        var text = new StringBuilder("| to reach | at most | measured | reached |\n|---|---|---|---|\n");
        foreach (var (what, found, most, unit) in goals)
        {
            var word = double.IsNaN(found) ? "not measured" : found <= most ? "yes" : "**no**";
            text.Append(CultureInfo.InvariantCulture, $"| {what} | {most:0.##} {unit} | {Number(found)} {unit} | {word} |\n");
        }

        return text.ToString();
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Figures of `bench/run`

            Written by `bench/run`; how to read it, and what follows from it, is in `docs/performance.md`. Measured on {DateTime.UtcNow:yyyy-MM-dd} on {Machine()}.
            {bench.Options.Rounds} rounds of {bench.Options.Seconds:0.#} s each, the contenders in turn, after {bench.Options.Warm:0} s of load for each. The middle value of the rounds; in brackets the smallest.


            """);
        text.Append(Goals()).Append('\n');
        foreach (var row in bench.Options.Rows.Where(row => _figures.Quantities(row.Name).Count > 0)) text.Append(Table(row));
        foreach (var (row, why) in bench.BrokenOff) text.Append($"The row `{row}` was broken off: {why}\n\n");
        text.Append("## Configurations\n\nWords between @ are this run's addresses; a line with @pod.address@ stands for as many as there are pods.\n");
        foreach (var file in bench.Kinds.Select(kind => kind.Configuration).OfType<string>().Append("pods.conf"))
            text.Append($"\n### {file}\n\n```\n{File.ReadAllText(Ground.ConfigurationPath(file)).TrimEnd()}\n```\n");
        return text.ToString();
    }

    private string Table(Row row)
    {
        var quantities = _figures.Quantities(row.Name);
        var text = new StringBuilder($"## {row.Title}\n\n| | {string.Join(" | ", quantities)} |");
        var hasCpu = quantities.Contains(Row.Cpu);
        if (hasCpu) text.Append(" CPU of PodGate's |");
        text.Append($"\n|---|{string.Concat(quantities.Select(_ => "---|"))}{(hasCpu ? "---|" : "")}\n");
        foreach (var name in bench.Kinds.Select(kind => kind.Name).Append(LatencyRow.Nothing).Where(name => quantities.Any(quantity => _figures.Of(row.Name, name, quantity).Count > 0)))
        {
            text.Append($"| {name} | {string.Join(" | ", quantities.Select(quantity => Cell(row, name, quantity)))} |");
            if (hasCpu) text.Append($" {Number(_figures.Ratio(row.Name, Row.Cpu, name, Gate))} × |");
            text.Append('\n');
        }

        return text.Append('\n').ToString();
    }

    private string Cell(Row row, string contender, string quantity)
    {
        var values = _figures.Of(row.Name, contender, quantity);
        return values.Count == 0 ? None
            : values.Count == 1 ? Number(values[0])
            : $"{Number(_figures.Median(row.Name, contender, quantity))} ({Number(_figures.Least(row.Name, contender, quantity))})";
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? None : value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024 / 1024 / 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{Cores.Count} cores ({model}), {memory} GB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");
    }
}
