namespace PodGate.Cli;

/// <summary>What a command has while it runs: whom to ask, where to print, and whether for a script.</summary>
/// <param name="Gate">The gate that is asked.</param>
/// <param name="Screen">Where to print.</param>
/// <param name="Time">The clock of polls.</param>
/// <param name="Json">Whether a script reads the output.</param>
internal sealed record CliSession(GateClient Gate, Screen Screen, TimeProvider Time, bool Json);
