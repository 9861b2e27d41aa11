using System.Globalization;
using System.Security.Cryptography;
using PodGate.Control.Alerts;

namespace PodGate.Operator.Audit;

/// <summary>Where a trail goes on, as its files say it.</summary>
/// <param name="Segment">The number of the file that is added to.</param>
/// <param name="Length">How much of that file is whole.</param>
/// <param name="Begun">When the file was begun.</param>
/// <param name="Head">The newest entry.</param>
internal sealed record AuditEnd(int Segment, long Length, DateTimeOffset Begun, AuditHead Head)
{
    /// <summary>Bytes behind <see cref="Length"/>: a line that a loss of power left unfinished. <value>Default 0.</value></summary>
    public long Torn { get; init; }

    /// <summary>What is damaged, so that the trail goes on in a new file; null: nothing that was looked at. <value>Default null.</value></summary>
    public string? Broken { get; init; }

    /// <summary>
    /// Looks at the newest file only, since a start must not take as long as reading a year: the rest is for <see cref="AuditVerification"/>. Changes nothing.
    /// </summary>
    /// <param name="files">The files.</param>
    /// <param name="now">The gate's time.</param>
    public static AuditEnd Read(AuditFiles files, DateTimeOffset now)
    {
        var segments = files.List().Where(segment => segment.Bytes > 0).ToList();
        return segments.Count == 0 ? new AuditEnd(1, 0, now, new AuditHead(0, AuditLine.Genesis)) : Read(segments, segments.Count - 1, now);
    }

    private static AuditEnd Read(List<AuditSegment> segments, int index, DateTimeOffset now)
    {
        var segment = segments[index];
        var content = AuditFiles.Read(segment.Path);
        AuditEntry? first = null, last = null;
        var (length, torn, number, highest) = (0L, 0L, 0, 0L);
        var broken = segment.Bytes > AuditFiles.Largest
            ? string.Create(CultureInfo.InvariantCulture, $"{segment.Name} has {segment.Bytes} bytes, and no file of a trail has more than {AuditFiles.Largest}")
            : null;
        foreach (var line in AuditFiles.Lines(content))
        {
            number++;
            if (!line.HasEnd)
            {
                torn = line.Length;
                break;
            }

            var entry = AuditLine.Read(content.AsSpan(line.Begin, line.Length), out var wrong);
            highest = Math.Max(highest, entry?.Number ?? 0);
            if (broken is not null) continue;
            if (entry is not null && last is not null) wrong = AuditActs.Gap(new AuditHead(last.Number, last.Hash), entry);
            if (wrong is not null) broken = string.Create(CultureInfo.InvariantCulture, $"{segment.Name}, line {number} {wrong}");
            else (first, last, length) = (first ?? entry, entry, line.Begin + line.Length + 1);
        }

        if (broken is null && last is not null)
            return new AuditEnd(segment.Number, length, first!.At, new AuditHead(last.Number, last.Hash)) { Torn = torn };

        // The number goes on behind whatever was given out, and the hash behind what is still whole.
        var before = index > 0 ? Read(segments, index - 1, now) : new AuditEnd(1, 0, now, new AuditHead(0, AuditLine.Genesis));
        var head = new AuditHead(Math.Max(highest, before.Head.Number), last?.Hash ?? before.Head.Hash);
        if (broken is null)
        {
            var gone = index == 0 && segment.Number > 1 ? $"nothing is left of what was before {segment.Name}" : before.Broken;
            return new AuditEnd(segment.Number, 0, now, head) { Torn = torn, Broken = gone };
        }

        // So that nobody can make it look right afterwards.
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        return new AuditEnd(segment.Number + 1, 0, now, head) { Broken = $"{broken}; the SHA-256 of its {content.Length} bytes as they were found is {digest}" };
    }
}
