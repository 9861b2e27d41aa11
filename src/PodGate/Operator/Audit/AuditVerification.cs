using System.Globalization;
using PodGate.Control.Alerts;

namespace PodGate.Operator.Audit;

/// <summary>
/// Verifies the whole trail by its files alone: every byte of every line, that each entry follows the one before, and that it begins at the beginning or
/// where a checkpoint says. That nothing was cut off at its end, and that it was not made anew from its beginning, only a head proves that was kept elsewhere.
/// </summary>
internal sealed class AuditVerification
{
    private const int MostListed = 100;
    private const int MostLooks = 5;

    private readonly List<AuditFinding> _findings = [];
    private readonly HashSet<AuditHead> _ends = [];
    private readonly List<AuditHead> _checkpoints = [];
    private readonly AuditHead? _noted;
    private AuditEntry? _first;
    private AuditHead? _last;
    private string? _notedIs;
    private long _entries;
    private int _more;

    private AuditVerification(AuditHead? noted) => _noted = noted;

    /// <summary>Verifies a trail.</summary>
    /// <param name="files">Its files; a gate may be writing them.</param>
    /// <param name="noted">A head that was kept elsewhere; null: none was.</param>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static AuditVerdict Run(AuditFiles files, AuditHead? noted)
    {
        for (var looks = 1; ; looks++)
        {
            try
            {
                return Look(files, noted);
            }
            catch (FileNotFoundException) when (looks < MostLooks)
            {
                // The gate has pruned it since the files were listed.
            }
        }
    }

    private static AuditVerdict Look(AuditFiles files, AuditHead? noted)
    {
        var run = new AuditVerification(noted);
        var segments = files.List();
        if (segments.Count == 0) run.Find(files.Directory, "there is no audit trail");
        for (var i = 0; i < segments.Count; i++)
        {
            if (i > 0 && segments[i].Number != segments[i - 1].Number + 1)
                run.Find(segments[i].Name, $"does not follow {segments[i - 1].Name}: files are missing between them");
            run.Walk(segments[i], isNewest: i == segments.Count - 1);
        }

        if (segments.Count > 0) run.CheckBeginning(segments[0].Name);
        if (noted is not null) run.CheckNoted();
        var head = run._last ?? new AuditHead(0, AuditLine.Genesis);
        return new AuditVerdict(run._findings.Count == 0, run._first?.Number ?? 0, run._entries, segments.Count, head, run._findings, run._more);
    }

    private void Walk(AuditSegment segment, bool isNewest)
    {
        var content = isNewest ? Settled(segment) : AuditFiles.Read(segment.Path);
        var number = 0;
        foreach (var line in AuditFiles.Lines(content))
        {
            number++;
            var where = string.Create(CultureInfo.InvariantCulture, $"{segment.Name}, line {number}");
            if (!line.HasEnd) Find(where, "is not finished: power was lost while it was written, or its end was cut off");
            else if (AuditLine.Read(content.AsSpan(line.Begin, line.Length), out var wrong) is { } entry) Take(entry, where);
            else Find(where, wrong!);
        }

        if (_last is not null) _ends.Add(_last);
    }

    private void Take(AuditEntry entry, string where)
    {
        if (_last is not null && AuditActs.Gap(_last, entry) is { } gap) Find(where, gap);
        if (entry.Act == AuditActs.Broken) Find(where, $"the gate itself found damage here: {entry.Reason}");
        if (entry.Gone is { } gone) _checkpoints.Add(gone);
        if (entry.Number == _noted?.Number) _notedIs = entry.Hash;
        _first ??= entry;
        _last = new AuditHead(entry.Number, entry.Hash);
        _entries++;
    }

    /// <summary>Files go whole, the oldest first, behind a checkpoint that is written before; so some of them may still be there.</summary>
    private void CheckBeginning(string where)
    {
        if (_first is not { } first || (first.Number == 1 && first.Previous == AuditLine.Genesis)) return;
        var before = new AuditHead(first.Number - 1, first.Previous);
        if (_checkpoints.Any(gone => gone == before || (gone.Number > before.Number && _ends.Contains(gone)))) return;
        Find(where, string.Create(CultureInfo.InvariantCulture, $"begins with entry {first.Number}, and no checkpoint says that what was before it was pruned"));
    }

    private void CheckNoted()
    {
        var (number, hash) = _noted!;
        if (number == 0 || hash == _notedIs) return;
        var what = _notedIs is not null ? $"entry {number} is another one than the one that was noted: its hash is {_notedIs}"
            : number > (_last?.Number ?? 0) ? $"ends with entry {_last?.Number ?? 0}, and entry {number} was noted: the end was cut off"
            : number < (_first?.Number ?? 0) ? $"begins with entry {_first!.Number}, so that a noted entry {number} proves nothing any more: give a newer one"
            : $"entry {number}, which was noted, is missing";
        if (number == _first?.Number - 1 && hash == _first!.Previous) return;
        Find("the noted head", what);
    }

    /// <summary>The newest file may be in the middle of a write; then it is longer in a moment.</summary>
    private static byte[] Settled(AuditSegment segment)
    {
        var content = AuditFiles.Read(segment.Path);
        for (var looks = 1; looks < MostLooks && content is [.., not (byte)'\n'] && new FileInfo(segment.Path).Length != content.Length; looks++)
            content = AuditFiles.Read(segment.Path);
        return content;
    }

    private void Find(string where, string what)
    {
        if (_findings.Count < MostListed) _findings.Add(new AuditFinding(where, what));
        else _more++;
    }
}
