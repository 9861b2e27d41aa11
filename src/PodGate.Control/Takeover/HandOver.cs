namespace PodGate.Control.Takeover;

/// <summary>How long each step of a take-over may take.</summary>
public sealed record TakeoverPatience
{
    /// <summary>From the start of the new process until it is ready. <value>Default 30 s.</value></summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the old process may take to finish the commands that are under way and to close the journal. <value>Default 15 s.</value></summary>
    public TimeSpan HandOver { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long the new process may take to open the journal and its ports; nobody decides anything meanwhile. <value>Default 15 s: a journal of 100,000
    /// transitions takes one or two to verify.</value>
    /// </summary>
    public TimeSpan Take { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a message may take to be heard. <value>Default 5 s.</value></summary>
    public TimeSpan Word { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Without a word for so long, the other one is given up. <value>Default 30 s; each says something every second.</value></summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What the old process does in the steps of a hand-over.</summary>
public sealed record HandOverSteps
{
    /// <summary>Takes no more commands, and no more steps once those under way are done.</summary>
    public required Func<CancellationToken, Task> Hold { get; init; }

    /// <summary>Closes the journal; says where it ends and what is not in it.</summary>
    public required Func<Task<HandedOver>> GiveUp { get; init; }

    /// <summary>Goes on as before, with the journal if it was given up. Never throws.</summary>
    public required Func<Task> TakeBack { get; init; }

    /// <summary>
    /// Ends the new process if it is still there, and returns when it surely is not: only then can nobody else write the journal. Never throws.
    /// </summary>
    public required Func<Task> EndOther { get; init; }
}

/// <summary>
/// The old process's side of a take-over, from the start of the new one to the point of no return. Each step has a limit, and each a way back: the new process
/// is ended, the journal opened again, and the gate goes on as if nothing had been.
/// </summary>
public static class HandOver
{
    /// <summary>Hands over, or throws and everything is as before.</summary>
    /// <param name="line">To the new process.</param>
    /// <param name="stateDirectory">Full path of the state directory, which must be the new one's too.</param>
    /// <param name="steps">What is done in each step.</param>
    /// <param name="patience">How long each may take.</param>
    /// <param name="cancel">Gives up, up to the point of no return.</param>
    /// <returns>What the new process said of itself.</returns>
    /// <exception cref="TakeoverException">It did not come about; the message says why.</exception>
    public static async Task<ReadyToTake> RunAsync(
        TakeoverLine line, string stateDirectory, HandOverSteps steps, TakeoverPatience patience, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(patience);
        var held = false;
        try
        {
            var ready = await line.HearAsync<ReadyToTake>(patience.Start, cancel).ConfigureAwait(false);
            Check(ready, stateDirectory);
            held = true;
            await steps.Hold(cancel).ConfigureAwait(false);
            var given = await steps.GiveUp().ConfigureAwait(false);
            await line.SayAsync(given, patience.Word, cancel).ConfigureAwait(false);
            var taken = await line.HearAsync<Taken>(patience.Take, cancel).ConfigureAwait(false);
            if (taken.Epoch <= given.Journal.Epoch)
                throw new TakeoverException($"the new process says that it opened the journal in epoch {taken.Epoch}, which is not after {given.Journal.Epoch}");

            // The point of no return: once this has been said, the other one writes.
            await line.SayAsync(new Yours(), patience.Word, cancel).ConfigureAwait(false);
            return ready;
        }
        catch
        {
            await steps.EndOther().ConfigureAwait(false);
            if (held) await steps.TakeBack().ConfigureAwait(false);
            throw;
        }
    }

    private static void Check(ReadyToTake ready, string stateDirectory)
    {
        if (ready.Speaks != TakeoverMessage.Protocol)
        {
            throw new TakeoverException(
                $"podgate {ready.Version} speaks version {ready.Speaks} of the take-over protocol, and this gate version {TakeoverMessage.Protocol}; restart the gate instead");
        }

        if (ready.StateDirectory != stateDirectory)
        {
            throw new TakeoverException(
                $"the configuration names another state directory now ({ready.StateDirectory}) than the one of this gate ({stateDirectory}); restart the gate for that");
        }
    }
}
