using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Audit;

/// <summary>Which entries somebody wants; what is null is not asked for.</summary>
/// <param name="Who">Only those of one person.</param>
/// <param name="Act">Only those of one act: whole, such as <c>POST pods.drain</c>, or without its method.</param>
/// <param name="Target">Only those about one pod, token or plan.</param>
internal sealed record AuditFilter(string? Who, string? Act, string? Target)
{
    /// <summary>Reads it from the query: <c>who</c>, <c>act</c>, <c>target</c>.</summary>
    /// <param name="context">The request.</param>
    public static AuditFilter Of(HttpContext context) => new(Word(context, "who"), Word(context, "act"), Word(context, "target"));

    /// <summary>Whether an entry is one of them.</summary>
    /// <param name="entry">It.</param>
    public bool Fits(AuditEntry entry) =>
        (Who is null || entry.Who == Who) && (Target is null || entry.Target == Target)
        && (Act is null || entry.Act == Act || entry.Act.EndsWith(" " + Act, StringComparison.Ordinal));

    private static string? Word(HttpContext context, string name) => context.Request.Query[name] switch
    {
        { Count: 0 } => null,
        { Count: 1 } values when values[0] is { Length: > 0 and <= AuditLimits.LongestWord } word => word,
        _ => throw ApiProblem.BadRequest($"{name} must be one word of 1 to {AuditLimits.LongestWord} characters."),
    };
}

/// <summary>Reads the trail backwards, a bounded part of it at a time, also while it is written.</summary>
internal static class AuditSearch
{
    /// <summary>Finds entries, the newest first.</summary>
    /// <param name="files">The files.</param>
    /// <param name="before">Only those with a smaller number.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="filter">Which.</param>
    public static AuditPageJson Read(AuditFiles files, long before, int most, AuditFilter filter)
    {
        var (found, searched, unreadable) = (new List<AuditEntry>(), 0L, 0);
        foreach (var segment in files.List().Reverse())
        {
            // Where all of a file comes later, its first entry says so.
            if (AuditFiles.FirstOf(segment) is { } first && first.Number >= before) continue;
            if (searched > AuditLimits.MostSearched) return new AuditPageJson(found, before, unreadable);
            searched += segment.Bytes;
            foreach (var entry in Backwards(segment, ref unreadable).Where(entry => entry.Number < before))
            {
                if (found.Count == most) return new AuditPageJson(found, before, unreadable);
                before = entry.Number;
                if (filter.Fits(entry)) found.Add(entry);
            }
        }

        return new AuditPageJson(found, Before: null, unreadable);
    }

    private static List<AuditEntry> Backwards(AuditSegment segment, ref int unreadable)
    {
        var content = AuditFiles.Read(segment.Path);
        var entries = new List<AuditEntry>();
        foreach (var line in AuditFiles.Lines(content))
        {
            // A line without an end is being written.
            if (!line.HasEnd) break;
            if (AuditLine.Read(content.AsSpan(line.Begin, line.Length), out _) is { } entry) entries.Add(entry);
            else unreadable++;
        }

        entries.Reverse();
        return entries;
    }
}
