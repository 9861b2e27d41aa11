using System.Text.RegularExpressions;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>Some names are known in one room only, and the transition function is called in one place only.</summary>
internal static partial class Rooms
{
    private const string TransitionRoom = "src/PodGate.Core/Pods/FleetStep";
    private const string CallingRoom = "src/PodGate.Control/Gatekeeper";

    // A replay has a fleet of its own, which no gate goes by and which ends with the answer: no road to any pod's state.
    private const string ReplayRoom = "src/PodGate.Core/Replaying/FleetReplay.cs";

    private static readonly (string Pattern, string Room, string Message)[] Known =
    [
        (@"\bYarp\s*\.", "src/PodGate.Proxy/Forwarding/", "YARP's types are known only in src/PodGate.Proxy/Forwarding."),
        (@"\bSerilog\b", "src/PodGate/Logging/", "Serilog is set up only in src/PodGate/Logging; elsewhere it is ILogger and [LoggerMessage]."),
        (@"\bMicrosoft\s*\.\s*Data\s*\.\s*Sqlite\b", "src/PodGate.Control/Journal/", "SQLite is known only in src/PodGate.Control/Journal."),
    ];

    /// <summary>Names that are known in one room only.</summary>
    public static IEnumerable<Finding> CheckNames(SourceFile file) =>
        from known in Known
        where !file.IsUnder(known.Room)
        from match in Regex.Matches(file.Code, known.Pattern)
        select file.Finding(match.Index, known.Message);

    /// <summary>One call site of the transition function in all of src: a second road to a pod's state would be found here.</summary>
    public static IEnumerable<Finding> CheckCallSite(IEnumerable<SourceFile> sources)
    {
        var calls = sources.Where(file => !file.IsUnder(TransitionRoom))
            .SelectMany(file => Apply().Matches(file.Code).Select(match => file.Finding(match.Index, Spaces().Replace(match.Value, "")))).ToList();
        if (calls.FindIndex(call => call.Path == ReplayRoom && call.Message == "FleetStep.Apply(") is >= 0 and var replays) calls.RemoveAt(replays);
        if (calls.Count == 0)
        {
            yield return new Finding(CallingRoom + ".cs", 0, "FleetStep.Apply is called nowhere; the Gatekeeper calls it, once.");
        }

        bool IsGatekeepers(Finding call) => call.Path.StartsWith(CallingRoom, StringComparison.Ordinal) && call.Message == "FleetStep.Apply(";
        foreach (var stray in calls.Where(call => !IsGatekeepers(call)))
        {
            yield return stray with { Message = $"'{stray.Message}': only the Gatekeeper calls FleetStep.Apply, by that name; send it a FleetInput." };
        }

        foreach (var second in calls.Where(IsGatekeepers).Skip(1))
        {
            yield return second with { Message = "a second call of FleetStep.Apply: there is one call site, so that there is one order of effects." };
        }
    }

    [GeneratedRegex(@"\bFleetStep\s*\.\s*Apply\b\s*\(?|\busing\s+static\s+[\w.]*\bFleetStep\b|\busing\s+\w+\s*=\s*[\w.]*\bFleetStep\b")]
    private static partial Regex Apply();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
