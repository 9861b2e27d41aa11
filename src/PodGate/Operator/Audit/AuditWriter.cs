using System.Globalization;
using Microsoft.Extensions.Logging;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;

namespace PodGate.Operator.Audit;

/// <summary>Something about the trail that people must hear of.</summary>
/// <param name="Sentence">What.</param>
/// <param name="Severity">How much it wants of them.</param>
/// <param name="Resolved">What an earlier one said is over.</param>
internal sealed record AuditNotice(string Sentence, AlertSeverity Severity, bool Resolved = false);

/// <summary>
/// Puts entries into the files: chains them, begins new files, prunes old ones behind a checkpoint, and says in the trail itself what became of it. One call at
/// a time; whatever is thrown, the same entries may be given again.
/// </summary>
internal sealed class AuditWriter(AuditFiles files, Func<AdminSettings> settings, TimeProvider time, ILogger logger, Action<AuditNotice> tell)
{
    // What the gate has to say of the trail goes before the next acts.
    private readonly List<AuditEntry> _own = [];
    private AuditEnd? _end;
    private volatile AuditHead? _head;
    private volatile bool _isDamaged;
    private long _written;

    // What lies behind the end is what a write of this gate's left that failed.
    private bool _failed;

    /// <summary>The newest entry on the disk; null: not known yet. Any thread.</summary>
    public AuditHead? Head => _head;

    /// <summary>Whether damage was found since the process started. Any thread.</summary>
    public bool IsDamaged => _isDamaged;

    /// <summary>Entries written since the process started. Any thread.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Whether the gate itself has something to say, or to mend.</summary>
    public bool HasOwn => _own.Count > 0 || _end is { Torn: > 0 };

    /// <summary>Finds out where the trail ends, unless that is known. Writes nothing.</summary>
    public void Open()
    {
        if (_end is not null) return;
        var end = AuditEnd.Read(files, time.GetUtcNow());
        _head = end.Head;
        if (end.Broken is { } broken) Damaged(broken);
        _end = end;
    }

    /// <summary>Finds it out anew the next time: another process may have written.</summary>
    public void Forget() => _end = null;

    /// <summary>Writes entries, synced.</summary>
    /// <param name="drafts">What happened, in order.</param>
    public void Write(IReadOnlyList<AuditEntry> drafts)
    {
        Open();
        KeepTornAside();
        var end = Checked(Continued(_end!));
        var pruning = end.Length == 0 ? PruningOf(end) : null;
        var head = end.Head;
        using var lines = new MemoryStream();
        AuditEntry[] all = pruning is null ? [.. _own, .. drafts] : [.. _own, pruning.Checkpoint, .. drafts];
        foreach (var draft in all)
        {
            (var line, head) = AuditLine.Write(draft, head);
            lines.Write(line);
        }

        _failed = true;
        files.Append(end.Segment, end.Length, lines.GetBuffer().AsSpan(0, (int)lines.Length));
        _failed = false;
        _end = end with { Length = end.Length + lines.Length, Head = head };
        _head = head;
        _own.Clear();
        Interlocked.Add(ref _written, all.Length);

        // The checkpoint first: what is gone without one is damage.
        if (pruning is not null) Prune(pruning);
    }

    private void KeepTornAside()
    {
        if (_end is not { Torn: > 0 } end) return;
        var suffix = time.GetUtcNow().UtcDateTime.ToString("'.torn-'yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        var aside = files.KeepAside(end.Segment, end.Length, suffix);
        AuditLog.Torn(logger, files.PathOf(end.Segment), end.Torn, aside);
        _own.Add(AuditActs.OfGate(AuditActs.Mended, time.GetUtcNow(), $"a line was not finished; its {end.Torn} bytes were kept aside in {aside}"));
        _end = end with { Torn = 0 };
    }

    /// <summary>In the same file, or in a new one when it is large or old; but first what a failed write left there must go.</summary>
    private AuditEnd Continued(AuditEnd end)
    {
        if (_failed) return end;
        var now = time.GetUtcNow();
        var isFull = end.Length >= AuditLimits.Segment || (end.Length > 0 && now - end.Begun > settings().AuditKept / AuditLimits.Parts);
        return isFull ? end with { Segment = end.Segment + 1, Length = 0, Begun = now } : end;
    }

    /// <summary>Nobody else writes there, so that another length than the one that was left is damage: the trail goes on in a new file.</summary>
    private AuditEnd Checked(AuditEnd end)
    {
        var length = files.LengthOf(end.Segment);
        if (length == end.Length || (_failed && length > end.Length)) return end;
        Damaged(string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(files.PathOf(end.Segment))} has {length} bytes while the gate runs, and it had left {end.Length}; somebody else has changed it"));
        var newest = files.List() is [.., var last] ? last.Number : 0;
        _failed = false;
        return _end = end with { Segment = Math.Max(end.Segment, newest) + 1, Length = 0, Begun = time.GetUtcNow() };
    }

    private void Damaged(string what)
    {
        _isDamaged = true;
        AuditLog.Broken(logger, files.Directory, what);
        _own.Add(AuditActs.OfGate(AuditActs.Broken, time.GetUtcNow(), what));
        tell(new AuditNotice($"the audit trail is damaged, and goes on in a new file: {what}", AlertSeverity.Page));
    }

    /// <summary>Which files are to go now that a new one begins, and the checkpoint that says so.</summary>
    private Pruning? PruningOf(AuditEnd end)
    {
        var (kept, most) = (settings().AuditKept, settings().AuditMostBytes);
        var now = time.GetUtcNow();
        var segments = files.List().Where(segment => segment.Number < end.Segment).ToList();
        var bytes = segments.Sum(segment => segment.Bytes) + AuditLimits.Segment;
        var (through, count, isEarly) = ((AuditHead?)null, 0, false);
        for (var i = 0; i < segments.Count; i++)
        {
            // A file is as old as the one behind it begins; where that cannot be read, both go together.
            var next = i + 1 < segments.Count ? AuditFiles.FirstOf(segments[i + 1]) : null;
            var isOld = now - (next?.At ?? now) > kept;
            if (!isOld && bytes <= most) break;
            bytes -= segments[i].Bytes;
            var last = i + 1 == segments.Count ? end.Head : next is null ? null : new AuditHead(next.Number - 1, next.Previous);
            if (last is null) continue;
            isEarly |= !isOld;
            (through, count) = (last, i + 1);
        }

        if (through is null) return null;
        var why = isEarly ? $"more than {most} bytes (Admin.AuditMostBytes)" : $"older than {kept:c} (Admin.AuditKept)";
        return new Pruning(AuditActs.OfGate(AuditActs.Pruned, now, why) with { Gone = through }, segments[..count], isEarly);
    }

    private void Prune(Pruning pruning)
    {
        var (through, why) = (pruning.Checkpoint.Gone!.Number, pruning.Checkpoint.Reason!);
        try
        {
            foreach (var segment in pruning.Gone) File.Delete(segment.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The entries are written, and the next pruning finds what is left.
            AuditLog.NotPruned(logger, exception, files.Directory);
            return;
        }

        AuditLog.Pruned(logger, pruning.Gone.Count, through, why);
        if (!pruning.IsEarly) return;
        var sentence = string.Create(CultureInfo.InvariantCulture, $"entries of the audit trail up to {through} had to go before their time: {why}");
        tell(new AuditNotice(sentence, AlertSeverity.Warning));
    }

    private sealed record Pruning(AuditEntry Checkpoint, IReadOnlyList<AuditSegment> Gone, bool IsEarly);
}
