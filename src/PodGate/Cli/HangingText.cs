namespace PodGate.Cli;

/// <summary>
/// Breaks a line between words so that what goes on below stands further right than it began: on a narrow screen one sees where the next begins.
/// </summary>
internal static class HangingText
{
    private const int Hang = 2;

    /// <summary>Makes lines, each with its blanks before it and none at its end.</summary>
    /// <param name="indent">Blanks before the first.</param>
    /// <param name="width">How many characters fit into a line; the last column stays free, since some terminals break there.</param>
    /// <param name="pieces">Clean words in one line.</param>
    public static IEnumerable<IReadOnlyList<Words>> Wrap(int indent, int width, IReadOnlyList<Words> pieces)
    {
        var text = string.Concat(pieces.Select(piece => piece.Text));
        var at = 0;
        for (var blanks = indent; at < text.Length; blanks = indent + Hang)
        {
            // A terminal of no width at all still gets a character a line.
            var room = Math.Max(1, width - blanks - 1);
            var end = Break(text, at, room);
            yield return [new string(' ', blanks), .. Between(pieces, at, at + text[at..end].TrimEnd().Length)];
            at = end;
            while (at < text.Length && text[at] == ' ') at++;
        }
    }

    private static int Break(string text, int at, int room)
    {
        if (text.Length - at <= room) return text.Length;
        var blank = text.LastIndexOf(' ', at + room, room);
        if (blank > at) return blank;
        // One long word; half a surrogate pair would be an invalid character of its own.
        var end = at + room;
        if (!char.IsHighSurrogate(text[end - 1])) return end;
        return end - 1 > at ? end - 1 : end + 1;
    }

    private static IEnumerable<Words> Between(IReadOnlyList<Words> pieces, int from, int to)
    {
        var begin = 0;
        foreach (var piece in pieces)
        {
            var (first, last) = (Math.Max(from - begin, 0), Math.Min(to - begin, piece.Text.Length));
            if (first < last) yield return piece with { Text = piece.Text[first..last] };
            begin += piece.Text.Length;
        }
    }
}
