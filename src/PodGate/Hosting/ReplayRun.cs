using PodGate.Cli;
using PodGate.Control.Configuration;
using PodGate.Control.History;
using PodGate.Core.Pods;
using PodGate.Core.Replaying;

namespace PodGate.Hosting;

/// <summary><c>podgate replay</c>: reads a configuration and a history, replays it with the configuration's numbers and with others, and compares.</summary>
internal static class ReplayRun
{
    private static readonly string[] UsualFiles = ["podgate.json", Path.Combine("config", "podgate.json")];

    /// <summary>Does it all.</summary>
    /// <param name="asked">What was asked for; paths are full.</param>
    /// <param name="workingDirectory">Where the configuration is looked for when none was named.</param>
    /// <param name="environment">What lies over the configuration file.</param>
    public static ReplayTold Run(ReplayAsked asked, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        var path = asked.ConfigPath ?? UsualFiles.Select(file => Path.Combine(workingDirectory, file)).FirstOrDefault(File.Exists);
        if (path is null) return Wrong($"There is no {string.Join(" and no ", UsualFiles)} here: name the gate's configuration with --config.");
        var loaded = new ConfigurationLoader(TimeProvider.System).LoadFile(path, environment);
        if (loaded.Configuration is not { } configuration) return new ReplayTold(ExitCodes.Usage, [.. ConfigurationText.Describe(loaded)], null);

        var configured = configuration.Fleet;
        if (asked.MinimumOpen > configured.Pods.Count)
            return Wrong($"--minimum-open is {asked.MinimumOpen}, and {configured.Pods.Count} pods are configured; it must be 1 to {configured.Pods.Count}.");
        HistoryRead read;
        try
        {
            read = HistoryReader.Read(asked.StateDirectory ?? configuration.StateDirectory);
        }
        catch (HistoryException exception)
        {
            return Wrong(exception.Message);
        }

        var history = read.History.Between(asked.From, asked.To);
        if (history.Probes.IsEmpty)
        {
            var all = read.History.Probes;
            return Wrong($"No probe was recorded in that time: the history is from {PlainText.Moment(all.Min(line => line.From))} to {PlainText.Moment(all.Max(line => line.To))}.");
        }

        if (!history.Probes.Any(line => configured.Pods.ContainsKey(line.Pod)))
        {
            var recorded = string.Join(", ", history.Probes.Select(line => line.Pod).Distinct().Order(StringComparer.Ordinal));
            return Wrong($"The history is of other pods than {Path.GetFileName(path)}: it has {recorded}, configured are {string.Join(", ", configured.Pods.Keys)}.");
        }

        return new ReplayTold(ExitCodes.Done, [], Compare(asked, configured, history, read.Unreadable));
    }

    private static ReplayJson Compare(ReplayAsked asked, FleetSettings configured, RecordedHistory history, int unreadable)
    {
        var enableAfter = asked.EnableAfter ?? FleetReplay.EnabledAfter;
        var changes = ReplayNumbers.Changes(asked);
        var baseline = FleetReplay.Run(history, configured, null, enableAfter);
        var changed = changes.Count == 0 ? null : FleetReplay.Run(history, ReplayNumbers.Apply(asked, configured), asked.Timeout, enableAfter);
        var replayed = history.Probes.Where(line => configured.Pods.ContainsKey(line.Pod)).ToArray();
        return new ReplayJson(
            replayed.Min(line => line.From),
            replayed.Max(line => line.To),
            baseline.Probes,
            [.. replayed.Select(line => line.Pod).Distinct().Order(StringComparer.Ordinal)],
            Json(ReplayNumbers.Describe(configured), baseline),
            changed is null ? null : Json($"with {string.Join(", ", changes)}", changed),
            ReplayWords.Comparison(baseline, changed, string.Join(", ", changes), configured.Pods.Keys),
            ReplayWords.Notes(asked, configured, history, baseline, changed, unreadable, enableAfter));
    }

    private static ReplayRunJson Json(string numbers, ReplayResult result) => new(
        numbers,
        [.. result.Events.Select(happened => new ReplayEventJson(
            happened.At, happened.Pod, happened.Kind.ToString(), happened.Cause.ToString(), happened.Sentence))]);

    private static ReplayTold Wrong(string problem) => new(ExitCodes.Usage, [problem], null);
}
