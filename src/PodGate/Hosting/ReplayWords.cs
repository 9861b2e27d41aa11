using System.Globalization;
using PodGate.Cli;
using PodGate.Core.Pods;
using PodGate.Core.Replaying;

namespace PodGate.Hosting;

/// <summary>What a replay says in the end: the difference, and what it does not know.</summary>
internal static class ReplayWords
{
    private const int MostMoments = 5;

    private static readonly (ReplayEventKind Kind, string Word)[] Told =
    [
        (ReplayEventKind.Latched, "latched"), (ReplayEventKind.Suspended, "suspended"), (ReplayEventKind.HeldBack, "held back"),
    ];

    /// <summary>One sentence for each pod and each kind of thing that happened to it in either replay.</summary>
    /// <param name="configured">The replay with the configuration's numbers.</param>
    /// <param name="changed">The other; null when nothing was changed.</param>
    /// <param name="changes">What was changed.</param>
    /// <param name="pods">The pods.</param>
    public static IReadOnlyList<string> Comparison(ReplayResult configured, ReplayResult? changed, string changes, IEnumerable<string> pods)
    {
        var sentences = new List<string>();
        foreach (var pod in pods)
        {
            foreach (var (kind, word) in Told)
            {
                var (before, after) = (Moments(configured, pod, kind), changed is null ? [] : Moments(changed, pod, kind));
                if (before.Length == 0 && after.Length == 0) continue;
                if (changed is null) sentences.Add($"as configured {pod} {Would(word, before)}");
                else if (before.SequenceEqual(after)) sentences.Add($"as configured and with {changes} alike {pod} {Would(word, before)}");
                else sentences.Add($"with {changes} {pod} {Would(word, after)}; as configured {Times(before)}");
            }
        }

        if (sentences.Count == 0)
            sentences.Add($"no pod would have been suspended, latched or held back, as configured{(changed is null ? "" : $" or with {changes}")}");
        return sentences;
    }

    /// <summary>What it assumed and cannot know.</summary>
    public static IReadOnlyList<string> Notes(
        ReplayAsked asked, FleetSettings settings, RecordedHistory history, ReplayResult configured, ReplayResult? changed, int unreadable,
        TimeSpan enableAfter)
    {
        var notes = new List<string>();
        if (changed is not null && asked.Timeout is { } timeout)
        {
            if (changed.CutShort > 0)
            {
                notes.Add(
                    $"with a timeout of {Sentences.Span(timeout)}, {changed.CutShort} good probes became time-outs; their witness is any other pod that answered about then. "
                    + "That is at most: of probes that were recorded as one run only the longest duration is known, and all of them are taken to have been as slow");
            }

            if (timeout > settings.ProbeTimeout)
                notes.Add($"a timeout longer than the one in force cannot be known: whether {changed.Unknowable} time-outs would have become answers, nobody has seen");
        }

        notes.Add("clients' traffic and connections refused to them are not recorded: what they would have decided is missing");
        if (!settings.References.IsEmpty) notes.Add("answers of reference targets are not recorded: only pods are witnesses here");
        notes.Add($"after a latch somebody is taken to enable the pod as soon as it has looked well for {Sentences.Span(enableAfter)} and enable accepts it");
        notes.Add("at the beginning every pod is taken for enabled; what people did (drain, disable, enable, freeze) is not replayed");
        notes.Add("probes are taken as they were sent; with other numbers a gate would have sent some at other moments");
        notes.Add("documents are taken as they were judged when they came: rules for components, freshness and identity are not tried anew");
        if (configured.Restarts > 0) notes.Add($"{Times(configured.Restarts)} what was measured was forgotten: the gate was started, or recorded nothing for a while");
        var recorded = history.Probes.Select(line => line.Pod).Distinct().Order(StringComparer.Ordinal).ToArray();
        var strangers = recorded.Where(pod => !settings.Pods.ContainsKey(pod)).ToArray();
        if (strangers.Length > 0) notes.Add($"left out, because they are not configured: {string.Join(", ", strangers)}");
        var silent = settings.Pods.Keys.Where(pod => !recorded.Contains(pod)).ToArray();
        if (silent.Length > 0) notes.Add($"configured, but without a probe in the history: {string.Join(", ", silent)}");
        if (unreadable > 0) notes.Add($"{unreadable} lines of the history cannot be read (torn by a kill, or damaged) and are left out");
        return notes;
    }

    private static DateTimeOffset[] Moments(ReplayResult result, string pod, ReplayEventKind kind) =>
        [.. result.Events.Where(happened => happened.Pod == pod && happened.Kind == kind).Select(happened => happened.At)];

    private static string Would(string word, DateTimeOffset[] moments) =>
        moments.Length == 0 ? $"would never have been {word}" : $"would have been {word} {Times(moments)}";

    private static string Times(DateTimeOffset[] moments)
    {
        if (moments.Length == 0) return "never";
        var shown = string.Join(", ", moments.Take(MostMoments).Select(Moment));
        return $"{Times(moments.Length)}, at {shown}{(moments.Length > MostMoments ? $" and {moments.Length - MostMoments} more" : "")}";
    }

    /// <summary>To a tenth: what fires with other numbers often fires a moment earlier or later.</summary>
    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.f'Z'", CultureInfo.InvariantCulture);

    private static string Times(int count) => count switch
    {
        1 => "once",
        2 => "twice",
        _ => $"{count} times",
    };
}
