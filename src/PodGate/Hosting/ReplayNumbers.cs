using PodGate.Cli;
using PodGate.Core.Pods;

namespace PodGate.Hosting;

/// <summary>The numbers that a replay can change.</summary>
internal static class ReplayNumbers
{
    /// <summary>The configuration's numbers with the changed ones over them.</summary>
    /// <param name="asked">The changes.</param>
    /// <param name="configured">The configuration's.</param>
    public static FleetSettings Apply(ReplayAsked asked, FleetSettings configured) => configured with
    {
        Fall = asked.Fall ?? configured.Fall,
        Rise = asked.Rise ?? configured.Rise,
        ProbeTimeout = asked.Timeout ?? configured.ProbeTimeout,
        FlapLimit = asked.FlapLimit ?? configured.FlapLimit,
        FlapWindow = asked.FlapWindow ?? configured.FlapWindow,
        MinimumOpen = asked.MinimumOpen ?? configured.MinimumOpen,
        SuspensionHold = asked.SuspensionHold ?? configured.SuspensionHold,
        SuspensionHoldLongest = asked.SuspensionHold > configured.SuspensionHoldLongest ? asked.SuspensionHold.Value : configured.SuspensionHoldLongest,
        SuspendedTooLong = asked.SuspendedTooLong ?? configured.SuspendedTooLong,
        OverloadGrace = asked.OverloadGrace ?? configured.OverloadGrace,
    };

    /// <summary>The changes in words, such as "Fall 2"; empty when there are none.</summary>
    /// <param name="asked">The changes.</param>
    public static IReadOnlyList<string> Changes(ReplayAsked asked) =>
    [
        .. new (string Name, object? Value)[]
        {
            ("Fall", asked.Fall), ("Rise", asked.Rise), ("Timeout", asked.Timeout), ("FlapLimit", asked.FlapLimit), ("FlapWindow", asked.FlapWindow),
            ("MinimumOpen", asked.MinimumOpen), ("SuspensionHold", asked.SuspensionHold), ("SuspendedTooLong", asked.SuspendedTooLong),
            ("OverloadGrace", asked.OverloadGrace),
        }
            .Where(change => change.Value is not null)
            .Select(change => $"{change.Name} {(change.Value is TimeSpan span ? Sentences.Span(span) : change.Value)}"),
    ];

    /// <summary>All of them in words.</summary>
    /// <param name="settings">The numbers.</param>
    public static string Describe(FleetSettings settings) =>
        $"Fall {settings.Fall}, Rise {settings.Rise}, Timeout {Sentences.Span(settings.ProbeTimeout)}, FlapLimit {settings.FlapLimit} within "
        + $"{Sentences.Span(settings.FlapWindow)}, MinimumOpen {settings.EffectiveMinimumOpen}, SuspensionHold {Sentences.Span(settings.SuspensionHold)}, "
        + $"SuspendedTooLong {Sentences.Span(settings.SuspendedTooLong)}, OverloadGrace {Sentences.Span(settings.OverloadGrace)}";
}
