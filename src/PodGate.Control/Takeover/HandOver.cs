namespace PodGate.Control.Takeover;

/// <summary>How long each step of a take-over may take.</summary>
public sealed record TakeoverPatience
{
    /// <summary>From the start of the new process until it is ready. <value>Default 30 s.</value></summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the old process may take to close the journal, and how long the new one waits for that and for the commands that are under way before.
    /// <value>Default 15 s.</value>
    /// </summary>
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

    /// <summary>Decides again, and takes commands. Waits for nothing, above all for no disk: what is to be written waits. Never throws.</summary>
    public required Action GoOn { get; init; }

    /// <summary>
    /// Takes back what was given up, once the new process is gone (the argument completes then). Never throws; whatever cannot be had back is tried on.
    /// </summary>
    public required Func<Task, Task> TakeBack { get; init; }

    /// <summary>
    /// Ends the new process if it is still there, and returns when it surely is not: only then can nobody else write the journal. Never throws.
    /// </summary>
    public required Func<Task> EndOther { get; init; }
}

/// <summary>
/// The old process's side of a take-over, from the start of the new one to the point of no return. Each step has a limit, and each a way back: the new process
/// is ended, the gate goes on as if nothing had been, and the journal is opened again.
/// </summary>
public static class HandOver
{
    /// <summary>Hands over, or throws and everything is as before.</summary>
    /// <param name="line">To the new process.</param>
    /// <param name="process">Its id: the one that was started, and that is ended if nothing comes of it.</param>
    /// <param name="stateDirectory">Full path of the state directory, which must be the new one's too.</param>
    /// <param name="steps">What is done in each step.</param>
    /// <param name="patience">How long each may take.</param>
    /// <param name="cancel">Gives up, up to the point of no return.</param>
    /// <returns>What the new process said of itself.</returns>
    /// <exception cref="TakeoverException">It did not come about; the message says why.</exception>
    public static async Task<ReadyToTake> RunAsync(
        TakeoverLine line, int process, string stateDirectory, HandOverSteps steps, TakeoverPatience patience, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(patience);
        var held = false;
        try
        {
            var ready = await line.HearAsync<ReadyToTake>(patience.Start, cancel).ConfigureAwait(false);
            Check(ready, process, stateDirectory);
            held = true;
            await steps.Hold(cancel).ConfigureAwait(false);
            var given = await GiveUpAsync(line, steps, patience, cancel).ConfigureAwait(false);
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
            // First of all somebody decides again: neither a disk nor a process that does not end may hold that up.
            if (held) steps.GoOn();
            var otherIsGone = steps.EndOther();
            if (held) await steps.TakeBack(otherIsGone).ConfigureAwait(false);
            await otherIsGone.ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<HandedOver> GiveUpAsync(TakeoverLine line, HandOverSteps steps, TakeoverPatience patience, CancellationToken cancel)
    {
        try
        {
            return await steps.GiveUp().WaitAsync(patience.HandOver, line.Time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new TakeoverException($"the journal could not be closed within {patience.HandOver.TotalSeconds:0.#} s: the disk does not answer", exception);
        }
    }

    private static void Check(ReadyToTake ready, int process, string stateDirectory)
    {
        // Whoever is not a child of this process would live on when that is ended, and be a second gate.
        if (ready.Pid != process)
        {
            throw new TakeoverException(
                $"process {process} was started, and its child {ready.Pid} wants to take over; a script has to become the gate (exec podgate ...), or name the program itself");
        }

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
