using System.Collections.Immutable;

namespace PodGate.Core.Health;

/// <summary>What an answer of a pod's health address amounts to.</summary>
/// <param name="Result">Healthy, Degraded, Leaving, Unhealthy, Overloaded or Unreadable.</param>
/// <param name="Sentence">One sentence for people, at most <see cref="HealthDocument.SentenceLimit"/> characters, safe for a terminal and a log.</param>
/// <param name="Components">The components the document names, in its order, at most <see cref="HealthDocument.ComponentLimit"/>; empty
/// when it names none.</param>
public sealed record HealthReading(ProbeResult Result, string Sentence, ImmutableArray<HealthComponent> Components)
{
    /// <summary>Components that the document has besides, beyond <see cref="HealthDocument.ComponentLimit"/>: nobody has looked at them.</summary>
    public int Unlisted { get; init; }

    /// <summary>When the pod says it looked at itself, by its own clock; null when it does not say.</summary>
    public DateTimeOffset? ObservedAt { get; init; }

    /// <summary>
    /// <see cref="ObservedAt"/> comes from a field that can mean nothing else (observedAt, checkedAt) and names its zone, so that it may be held against
    /// the pod's own clock. A mere timestamp might be that of a build.
    /// </summary>
    public bool SaysWhenItLooked { get; init; }

    /// <summary>A number of its own that grows with each look; null when there is none.</summary>
    public long? Sequence { get; init; }

    /// <summary>How long the pod says it has been running; null when it does not say.</summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>Whose document it says it is, cleaned, at most 63 characters; null when it does not say.</summary>
    public string? Identity { get; init; }

    /// <summary>The value of the response header that <see cref="IdentitySettings.Header"/> names, cleaned, at most 63 characters; null when it was not
    /// there.</summary>
    public string? HeaderIdentity { get; init; }

    /// <summary>The version of the product that it names, cleaned, at most 63 characters; null when it names none.</summary>
    public string? Version { get; init; }

    /// <summary>The value of the field that <see cref="FreshnessSettings.Field"/> names, as text, at most 100 characters; null when it is not
    /// there.</summary>
    public string? FreshnessMark { get; init; }

    /// <summary>The beginning of <see cref="Sentence"/>, without the components; null: the whole of it.</summary>
    internal string? Headline { get; init; }
}

/// <summary>
/// One component of a health document, as the pod describes it. For explaining only, unless <see cref="HealthSettings.Components"/> has rules: without
/// any the document's own status is what counts.
/// </summary>
/// <param name="Name">Its name, cleaned; of one that is within another, both names joined by a dot. Several may have the same.</param>
/// <param name="Result">Healthy, Degraded, Leaving, Unhealthy, or Unreadable for a status that is none of these words.</param>
/// <param name="Text">What the pod says about it, cleaned; null when it says nothing.</param>
public sealed record HealthComponent(string Name, ProbeResult Result, string? Text);
