namespace PodGate.Control.Configuration.Reading;

/// <summary>Finds the word that a person most likely meant.</summary>
internal static class Suggestion
{
    /// <summary>"did you mean ...?", or the words to choose from.</summary>
    public static string For(string word, IReadOnlyCollection<string> here, IReadOnlyCollection<string>? elsewhere = null)
    {
        if (Nearest(word, here) is { } near)
            return $"did you mean \"{near}\"?";
        if (elsewhere is not null && Nearest(word, elsewhere) is { } other)
            return $"did you mean \"{other}\"?";
        return here.Count == 0 ? "take it out" : $"the keys here are {string.Join(", ", here)}";
    }

    /// <summary>The nearest word by the number of slips of the keyboard, when that is small for its length; else null.</summary>
    public static string? Nearest(string word, IEnumerable<string> words)
    {
        // Whoever writes more than this has not mistyped a key.
        if (word.Length is 0 or > 80)
            return null;
        string? best = null;
        var bestSlips = int.MaxValue;
        foreach (var candidate in words)
        {
            // In another section the last part is what was typed: "Interval" for "Probing.Interval".
            var slips = Math.Min(Slips(word, candidate), Slips(word, candidate[(candidate.LastIndexOf('.') + 1)..]));
            if (slips < bestSlips)
                (best, bestSlips) = (candidate, slips);
        }

        return bestSlips <= Math.Max(1, word.Length / 3) ? best : null;
    }

    /// <summary>Letters to insert, delete, replace or swap; case costs nothing.</summary>
    private static int Slips(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                var least = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + (same ? 0 : 1));
                var swapped = i > 1 && j > 1 && char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 2])
                    && char.ToUpperInvariant(a[i - 2]) == char.ToUpperInvariant(b[j - 1]);
                rows[i, j] = swapped ? Math.Min(least, rows[i - 2, j - 2] + 1) : least;
            }
        }

        return rows[a.Length, b.Length];
    }
}
