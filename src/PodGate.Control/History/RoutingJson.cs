using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Control.History;

/// <summary>
/// A line of the routing history as JSON; what a line does not have is left out. With a mark it is a whole picture, else what changed of the one before.
/// </summary>
internal sealed record RoutingLine(string At, string Kind)
{
    public string? Mark { get; init; }

    public IReadOnlyList<RoutingLinePod>? Pods { get; init; }

    public IReadOnlyList<string>? Gone { get; init; }

    public IReadOnlyList<RoutingLinePin>? Pins { get; init; }

    public int? Missed { get; init; }

    public string? Pod { get; init; }

    public string? Text { get; init; }
}

/// <summary>A pod in a line; without a share it has all its slots.</summary>
internal sealed record RoutingLinePod(string Name, string Admission)
{
    public int? Share { get; init; }
}

/// <summary>A pin in a line.</summary>
internal sealed record RoutingLinePin(string Network, string Pod)
{
    public bool? Refuses { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 4)]
[JsonSerializable(typeof(RoutingLine))]
internal sealed partial class RoutingLineContext : JsonSerializerContext;

/// <summary>Writes and reads lines. What is read is checked as if a stranger had written it.</summary>
internal static class RoutingJson
{
    /// <summary>The longest line that is read, in characters: a thousand pods and a thousand pins.</summary>
    public const int LongestLine = 512 * 1024;

    private const string Moment = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int LongestSentence = 1000;
    private const int MostPods = 4096;

    /// <summary>Writes an entry.</summary>
    /// <param name="entry">It.</param>
    /// <param name="before">The picture that the last lines of the file amount to; null: the file has none.</param>
    public static byte[] Write(RoutingEntry entry, RoutingPicture? before)
    {
        var line = new RoutingLine(entry.At.UtcDateTime.ToString(Moment, CultureInfo.InvariantCulture), entry.Kind.ToString())
        {
            Missed = entry.Missed > 0 ? entry.Missed : null,
            Pod = entry.Pod.Length > 0 ? entry.Pod : null,
            Text = entry.Sentence.Length > 0 ? entry.Sentence : null,
        };
        if (entry.Picture is { } picture) line = before?.Mark == picture.Mark ? Changed(line, before, picture) : Whole(line, picture);
        return [.. JsonSerializer.SerializeToUtf8Bytes(line, RoutingLineContext.Default.RoutingLine), (byte)'\n'];
    }

    /// <summary>Reads a line.</summary>
    /// <param name="text">It.</param>
    /// <param name="before">The picture that the lines before it amount to; null: there is none.</param>
    /// <returns>Null when it is none, torn, out of bounds, or a change of nothing.</returns>
    public static RoutingEntry? Read(string text, RoutingPicture? before)
    {
        if (text.Length > LongestLine) return null;
        RoutingLine? line;
        try
        {
            line = JsonSerializer.Deserialize(text, RoutingLineContext.Default.RoutingLine);
        }
        catch (JsonException)
        {
            return null;
        }

        if (!DateTimeOffset.TryParseExact(line?.At, Moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return null;
        if (!TryWord<RoutingEntryKind>(line!.Kind, out var kind) || line.Missed is < 0 || (line.Pod is not null && !IsName(line.Pod))) return null;
        var entry = new RoutingEntry(at, kind) { Missed = line.Missed ?? 0, Pod = line.Pod ?? "", Sentence = CleanText.Of(line.Text, LongestSentence) };
        if (kind != RoutingEntryKind.Routed) return entry;
        return PictureOf(line, before) is { } picture ? entry with { Picture = picture } : null;
    }

    private static RoutingLine Whole(RoutingLine line, RoutingPicture picture) =>
        line with { Mark = picture.Mark, Pods = [.. picture.Pods.Select(PodOf)], Pins = PinsOf(picture.Pins) };

    private static RoutingLine Changed(RoutingLine line, RoutingPicture before, RoutingPicture after)
    {
        var known = before.Pods.ToHashSet();
        var names = after.Pods.Select(pod => pod.Name).ToHashSet(StringComparer.Ordinal);
        string[] gone = [.. before.Pods.Select(pod => pod.Name).Where(name => !names.Contains(name))];
        return line with
        {
            Pods = [.. after.Pods.Where(pod => !known.Contains(pod)).Select(PodOf)],
            Gone = gone.Length == 0 ? null : gone,
            Pins = after.Pins.Equals(before.Pins) ? null : PinsOf(after.Pins),
        };
    }

    private static RoutingLinePod PodOf(PodPart part) =>
        new(part.Name, part.Admission.ToString()) { Share = part.Share == PodRoute.FullShare ? null : part.Share };

    private static RoutingLinePin[] PinsOf(Pins pins) =>
        [.. pins.All.Select(pin => new RoutingLinePin(pin.Network.ToString(), pin.Pod) { Refuses = pin.Otherwise == PinOtherwise.Refuse ? true : null })];

    private static RoutingPicture? PictureOf(RoutingLine line, RoutingPicture? before)
    {
        var isWhole = line.Mark is not null;
        if ((!isWhole && before is null) || line.Mark is { Length: 0 or > 100 } || line.Pods is null) return null;
        var pods = new SortedDictionary<string, PodPart>(StringComparer.Ordinal);
        foreach (var pod in isWhole ? [] : before!.Pods) pods[pod.Name] = pod;
        foreach (var pod in line.Pods)
        {
            // Null is no pod, whatever the type says: that is read.
            if (pod is null || !IsName(pod.Name) || !TryWord<Admission>(pod.Admission, out var admission)) return null;
            if (pod.Share is < 0 or > PodRoute.FullShare) return null;
            pods[pod.Name] = new PodPart(pod.Name, admission, pod.Share ?? PodRoute.FullShare);
        }

        foreach (var name in line.Gone ?? []) pods.Remove(name ?? "");
        var pins = line.Pins is { } written ? Read(written) : isWhole ? Pins.None : before!.Pins;
        return pins is null || pods.Count > MostPods ? null : new RoutingPicture(line.Mark ?? before!.Mark, [.. pods.Values], pins);
    }

    private static Pins? Read(IReadOnlyList<RoutingLinePin> written)
    {
        if (written.Count > Pins.Most) return null;
        var pins = ImmutableArray.CreateBuilder<Pin>(written.Count);
        foreach (var pin in written)
        {
            if (pin is null || !IsName(pin.Pod) || !IPNetwork.TryParse(pin.Network, out var network)) return null;
            pins.Add(new Pin(network, pin.Pod, pin.Refuses == true ? PinOtherwise.Refuse : PinOtherwise.Spread));
        }

        return Pins.Of(pins.MoveToImmutable());
    }

    private static bool TryWord<T>(string? word, out T value)
        where T : struct, Enum => Enum.TryParse(word, out value) && value.ToString() == word;

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= 63 } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
