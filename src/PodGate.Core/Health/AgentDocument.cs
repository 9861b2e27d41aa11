using System.Text;
using PodGate.Core.Health.Formats;

namespace PodGate.Core.Health;

/// <summary>
/// Reads HAProxy's agent check: what a pod writes on a TCP connection, one line of words separated by spaces, tabs or commas, such as <c>up ready 75%</c> or
/// <c>down#disk full</c>. Pure, bounded, never throws.
/// <para>
/// The worst word counts. A weight is shown to nobody and counts as well, since PodGate has no weights; but 0% is the wish to be drained, as it
/// is for HAProxy. <c>maxconn:</c> and words of an agent's own are passed over; a line that has nothing else is unreadable. What stands behind '#' is the
/// agent's reason and goes into no sentence.
/// </para>
/// </summary>
public static class AgentDocument
{
    /// <summary>The most bytes of a line; a longer one is unreadable.</summary>
    public const int LineLimit = 1024;

    /// <summary>Reads a line.</summary>
    /// <param name="line">What came, up to the end of the line or of the connection; anything behind a line's end is left alone.</param>
    /// <param name="truncated">There was more, and no line's end yet.</param>
    public static HealthReading Read(ReadOnlySpan<byte> line, bool truncated)
    {
        var end = line.IndexOfAny("\r\n"u8);
        if (end >= 0) line = line[..end];
        if (line.Length > LineLimit || (truncated && end < 0)) return Unreadable($"a line of more than {LineLimit} bytes");
        if (line.IndexOf((byte)'#') is >= 0 and var reason) line = line[..reason];
        line = line.Trim(" \t,\0"u8);
        if (line.IsEmpty) return Unreadable("an empty line");

        ProbeResult? worst = null;
        foreach (var part in line.SplitAny(" \t,"u8))
        {
            if (Word(line[part]) is { } word) worst = worst is { } known ? HealthWords.Worse(known, word) : word;
        }

        return worst switch
        {
            null => Unreadable("no word that is known"),
            ProbeResult.Leaving => new HealthReading(ProbeResult.Leaving, "the agent asks for the pod to be drained", []),
            { } result => new HealthReading(result, $"the agent said {result}", []),
        };
    }

    private static ProbeResult? Word(ReadOnlySpan<byte> word)
    {
        if (word.Length is 0 or > HealthWords.Longest) return null;
        if (word[^1] == (byte)'%') return Weight(word.StartsWith("weight:"u8) ? word[7..^1] : word[..^1]);
        Span<char> letters = stackalloc char[HealthWords.Longest];
        var result = HealthWords.Of(letters[..Encoding.UTF8.GetChars(word, letters)]);
        return result == ProbeResult.Unreadable ? null : result;
    }

    private static ProbeResult? Weight(ReadOnlySpan<byte> digits)
    {
        if (digits.Length is 0 or > 5 || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return null;
        return digits.ContainsAnyExcept((byte)'0') ? ProbeResult.Healthy : ProbeResult.Leaving;
    }

    private static HealthReading Unreadable(string trouble) => new(ProbeResult.Unreadable, $"the agent sent {trouble}", []);
}
