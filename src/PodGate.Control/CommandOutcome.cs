using PodGate.Core.Pods;

namespace PodGate.Control;

/// <summary>What became of a command.</summary>
/// <param name="Refusal">Why it was not carried out, or null when it was.</param>
/// <param name="Durable">False when it is in effect but not yet in the journal.</param>
/// <param name="Sentence">What was done, or why not, in a sentence.</param>
/// <param name="View">The fleet after it.</param>
public sealed record CommandOutcome(Refusal? Refusal, bool Durable, string Sentence, FleetView View);
