using Microsoft.Extensions.Logging;

namespace PodGate.Control.Takeover;

/// <summary>
/// The new process's side of a take-over. Whatever goes wrong before it is told that all is its own ends this process, which has written nothing.
/// </summary>
/// <param name="line">To the old process.</param>
/// <param name="patience">How long each step may take.</param>
public sealed class TakeOver(TakeoverLine line, TakeoverPatience patience)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Says that everything is ready that can be without the journal, and waits for that.</summary>
    /// <param name="ready">What is said.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="TakeoverException">The old process does not hand over.</exception>
    public async Task<HandedOver> AskAsync(ReadyToTake ready, CancellationToken cancel)
    {
        await line.SayAsync(ready, patience.Word, cancel).ConfigureAwait(false);
        return await line.HearAsync<HandedOver>(patience.HandOver, cancel).ConfigureAwait(false);
    }

    /// <summary>Makes sure that the journal is the one that was handed over: nobody has written to it, or even opened it, in between.</summary>
    /// <param name="handed">What was said of it.</param>
    /// <param name="found">What it is.</param>
    /// <exception cref="TakeoverException">It is another one.</exception>
    public static void Check(HandedOver handed, JournalPosition found)
    {
        ArgumentNullException.ThrowIfNull(handed);
        ArgumentNullException.ThrowIfNull(found);
        var given = handed.Journal;
        if (found.Sequence != given.Sequence || found.Hash != given.Hash)
            throw new TakeoverException($"the journal was handed over at sequence {given.Sequence} and is at {found.Sequence}, or was written anew: it is not the same");
        if (found.Epoch == 0) throw new TakeoverException("the journal can be read and not written at this moment");
        if (found.Epoch != given.Epoch + 1)
            throw new TakeoverException($"the journal was handed over in epoch {given.Epoch} and is in epoch {found.Epoch} now: somebody else has opened it in between");
    }

    /// <summary>
    /// Says that journal and ports are open, and returns when everything is this process's own. An old process that ends at this moment has handed over
    /// everything but the word, and nobody else is left to serve: then it is its own as well. One that is there and silent, or only closes the line, has
    /// changed its mind, or will.
    /// </summary>
    /// <param name="epoch">The journal's epoch.</param>
    /// <param name="otherHasEnded">Whether the old process has ended; a line that is closed does not say so.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="TakeoverException">It is not.</exception>
    public async Task TakenAsync(long epoch, Func<bool> otherHasEnded, ILogger logger, CancellationToken cancel)
    {
        try
        {
            await line.SayAsync(new Taken(epoch), patience.Word, cancel).ConfigureAwait(false);
            await line.HearAsync<Yours>(patience.Word, cancel).ConfigureAwait(false);
        }
        catch (TakeoverException exception) when (exception.OtherIsGone)
        {
            // A process that ends lets go of what it has open a moment before it is gone.
            var begin = line.Time.GetTimestamp();
            while (!otherHasEnded())
            {
                if (line.Time.GetElapsedTime(begin) > patience.Word) throw;
                await Task.Delay(Look, line.Time, cancel).ConfigureAwait(false);
            }

            logger.PredecessorFell();
        }
    }

    /// <summary>Tells the old process that nothing comes of it, if it still listens.</summary>
    /// <param name="why">What is wrong, for people.</param>
    public async Task DeclineAsync(string why)
    {
        try
        {
            await line.SayAsync(new Declined(why), patience.Word, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TakeoverException)
        {
            // Then it sees that this process ends, which tells it enough.
        }
    }
}
