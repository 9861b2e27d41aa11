using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>Where a recovered state came from.</summary>
public enum RecoverySource
{
    /// <summary>Journal and head verified and agree: nothing was lost and nothing was changed.</summary>
    Whole,

    /// <summary>The journal verified, but no head proves that nothing newer was lost.</summary>
    Journal,

    /// <summary>The head: the last good copy of all intents and latches, without the history.</summary>
    Head,

    /// <summary>Nothing verified: the gate is a new one and knows no pod.</summary>
    Nothing,
}

/// <summary>What a recovery did.</summary>
/// <param name="Source">Where the state came from.</param>
/// <param name="Disabled">The pods that were disabled and must be enabled by people.</param>
/// <param name="KeptAside">The copies of the files as they were found.</param>
/// <param name="Sentence">All of it in words.</param>
public sealed record RecoveryReport(RecoverySource Source, IReadOnlyList<string> Disabled, IReadOnlyList<string> KeptAside, string Sentence);

/// <summary>
/// Takes the state from the best copy that verifies. Unless nothing can have been lost, every pod that is neither disabled nor latched is
/// disabled: the newest transition, the one that is gone, may have been its latch.
/// </summary>
internal static class JournalRecovery
{
    private const string Who = "recovery";

    internal static RecoveryReport Run(string directory, TimeProvider time, ReadOnlySpan<byte> randomness, ILogger log)
    {
        directory = Path.GetFullPath(directory);
        var fresh = JournalImage.New(randomness);
        using var held = SqliteJournal.TakeLock(directory);
        try
        {
            var report = Run(directory, time.GetUtcNow(), fresh);
            JournalLog.Recovered(log, directory, report.Sentence);
            return report;
        }
        catch (Exception e) when (JournalOpening.IsTroubleOfTheMedium(e) || e is SqliteException)
        {
            throw new JournalException(
                JournalExceptionKind.Unreadable,
                directory,
                $"the recovery could not read or write here: {e.Message}",
                "Free space, make the disk writable, or copy the directory to another disk, and run --recover again: it can be repeated.",
                e);
        }
    }

    /// <summary>The record of a pod that people must confirm.</summary>
    internal static PodRecord Disable(PodRecord record, DateTimeOffset now) => record with
    {
        Version = record.Version + 1,
        Intent = new PodIntent(IntentKind.Disabled, Who, "The gate recovered from a damaged journal; enable the pod if it may serve.", now, Deadline: now),
    };

    private static RecoveryReport Run(string directory, DateTimeOffset now, JournalImage fresh)
    {
        var file = Path.Combine(directory, StateDirectory.JournalFile);
        var (head, headProblem) = TryReadHead(directory);
        var (image, journalProblem) = TryReadJournal(directory, file, head);
        if (headProblem is null && journalProblem is null)
            return new RecoveryReport(RecoverySource.Whole, [], [], "Journal and head verify and agree, so there is nothing to recover and nothing was changed.");

        var useJournal = image is not null && (head is null || image.Sequence >= head.Sequence);
        var source = useJournal ? RecoverySource.Journal : head is not null ? RecoverySource.Head : RecoverySource.Nothing;
        var best = useJournal ? image! : head ?? fresh;
        var disabled = best.Pods.Values.Select(JournalJson.ReadRecord)
            .Where(record => record.Latch is null && record.Intent.Kind == IntentKind.Enabled)
            .Select(record => Disable(record, now))
            .ToList();
        var sentence = Sentence(source, best, disabled.Count, journalProblem, headProblem);
        var kept = KeepAside(directory, now, useJournal);
        if (!useJournal)
            ReplaceJournal(directory, file, best);
        Append(directory, file, best, disabled, sentence, now);
        return new RecoveryReport(source, [.. disabled.Select(record => record.Name)], kept, sentence);
    }

    private static (JournalImage? Head, string? Problem) TryReadHead(string directory)
    {
        try
        {
            return (JournalHead.Read(directory), null);
        }
        catch (JournalException e) when (e.Kind == JournalExceptionKind.Damaged)
        {
            return (null, e.Message);
        }
    }

