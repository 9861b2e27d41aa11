namespace PodGate.Tidy.Scanning;

/// <summary>
/// A C# file seen three ways, all of the same length and with the same lines, so that a position in one is a position in all:
/// the text as it is, the code alone, and the comments alone.
/// </summary>
internal sealed class SourceFile
{
    public SourceFile(string path, string text)
    {
        Path = path;
        Text = text;
        var kinds = CSharpScanner.Scan(text);
        // A quotation mark stands for each character of a string: it is neither space nor part of a word, so no pattern mistakes it.
        Code = Keep(text, kinds, CharKind.Code, mark: CharKind.Literal);
        Comments = Keep(text, kinds, CharKind.Comment, mark: null);
    }

    /// <summary>Relative to the repository's root, with slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    /// <summary>Comments and directives are spaces, strings are quotation marks; what stands in the holes of an interpolated string is code.</summary>
    public string Code { get; }

    /// <summary>Everything but comments is spaces.</summary>
    public string Comments { get; }

    public int LineAt(int position) => Text.AsSpan(0, position).Count('\n') + 1;

    public bool IsUnder(string folder) => Path.StartsWith(folder, StringComparison.Ordinal);

    public Finding Finding(int position, string message) => new(Path, LineAt(position), message);

    /// <summary>The position of the bracket that closes the one at <paramref name="open"/>, or the end of the file.</summary>
    public int Closing(int open)
    {
        var depth = 0;
        for (var at = open; at < Code.Length; at++)
        {
            depth += Code[at] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at;
            }
        }

        return Code.Length;
    }

    private static string Keep(string text, CharKind[] kinds, CharKind kept, CharKind? mark) =>
        string.Create(text.Length, (text, kinds, kept, mark), static (target, from) =>
        {
            for (var at = 0; at < target.Length; at++)
            {
                var isKept = from.kinds[at] == from.kept || from.text[at] is '\n' or '\r';
                target[at] = isKept ? from.text[at] : from.kinds[at] == from.mark ? '"' : ' ';
            }
        });
}
