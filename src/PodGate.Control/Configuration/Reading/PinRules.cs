using System.Net;
using System.Net.Sockets;

namespace PodGate.Control.Configuration.Reading;

/// <summary>What must hold between pins, and between them and the rest.</summary>
internal static class PinRules
{
    /// <summary>A message names so many pods.</summary>
    private const int MostNamed = 8;

    /// <summary>Checks all pins, unless one of them has a mistake of its own.</summary>
    /// <param name="configuration">As read so far.</param>
    /// <param name="findings">Where complaints go.</param>
    public static void Check(GateConfiguration configuration, Findings findings)
    {
        if (!findings.AreWell("Pins"))
            return;
        var pins = configuration.Fleet.Pins.All;
        var known = new Dictionary<IPNetwork, int>();
        for (var i = 0; i < pins.Length; i++)
        {
            var (pin, key) = (pins[i], $"Pins[{i}]");
            if (!known.TryAdd(pin.Network, i))
                Complain(key, "Network", $"\"{pin.Network}\" is the network of Pins[{known[pin.Network]}] too", "keep one of them");
            else if (LongestOf(pin.Network) is var (prefixKey, longest) && pin.Network.PrefixLength > longest && findings.AreWell(prefixKey))
                Complain(
                    key,
                    "Network",
                    $"\"{pin.Network}\" is a part of one source: {prefixKey} is {longest}",
                    $"write a network of at most {longest} bits, or more for {prefixKey}");
            if (!configuration.Fleet.Pods.ContainsKey(pin.Pod) && findings.AreWell("Pods"))
                Complain(key, "Pod", $"{WrittenValue.Quote(pin.Pod)} is not one of the pods", $"write {Pods()}");
        }

        (string Key, int Prefix) LongestOf(IPNetwork network) => network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? ("Affinity.IPv4Prefix", configuration.Affinity.IPv4Prefix)
            : ("Affinity.IPv6Prefix", configuration.Affinity.IPv6Prefix);

        string Pods()
        {
            var names = configuration.Fleet.Pods.Keys.Take(MostNamed + 1).ToList();
            return names.Count > MostNamed ? "the name of one of them" : names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}";
        }

        void Complain(string key, string name, string what, string remedy) =>
            findings.Error(findings.PlaceOf($"{key}.{name}", key), $"{key}.{name}", what, remedy);
    }
}