    private static (JournalImage? Image, string? Problem) TryReadJournal(string directory, string file, JournalImage? head)
    {
        if (!File.Exists(file))
            return (null, $"{file}: it is not there.");
        JournalContents? contents = null;
        try
        {
            (var database, contents) = JournalOpening.OpenDatabase(file, head, new JournalLimits());
            database.Dispose();
            if (head is not null)
                JournalOpening.Compare(directory, file, head, contents);
            return (contents.Image, null);
        }
        catch (JournalException e) when (e.Kind is JournalExceptionKind.Damaged or JournalExceptionKind.Behind)
        {
            return (contents?.Image, e.Message);
        }
    }

    private static string Sentence(RecoverySource source, JournalImage best, int disabled, string? journalProblem, string? headProblem)
    {
        var from = source switch
        {
            RecoverySource.Journal => $"The state comes from the journal at sequence {best.Sequence}, but nothing proves that it is the newest.",
            RecoverySource.Head => $"The state comes from the head at sequence {best.Sequence}; the transitions before it are kept in the old file only.",
            _ => "Nothing verified, so this is a new gate with a new key that knows no pod.",
        };
        return $"{from} {disabled} pods were disabled, and pods it does not know start disabled. Found: {string.Join(' ', new[] { journalProblem, headProblem }.OfType<string>())}";
    }

    /// <summary>Copies what is there under another name. The originals stay until a new file is renamed over them, so a kill loses nothing.</summary>
    private static List<string> KeepAside(string directory, DateTimeOffset now, bool journalStays)
    {
        var kept = new List<string>();
        string[] names = journalStays
            ? [StateDirectory.HeadFile]
            : [StateDirectory.JournalFile, StateDirectory.JournalFile + "-wal", StateDirectory.HeadFile];
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        foreach (var name in names)
        {
            var from = Path.Combine(directory, name);
            if (!File.Exists(from))
                continue;
            var to = $"{from}.damaged-{stamp}";
            for (var i = 2; File.Exists(to); i++)
                to = $"{from}.damaged-{stamp}-{i}";
            File.Copy(from, to);
            using (var copy = new FileStream(to, FileMode.Open, FileAccess.ReadWrite))
                copy.Flush(flushToDisk: true);
            kept.Add(to);
        }
        UnixFiles.SyncDirectory(directory);
        return kept;
    }

    /// <summary>A new database whose chain goes on where the image stands, so that the head it came from still fits if we are killed here.</summary>
    private static void ReplaceJournal(string directory, string file, JournalImage image)
    {
        File.Delete(file + ".new");
        File.Delete(file + ".new-wal");
        JournalDatabase.Create(file + ".new", image);
        // The old log must be gone before the new file has its name, or SQLite would play it into the new file.
        File.Delete(file + "-wal");
        UnixFiles.SyncDirectory(directory);
        File.Move(file + ".new", file, overwrite: true);
        UnixFiles.SyncDirectory(directory);
    }

    private static void Append(string directory, string file, JournalImage best, List<PodRecord> disabled, string sentence, DateTimeOffset now)
    {
        var transitions = disabled.Select((record, i) => new Transition(
            best.Number + 1 + i, now, record.Name, PodState.Open, PodState.Drained, Cause.Recovered,
            "Disabled by the recovery of a damaged journal, which may have lost a latch of this pod; enable it if it may serve.", Who, record.Version, record));
        var mark = new Transition(
            best.Number + 1 + disabled.Count, now, "", PodState.Open, PodState.Open, Cause.Recovered, sentence, Who, Version: 0, Record: null);
        var agenda = best.Agenda == JournalJson.None ? null : JournalAgenda.AfterALoss(best.Agenda);
        var fleet = JournalJson.WriteFleet(freezeChanged: false, freeze: null, unknownPodsStartDisabled: true, agenda);
        var rows = new List<JournalRow>();
        var after = best;
        foreach (var transition in transitions.Append(mark))
        {
            rows.Add(JournalRow.Make(after.Sequence + 1, after.Hash, transition, ReferenceEquals(transition, mark) ? fleet : null));
            after = after.After(rows[^1]);
        }
        using var database = JournalDatabase.Open(file);
        database.BumpEpoch();
        database.Append(rows, after, pruneTo: null, out _);
        database.Checkpoint();
        JournalHead.Write(directory, after);
    }
}
