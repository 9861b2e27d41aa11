using System.Collections.Immutable;

namespace PodGate.Core.Health.Formats;

/// <summary>What a document says, before the status code is held against it.</summary>
/// <param name="Word">Healthy, Degraded, Leaving, Unhealthy, or Unreadable.</param>
/// <param name="Trouble">Why it is unreadable, as the end of a sentence "answered 200 with ..."; null when it is not.</param>
/// <param name="Components">What it says about its components.</param>
internal sealed record HealthFinding(ProbeResult Word, string? Trouble, ImmutableArray<HealthComponent> Components)
{
    /// <summary>Components that it has besides, beyond <see cref="HealthDocument.ComponentLimit"/>.</summary>
    internal int Unlisted { get; init; }

    /// <summary>Its other fields.</summary>
    internal HealthFields Fields { get; init; } = HealthFields.None;

    internal static HealthFinding Unreadable(string trouble) => new(ProbeResult.Unreadable, trouble, []);

    internal static HealthFinding Of(ProbeResult word) =>
        word == ProbeResult.Unreadable ? Unreadable("an unknown status") : new(word, null, []);
}
