using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PodGate.Cli;

/// <summary>A piece of a line, with a colour that only stresses what the words already say.</summary>
/// <param name="Text">The words; cleaned when written.</param>
/// <param name="Style">How it looks on a terminal; null for plain.</param>
internal readonly record struct Words(string Text, Style? Style = null)
{
    /// <summary>Plain words.</summary>
    /// <param name="text">The words.</param>
    public static implicit operator Words(string text) => new(text);
}

/// <summary>
/// The one place through which anything is printed. Text is never read as Spectre's markup and always cleaned first, so that no
/// sentence from the gate can colour, break or forge a line. What is printed for people is wrapped on a terminal, and is one line a
/// sentence, without escape sequences, when it goes into a file or a pipe.
/// </summary>
internal sealed class Screen
{
    // Wide enough that nothing is ever wrapped: a line in a file can be searched, half a line cannot.
    private const int Unwrapped = 1_000_000;

    private static readonly JsonWriterOptions Pretty = new() { Indented = true };

    private readonly TextWriter _output;
    private readonly TextWriter _error;

    /// <summary>Prepares to print.</summary>
    /// <param name="output">For what was asked for.</param>
    /// <param name="error">For errors, warnings and progress beside it.</param>
    /// <param name="environment">Whether colours are wanted and whether the output is to be taken for a terminal.</param>
    public Screen(TextWriter output, TextWriter error, CliEnvironment environment)
    {
        (_output, _error) = (output, error);
        IsTerminal = environment.TerminalWidth is not null || (ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected);
        if (!IsTerminal) return;
        var forced = environment.TerminalWidth is not null;
        var colours = environment.Variable("NO_COLOR") is not { Length: > 0 };
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = forced ? AnsiSupport.Yes : AnsiSupport.Detect,
            ColorSystem = !colours ? ColorSystemSupport.NoColors : forced ? ColorSystemSupport.Standard : ColorSystemSupport.Detect,
            Interactive = forced ? InteractionSupport.Yes : InteractionSupport.Detect,
            // The enrichers switch escape sequences on when variables of build machines are set, also into files.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (environment.TerminalWidth is { } width) Console.Profile.Width = width;
    }

    /// <summary>Whether a person looks at the output.</summary>
    public bool IsTerminal { get; }

    /// <summary>The terminal, for live displays; null when there is none.</summary>
    public IAnsiConsole? Console { get; }

    /// <summary>How many characters fit into a line.</summary>
    public int Width => Console?.Profile.Width ?? Unwrapped;

    /// <summary>Prints a line of what was asked for.</summary>
    /// <param name="words">Its pieces.</param>
    public void Line(params ReadOnlySpan<Words> words)
    {
        if (Console is null)
        {
            foreach (var piece in words) _output.Write(PlainText.Of(piece.Text));
            _output.WriteLine();
            return;
        }

        var paragraph = new Paragraph();
        foreach (var piece in words) paragraph.Append(PlainText.Of(piece.Text), piece.Style);
        Console.Write(paragraph);
        Console.WriteLine();
    }

    /// <summary>Prints a line that stands under another: on a terminal what is too long goes on below it, further right.</summary>
    /// <param name="indent">Blanks before it.</param>
    /// <param name="words">Its pieces.</param>
    public void Indented(int indent, params ReadOnlySpan<Words> words)
    {
        Words[] clean = [.. words.ToArray().Select(piece => piece with { Text = PlainText.Of(piece.Text) })];
        if (Console is null)
        {
            Line([new string(' ', indent), .. clean]);
            return;
        }

        foreach (var line in HangingText.Wrap(indent, Console.Profile.Width, clean)) Line([.. line]);
    }

    /// <summary>Prints a line beside what was asked for: a warning, progress, or why it failed.</summary>
    /// <param name="text">The line.</param>
    public void Note(string text)
    {
        _error.WriteLine(PlainText.Of(text));
        _error.Flush();
    }

    /// <summary>Prints a table; the last column takes what is wide.</summary>
    /// <param name="headers">The columns' names.</param>
    /// <param name="rows">The rows; a cell has one or more lines.</param>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<IReadOnlyList<Words>>> rows)
    {
        var table = new Table().Border(TableBorder.None);
        for (var i = 0; i < headers.Count; i++)
        {
            var last = i == headers.Count - 1;
            var column = new TableColumn(new Text(headers[i], new Style(decoration: Decoration.Bold))).Padding(0, 0, last ? 0 : 2, 0);
            table.AddColumn(last ? column : column.NoWrap());
        }

        foreach (var row in rows) table.AddRow(row.Select(Cell));
        if (Console is not null)
        {
            Console.Write(table);
            return;
        }

        WriteUnwrapped(table);
    }

    /// <summary>Prints a document for scripts. Everything beyond ASCII is escaped by the writer, control characters included.</summary>
    /// <param name="document">What the gate said.</param>
    /// <param name="oneLine">One document a line, for streams.</param>
    public void Json(JsonElement document, bool oneLine = false)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, oneLine ? default : Pretty)) document.WriteTo(writer);
        _output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        _output.Flush();
    }

    /// <summary>Prints a secret as it is, never wrapped: a person has to be able to copy it.</summary>
    /// <param name="text">The secret.</param>
    public void Raw(string text)
    {
        _output.WriteLine(PlainText.Of(text));
        _output.Flush();
    }

    /// <summary>Lets what was printed be seen.</summary>
    public void Flush() => _output.Flush();

    private static IRenderable Cell(IReadOnlyList<Words> lines) => lines.Count == 1 ? Render(lines[0]) : new Rows(lines.Select(Render));

    private static Text Render(Words line) => new(PlainText.Of(line.Text), line.Style);

    private void WriteUnwrapped(Table table)
    {
        using var text = new StringWriter();
        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        plain.Profile.Width = Unwrapped;
        plain.Write(table);
        foreach (var line in text.ToString().Split('\n'))
        {
            if (line.TrimEnd() is { Length: > 0 } full) _output.WriteLine(full);
        }
    }
}
