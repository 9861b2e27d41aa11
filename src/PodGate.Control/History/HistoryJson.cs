using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using PodGate.Core.Health;
using PodGate.Core.Replaying;

namespace PodGate.Control.History;

/// <summary>A line of the history as JSON; what a line does not have is left out.</summary>
internal sealed record HistoryLine(string At)
{
    public string? Pod { get; init; }

    public string? Check { get; init; }

    public string? Result { get; init; }

    public double? Took { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<int>? Gaps { get; init; }

    public bool? DataPort { get; init; }

    public bool? Started { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 4)]
[JsonSerializable(typeof(HistoryLine))]
internal sealed partial class HistoryLineContext : JsonSerializerContext;

/// <summary>What a line says: probes, or that a gate began to record.</summary>
/// <param name="Probes">The probes; null in a line that says a gate began.</param>
/// <param name="Started">When a gate began; null in a line of probes.</param>
internal readonly record struct HistoryEntry(RecordedProbes? Probes, DateTimeOffset? Started);

/// <summary>Writes and reads lines. What is read is checked as if a stranger had written it: people look at it in a terminal.</summary>
internal static class HistoryJson
{
    /// <summary>The longest line that is read, in characters.</summary>
    public const int LongestLine = 16 * 1024;

    private const string Moment = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int LongestName = 63;
    private const double LongestProbe = 600_000;
    private const int LongestGap = 24 * 60 * 60 * 1000;

    public static byte[] Write(RecordedProbes probes) => Bytes(new HistoryLine(Text(probes.From))
    {
        Pod = probes.Pod,
        Check = probes.Check,
        Result = probes.Result.ToString(),
        Took = Math.Round(probes.Took.TotalMilliseconds, 1),
        Text = probes.Sentence,
        Gaps = probes.Gaps.IsEmpty ? null : probes.Gaps,
        DataPort = probes.DataPortTook ? true : null,
    });

    public static byte[] WriteStart(DateTimeOffset at) => Bytes(new HistoryLine(Text(at)) { Started = true });

    /// <summary>Reads a line; null when it is none, torn or out of bounds.</summary>
    public static HistoryEntry? Read(string text)
    {
        if (text.Length > LongestLine) return null;
        HistoryLine? line;
        try
        {
            line = JsonSerializer.Deserialize(text, HistoryLineContext.Default.HistoryLine);
        }
        catch (JsonException)
        {
            return null;
        }

        if (!DateTimeOffset.TryParseExact(line?.At, Moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return null;
        if (line!.Started == true) return new HistoryEntry(null, at);
        if (!IsName(line.Pod) || (line.Check is not null && !IsName(line.Check)) || line.Took is not (>= 0 and <= LongestProbe)) return null;
        if (!Enum.TryParse<ProbeResult>(line.Result, out var result) || result.ToString() != line.Result) return null;
        var gaps = line.Gaps ?? [];
        if (gaps.Count >= RecordedProbes.LongestRun || gaps.Any(gap => gap is < 0 or > LongestGap)) return null;
        var sentence = CleanText.Of(line.Text, HealthDocument.SentenceLimit);
        var took = TimeSpan.FromTicks((long)(line.Took.Value * TimeSpan.TicksPerMillisecond));
        var probes = new RecordedProbes(line.Pod!, line.Check, result, sentence, at, took, [.. gaps]) { DataPortTook = line.DataPort == true };
        return new HistoryEntry(probes, null);
    }

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= LongestName } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString(Moment, CultureInfo.InvariantCulture);

    private static byte[] Bytes(HistoryLine line) => [.. JsonSerializer.SerializeToUtf8Bytes(line, HistoryLineContext.Default.HistoryLine), (byte)'\n'];
}
