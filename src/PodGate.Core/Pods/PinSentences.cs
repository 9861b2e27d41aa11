using System.Net;
using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>What a new configuration does to the pins, in words.</summary>
public static class PinSentences
{
    /// <summary>A journal's sentence names so many changes, and counts the others: there may be a thousand.</summary>
    private const int MostNamed = 8;

    /// <summary>Each change in a few words; none when nothing changed.</summary>
    /// <param name="before">The pins until now.</param>
    /// <param name="after">The pins from now on.</param>
    public static IReadOnlyList<string> Changes(Pins before, Pins after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (before.Equals(after)) return [];
        var (was, now) = (ByNetwork(before), ByNetwork(after));
        return
        [
            .. now.Values.Where(pin => was.GetValueOrDefault(pin.Network) != pin).Select(InWords),
            .. was.Values.Where(pin => !now.ContainsKey(pin.Network)).Select(pin => $"{pin.Network} is not pinned to {pin.Pod} any more"),
        ];
    }

    /// <summary>The changes in one sentence.</summary>
    /// <param name="changes">They; at least one.</param>
    public static string Sentence(IReadOnlyList<string> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return string.Join(", ", changes.Take(MostNamed)) + (changes.Count > MostNamed ? $" and {changes.Count - MostNamed} more changes of pins" : "");
    }

    private static string InWords(Pin pin) =>
        $"{pin.Network} is pinned to {pin.Pod} now{(pin.Otherwise == PinOtherwise.Refuse ? ", and refused elsewhere" : "")}";

    // In the order of the file, as people wrote them.
    private static Dictionary<IPNetwork, Pin> ByNetwork(Pins pins)
    {
        var byNetwork = new Dictionary<IPNetwork, Pin>();
        foreach (var pin in pins.All) byNetwork[pin.Network] = pin;
        return byNetwork;
    }
}
