using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using PodGate.Control.Journal;
using PodGate.Control.Takeover;
using PodGate.Operator;

namespace PodGate.Hosting;

/// <summary>What <c>--init</c> and <c>--recover</c> do to the state directory before the gate opens it.</summary>
internal static class StateFiles
{
    /// <summary>Opens the journal, after what <c>--init</c> and <c>--recover</c> ask for. One that was handed over is opened as it is, or not at all.</summary>
    /// <param name="options">What the gate is started with.</param>
    /// <param name="configuration">Where the state directory is, and whether a socket is another way in.</param>
    /// <param name="handed">What was handed over; null: nothing.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="JournalException">It is refused.</exception>
    /// <exception cref="TakeoverException">It is not the one that was handed over.</exception>
    public static async Task<PassableJournal> OpenAsync(GateOptions options, GateConfiguration configuration, HandedOver? handed, ILogger logger)
    {
        // Who takes over is called with what the gate before was called with, and finds what that has made.
        var directory = configuration.StateDirectory;
        if (options.Init && handed is null) Initialise(directory, Gate.HasLocal(configuration) ? configuration.SocketPath : null, options.Time, logger);
        if (options.Recover && handed is null) Recover(directory, options.Time, logger);
        var journal = OpenIt();
        try
        {
            if (handed is not null) TakeOver.Check(handed, journal.Position);
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }

        return new PassableJournal(journal, OpenIt, holds: handed is not null, options.Time, logger);

        SqliteJournal OpenIt() => SqliteJournal.Open(directory, options.Time, logger);
    }

    /// <summary>Makes journal, key and administrator's token. A journal that is there is refused, except when only the tokens are missing.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="socket">The socket by which people on this machine come in without the token, so that it may end; null: none, and it does not.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public static void Initialise(string directory, string? socket, TimeProvider time, ILogger logger)
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

        if (!TokenStore.Initialise(directory, time, socket is null ? null : TokenStore.FirstLasts)) return;
        GateLog.TokenMade(logger, Path.Combine(directory, TokenStore.OperatorTokenFile));
        if (socket is not null) GateLog.TokenEnds(logger, TokenStore.FirstLasts.TotalHours, socket);
    }

    /// <summary>Recovers the journal from the best copy that verifies.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public static void Recover(string directory, TimeProvider time, ILogger logger) =>
        SqliteJournal.Recover(directory, time, RandomNumberGenerator.GetBytes(StateDirectory.RandomBytes), logger);
}
