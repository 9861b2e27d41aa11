using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using PodGate.Control.Journal;
using PodGate.Operator;

namespace PodGate.Hosting;

/// <summary>What <c>--init</c> and <c>--recover</c> do to the state directory before the gate opens it.</summary>
internal static class StateFiles
{
    /// <summary>Makes journal, key and administrator's token. A journal that is there is refused, except when only the tokens are missing.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public static void Initialise(string directory, TimeProvider time, ILogger logger)
    {
        var tokens = Path.Combine(directory, TokenFile.Name);
        try
        {
            StateDirectory.Initialise(directory, time, RandomNumberGenerator.GetBytes(StateDirectory.RandomBytes));
        }
        catch (JournalException exception) when (exception.Kind == JournalExceptionKind.Exists && !File.Exists(tokens))
        {
            // An --init that was killed between journal and tokens, or a token file that was lost: the journal stays as it is.
        }

        if (TokenStore.Initialise(directory, time)) GateLog.TokenMade(logger, Path.Combine(directory, TokenStore.OperatorTokenFile));
    }

    /// <summary>Recovers the journal from the best copy that verifies.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public static void Recover(string directory, TimeProvider time, ILogger logger) =>
        SqliteJournal.Recover(directory, time, RandomNumberGenerator.GetBytes(StateDirectory.RandomBytes), logger);
}
