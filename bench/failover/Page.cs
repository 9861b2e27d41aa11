using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Failover.Rig;
using PodGate.TestKit;

namespace Failover;

/// <summary>The figures as a page.</summary>
internal sealed class Page
{
    private const string None = "–";
    private readonly Options _options;
    private readonly List<Figures> _all = [];

    private Page(Options options, Dictionary<ProxyKind, string?> versions) => (_options, Versions) = (options, versions);

    /// <summary>What each proxy says its version is; null: not installed.</summary>
    public IReadOnlyDictionary<ProxyKind, string?> Versions { get; }

    public static async Task<Page> BeginAsync(Options options)
    {
        var versions = new Dictionary<ProxyKind, string?>();
        foreach (var kind in options.Proxies) versions[kind] = await kind.VersionAsync();
        return new Page(options, versions);
    }

    public void Add(Figures figures) => _all.Add(figures);

    /// <summary>PodGate's rows within their bounds, and the others.</summary>
    public (int Within, int Missed) Count()
    {
        var measured = _all.Where(figures => figures.Proxy.IsPodGate && figures.Skipped is null).ToList();
        var missed = measured.Count(figures => figures.Misses().Count > 0);
        return (measured.Count - missed, missed);
    }

    /// <summary>One row with one proxy, for the terminal.</summary>
    public static string Line(Figures figures)
    {
        var name = figures.Proxy.Name.PadRight(8);
        if (figures.Skipped is { } why) return $"{name} skipped: {why}";
        if (figures.Broke is { } what) return $"{name} could not be measured: {what}";
        var text = new StringBuilder($"{name} failed {figures.Failed}{Kinds(figures)} slow {figures.Slow} of {figures.Requests}");
        if (figures.Row.OnePod) text.Append(CultureInfo.InvariantCulture, $", {figures.OnFaulty} on it");
        if (figures.LastFailure is { } last) text.Append($", last failure {Seconds(last)}");
        if (figures.Out is { } outAt) text.Append($", out {Seconds(outAt)}");
        if (figures.Latched is { } latched) text.Append($", latched {Seconds(latched)} ({figures.Cause})");
        text.Append(CultureInfo.InvariantCulture, $", moved {figures.Moved}");
        if (figures.During is { } during) text.Append($", reached it {Reached(figures)}");
        if (figures.Row.OnePod) text.Append(CultureInfo.InvariantCulture, $", after recovery {figures.After}");
        if (figures.FailedBefore > 0) text.Append(CultureInfo.InvariantCulture, $", {figures.FailedBefore} failed before the fault");
        if (figures.Note is { } note) text.Append($", {note}");
        text.Append(CultureInfo.InvariantCulture, $", slowest {figures.Slowest.TotalSeconds:0.0} s, late {figures.Lateness.TotalMilliseconds:0} ms");
        if (figures.Proxy.IsPodGate) text.Append(figures.Misses() is [_, ..] misses ? $"  FAIL: {string.Join("; ", misses)}" : "  PASS");
        return text.ToString();
    }

    /// <summary>The end of what a gate printed.</summary>
    public static string Tail(string output) => string.Join('\n', output.TrimEnd().Split('\n').TakeLast(12).Select(line => $"      | {line}"));

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        var (within, missed) = Count();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Failover, side by side

            Written by `bench/failover/run`: three pods, one proxy in front of them, {Callers.Count} callers; one fault at a time; every number counted at the callers.
            Measured on {DateTime.UtcNow:yyyy-MM-dd} on {Machine()}. PodGate keeps {within} of the {within + missed} bounds that were measured.

            {string.Join('\n', Versions.Select(pair => $"- {pair.Key.Name}: {pair.Value ?? "not installed, so not measured"}"))}

            ## In short

            Failed and slow requests of all callers, from the fault to the end of the recovery. What PodGate may cost at most, and how soon it must have latched the pod, stands
            in the last columns; "each" means for each caller that was on the sick pod.


