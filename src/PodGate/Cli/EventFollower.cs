namespace PodGate.Cli;

/// <summary>
/// Prints events as they happen, by asking every second. The gate may stop and start again meanwhile: the numbers of events grow
/// always, so nothing is printed twice and what was kept is not missed.
/// </summary>
internal sealed class EventFollower(CliSession session, EventReader reader)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private bool _silent;

    /// <summary>Prints what is there, then what happens, until cancelled. The first question has to be answered; later ones may fail.</summary>
    /// <param name="after">The number to start after, or null to start with the newest.</param>
    /// <param name="most">How many events of the past at most.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<int> RunAsync(long? after, int most, CancellationToken cancel)
    {
        try
        {
            var past = after is { } number ? await reader.FirstAfterAsync(number, most, cancel) : await reader.NewestAsync(most, cancel);
            Print(past);
            var next = past.Next;
            while (true)
            {
                await Task.Delay(Interval, session.Time, cancel);
                next = await AskAsync(next, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The way to end it: nothing went wrong.
            return ExitCodes.Done;
        }
    }

    private async Task<long> AskAsync(long after, CancellationToken cancel)
    {
        try
        {
            var page = await reader.FirstAfterAsync(after, EventReader.MostKept, cancel);
            if (_silent) session.Screen.Note("podgate: the gate answers again.");
            _silent = false;
            Print(page);
            return page.Next;
        }
        catch (CliFailure e) when (e is GateUnreachable or GateRefused { Status: >= 500 })
        {
            if (!_silent) session.Screen.Note($"podgate: {e.Message} Asking again every second.");
            _silent = true;
            return after;
        }
    }

    private void Print(EventPage page)
    {
        foreach (var (happened, document) in page.Events) EventsCommand.Print(session, happened, document);
        session.Screen.Flush();
    }
}
