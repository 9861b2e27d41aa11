using System.Text.Json;

namespace PodGate.Cli;

/// <summary>A reason to end with an exit code other than 0. Its message is for people and never holds a token.</summary>
internal abstract class CliFailure(string message, int exitCode) : Exception(message)
{
    /// <summary>What the process returns.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>The command was used wrongly; nothing was asked of the gate.</summary>
internal sealed class WrongUsage(string message) : CliFailure(message, ExitCodes.Usage);

/// <summary>The gate was asked, and what the command is about is not there.</summary>
internal sealed class NotThere(string message) : CliFailure(message, ExitCodes.Refused);

/// <summary>Nobody answered, or what answered is not a gate.</summary>
internal sealed class GateUnreachable(string message) : CliFailure(message, ExitCodes.Unreachable);

/// <summary>The gate answered and said no.</summary>
internal sealed class GateRefused(int status, string sentence, IReadOnlyList<string> errors, JsonElement? document)
    : CliFailure(sentence, ExitCodes.Refused)
{
    /// <summary>The status code of the answer.</summary>
    public int Status { get; } = status;

    /// <summary>Everything that is wrong, when there is more to say than the sentence.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;

    /// <summary>The whole answer, for scripts; null when it had no JSON.</summary>
    public JsonElement? Document { get; } = document;
}