            """);
        text.Append(Short()).Append(Details()).Append(Reading()).Append(Configurations());
        return text.ToString();
    }

    private string Short()
    {
        var kinds = _options.Proxies.Where(kind => Versions[kind] is not null).ToList();
        var text = new StringBuilder($"| fault | {string.Join(" | ", kinds.Select(kind => kind.Name))} | PodGate latched after | PodGate at most | kept |\n");
        text.Append($"|---|{string.Concat(kinds.Select(_ => "---|"))}---|---|---|\n");
        foreach (var row in _options.Rows)
        {
            var cells = kinds.Select(kind => Of(row, kind) is { IsMeasured: true } figures ? $"{figures.Failed} / {figures.Slow}" : None);
            var gate = Of(row, ProxyKind.PodGate);
            var latched = gate is { IsMeasured: true } ? gate.Latched is { } at ? Seconds(at) : gate.LatchedWrongly.Count == 0 ? "not latched" : "wrongly latched" : None;
            var kept = gate is { Skipped: null } ? gate.Misses().Count == 0 ? "yes" : "**no**" : None;
            text.Append($"| {row.Title} | {string.Join(" | ", cells)} | {latched} | {row.Bound} | {kept} |\n");
        }

        return text.Append('\n').ToString();
    }

    private string Details()
    {
        var text = new StringBuilder("## In detail\n\n");
        text.Append("| fault | proxy | callers on it | requests | failed | slow | slowest | last failure | taken out, latched | moved | reached it while sick | after it recovered |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var figures in _all)
        {
            var (title, name) = (figures.Row.Title, figures.Proxy.Name);
            text.Append(!figures.IsMeasured
                ? $"| {title} | {name} | {(figures.Skipped is { } why ? $"skipped: {why}" : "could not be measured")} | | | | | | | | | |\n"
                : string.Create(CultureInfo.InvariantCulture, $"| {title} | {name} | {(figures.Row.OnePod ? figures.OnFaulty : None)} | {figures.Requests} | {figures.Failed}{Kinds(figures)} | {figures.Slow} | {Seconds(figures.Slowest)} | {(figures.LastFailure is { } last ? Seconds(last) : None)} | {Verdict(figures)} | {figures.Moved} | {Reached(figures)} | {(figures.Row.OnePod ? figures.After : None)} |\n"));
        }

        var missed = _all.Where(figures => figures.Misses().Count > 0).ToList();
        if (missed.Count > 0) text.Append("\nBounds that PodGate did not keep:\n\n");
        foreach (var figures in missed) text.Append($"- {figures.Row.Title}: {string.Join("; ", figures.Misses())}\n");
        var notes = _all.Where(figures => figures.Note is not null).ToList();
        if (notes.Count > 0) text.Append("\nThat the faults were there:\n\n");
        foreach (var figures in notes) text.Append($"- {figures.Row.Title}, {figures.Proxy.Name}: {figures.Note}\n");
        text.Append("\nWhat PodGate said when it latched:\n\n");
        foreach (var figures in _all.Where(figures => figures.Sentence is not null)) text.Append($"- {figures.Row.Title}: {figures.Sentence}\n");
        var late = _all.Where(figures => figures.IsMeasured).Select(figures => figures.Lateness).DefaultIfEmpty().Max();
        return text.Append(CultureInfo.InvariantCulture, $"\nThe measuring process itself was never more than {late.TotalMilliseconds:0} ms late.\n\n").ToString();
    }

    private string Reading() => string.Create(CultureInfo.InvariantCulture, $"""
        ## How to read it

        - **Callers** have a source address of their own each, keep their connection, ask for `/echo` one request after the other, and at most every {Caller.Pace.TotalMilliseconds:0} ms. They
          repeat nothing by themselves. Five seconds of warm-up; then the fault for {_options.Length.TotalSeconds:0} s (longer where its bound is longer: a name's look-up comes every 30 s); then {_options.Length.TotalSeconds:0} s
          after it is mended, in which nobody enables anything.
        - **Failed**: a status of 500 or more (or any that is not 2xx), a reset, an answer cut off, a connection closed or refused, no whole answer within {Caller.Timeout.TotalSeconds:0} s. **Slow**: a good answer after more
          than a second. Both are counted until the end of the recovery, so a pod that comes back sick counts too.
        - **The sick pod** is the one whose share of the callers is nearest to a third. **Moved**: callers that were answered by another pod although nothing was wrong with theirs.
        - **Taken out, latched**: when PodGate's API first showed it, asked 20 times a second. The others have no latch; **reached it while sick** tells when they stopped sending: the
          requests that arrived at the pod, by its own count, and when the last one did.
        - **After it recovered**: requests begun after the pod was mended that it answered, though nobody had enabled it. Where a bound is "nothing latched, nobody moved", nothing is wrong
          with any one pod. With all pods cut off, all answering 500, or the gate stopped, nobody can be served; there, failures count only when the request began five seconds after the end.
        - Each row with each proxy has pods and a proxy of its own, started for it. Rows that drop packets or take DNS away live in a network namespace of their own.


        """);

    private string Configurations()
    {
        var text = new StringBuilder("## Configurations\n\nWords between @ are this run's addresses. The files are in `bench/failover/proxies`.\n");
        foreach (var kind in _options.Proxies)
        {
            text.Append($"\n### {kind.Name}\n\n```\n{File.ReadAllText(ProxyKind.ConfigurationPath(kind.Configuration)).TrimEnd()}\n```\n");
        }

        return text.ToString();
    }

    private Figures? Of(Row row, ProxyKind kind) => _all.FirstOrDefault(figures => figures.Row == row && figures.Proxy == kind);

    private static string Verdict(Figures figures)
    {
        if (!figures.Proxy.IsPodGate) return None;
        if (figures.LatchedWrongly.Count > 0) return $"latched wrongly: {string.Join(", ", figures.LatchedWrongly)}";
        if (!figures.Row.OnePod) return "not latched";
        var outAt = figures.Out is { } at ? Seconds(at) : "not";
        return figures.Latched is { } latched ? $"{outAt}, {Seconds(latched)} ({figures.Cause})" : $"{outAt}, not latched";
    }

    private static string Reached(Figures figures) =>
        figures.During is not { } during ? None
        : during.Last is { } last && during.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{during.Count}, the last at {last.TotalSeconds:0.0} s of {figures.Lasted.TotalSeconds:0} s")
        : "0";

    private static string Kinds(Figures figures) =>
        figures.Failed == 0 ? "" : $" ({string.Join(", ", figures.Kinds.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}"))})";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    private static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : "unknown";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024 / 1024 / 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores ({model}), {memory} GB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");
    }
}
