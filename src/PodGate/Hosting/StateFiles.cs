using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using PodGate.Control.Journal;
using PodGate.Core.Pods;
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

    /// <summary>
    /// What the journal knows of the pods. After a recovery that may have lost something, a configured pod that it does not know may have been
    /// latched, so it begins disabled.
    /// </summary>
    /// <param name="start">What was found.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="now">The moment.</param>
    /// <param name="logger">The log.</param>
    public static IReadOnlyDictionary<string, PodRecord> Known(JournalState start, FleetSettings settings, DateTimeOffset now, ILogger logger)
    {
        if (!start.UnknownPodsStartDisabled) return start.Pods;
        var known = new Dictionary<string, PodRecord>(start.Pods, StringComparer.Ordinal);
        foreach (var pod in settings.Pods.Values.Where(pod => !known.ContainsKey(pod.Name)))
        {
            GateLog.UnknownAfterRecovery(logger, pod.Name);
            const string Why = "the journal was recovered and does not know this pod: it may have been latched";
            var intent = new PodIntent(IntentKind.Disabled, "recovery", Why, now, now);
            known.Add(pod.Name, new PodRecord(pod.Name, pod.Address.ToString(), 1, intent, null, null));
        }

        return known;
    }
}
