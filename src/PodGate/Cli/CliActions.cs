using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("PodGate.Tests")]
[assembly: InternalsVisibleTo("Micro")]

namespace PodGate.Cli;

/// <summary>What the commands do that need no running gate: the front door passes them in, so that the command line knows nothing of hosting.</summary>
/// <param name="Serve">
/// Runs the gate until it is told to stop and returns the exit code. The token is cancelled by SIGINT and SIGTERM; a host that
/// listens to those signals itself does no harm.
/// </param>
/// <param name="Check">Validates the configuration file of that path, writes what is wrong with it, and returns the exit code: 0, or 2 for a bad file.</param>
internal sealed record CliActions(
    Func<ServeOptions, CancellationToken, Task<int>> Serve,
    Func<string, TextWriter, TextWriter, int> Check)
{
    /// <summary>Replays a recorded history; paths in what it is asked are full.</summary>
    public Func<ReplayAsked, ReplayTold> Replay { get; init; } = _ => new ReplayTold(ExitCodes.Usage, ["there is nothing here to replay with."], null);

    /// <summary>Verifies an audit trail; paths in what it is asked are full.</summary>
    public Func<AuditAsked, AuditTold> Verify { get; init; } = _ => new AuditTold(ExitCodes.Usage, "there is nothing here to verify with.", null);
}

/// <summary>What <c>podgate serve</c> was called with.</summary>
/// <param name="ConfigPath">The configuration file, as it was typed.</param>
/// <param name="Init">Make the state directory's contents when there are none.</param>
/// <param name="Recover">Start from the last good copy of intents and latches although the journal is damaged.</param>
internal sealed record ServeOptions(string ConfigPath, bool Init, bool Recover);

/// <summary>What the commands see of the machine around them; tests pass their own.</summary>
/// <param name="Variable">An environment variable, or null.</param>
/// <param name="WorkingDirectory">Full path of the directory that relative paths start from.</param>
/// <param name="Time">The clock that polls and timeouts go by.</param>
/// <param name="TerminalWidth">Null: find out whether the output is a terminal. Else it is taken for one of that width.</param>
internal sealed record CliEnvironment(Func<string, string?> Variable, string WorkingDirectory, TimeProvider Time, int? TerminalWidth = null)
{
    /// <summary>The environment of this process.</summary>
    public static CliEnvironment OfProcess() => new(Environment.GetEnvironmentVariable, Environment.CurrentDirectory, TimeProvider.System);
}

/// <summary>What the process says about how it ended; documented in <c>docs/operating/cli.md</c>.</summary>
internal static class ExitCodes
{
    /// <summary>What was asked for is done.</summary>
    public const int Done = 0;

    /// <summary>The gate refused, and its sentence was printed.</summary>
    public const int Refused = 1;

    /// <summary>The command line, a variable or a file given to it is wrong; nothing was asked of the gate.</summary>
    public const int Usage = 2;

    /// <summary>Nobody answered, or not a gate.</summary>
    public const int Unreachable = 3;

    /// <summary>Ended by Ctrl-C or SIGTERM before it was through; what shells use for it.</summary>
    public const int Interrupted = 130;
}
