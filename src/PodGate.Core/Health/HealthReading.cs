using System.Collections.Immutable;

namespace PodGate.Core.Health;

/// <summary>What an answer of a pod's health address amounts to.</summary>
/// <param name="Result">Healthy, Degraded, Unhealthy, Overloaded or Unreadable.</param>
/// <param name="Sentence">One sentence for people, at most <see cref="HealthDocument.SentenceLimit"/> characters, safe for a terminal and a log.</param>
/// <param name="Components">The components the document names, in its order, at most <see cref="HealthDocument.ComponentLimit"/>; empty
/// when it names none.</param>
public sealed record HealthReading(ProbeResult Result, string Sentence, ImmutableArray<HealthComponent> Components);

/// <summary>One component of a health document, as the pod describes it. For explaining only: the document's own status is what counts.</summary>
/// <param name="Name">Its name, cleaned.</param>
/// <param name="Result">Healthy, Degraded, Unhealthy, or Unreadable for a status that is none of these words.</param>
/// <param name="Text">What the pod says about it, cleaned; null when it says nothing.</param>
public sealed record HealthComponent(string Name, ProbeResult Result, string? Text);
