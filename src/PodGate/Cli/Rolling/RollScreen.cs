using Spectre.Console;

namespace PodGate.Cli.Rolling;

/// <summary>
/// Shows a roll while it goes: lines that stay, and on a terminal one line that changes while something is waited for. In a file or a pipe, and
/// beside a script's document, it is one line whenever something has changed. Any thread may write lines.
/// </summary>
internal sealed class RollScreen(CliSession session)
{
    private readonly Lock _writing = new();
    private string? _said;

    /// <summary>Prints a line that stays.</summary>
    /// <param name="text">The line.</param>
    public void Line(string text)
    {
        lock (_writing)
        {
            _said = text;
            if (session.Json)
            {
                session.Screen.Note(text);
                return;
            }

            session.Screen.Line(text);
            session.Screen.Flush();
        }
    }

    /// <summary>Prints a line that stays, unless it is the last one that was printed.</summary>
    /// <param name="text">The line.</param>
    public void LineOnce(string text)
    {
        if (text != _said) Line(text);
    }

    /// <summary>Prints a line beside what was asked for: what a person must not miss.</summary>
    /// <param name="text">The line.</param>
    public void Note(string text)
    {
        lock (_writing) session.Screen.Note(text);
    }

    /// <summary>Waits for something and shows how it goes.</summary>
    /// <param name="wait">Does the waiting; is given what shows: a line, and what may be added to it that is no reason for another line in a file.</param>
    public async Task<T> WatchAsync<T>(Func<Action<string, string>, Task<T>> wait)
    {
        if (session.Json || session.Screen.Console is not { } console) return await wait(Say);
        return await console.Live(new Text("")).StartAsync(live => wait((line, more) =>
        {
            live.UpdateTarget(new Text(PlainText.Of(line + more)));
            live.Refresh();
        }));
    }

    private void Say(string line, string more)
    {
        if (line == _said) return;
        Line(line + more);
        _said = line;
    }
}
