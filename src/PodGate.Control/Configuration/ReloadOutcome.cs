namespace PodGate.Control.Configuration;

/// <summary>What became of a reload.</summary>
/// <param name="Applied">The new configuration is in force.</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="Errors">All that is wrong, each with key, what is wrong and what would be right.</param>
/// <param name="NeedsConfirmation">It is valid and would be applied by <c>podgate reload --confirm</c>.</param>
public sealed record ReloadOutcome(bool Applied, string Sentence, IReadOnlyList<string> Errors, bool NeedsConfirmation = false);
