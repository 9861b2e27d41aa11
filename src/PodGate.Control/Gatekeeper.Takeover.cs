using PodGate.Control.Takeover;
using PodGate.Core.Pods;

namespace PodGate.Control;

// How a gatekeeper stands still while another process may take over, and goes on when none does.
public sealed partial class Gatekeeper
{
    /// <summary>
    /// Turns commands away, finishes those that are under way, and takes no more steps: what comes waits. Requests are forwarded as before, and the last
    /// decision stands.
    /// </summary>
    /// <param name="within">How long that may take.</param>
    /// <param name="cancel">Gives up; then, as after a failure, call <see cref="GoOn"/>.</param>
    /// <exception cref="TakeoverException">It took longer: a command waits for the disk.</exception>
    public async Task HoldAsync(TimeSpan within, CancellationToken cancel)
    {
        _queue.TakesCommands = false;
        var begin = _time.GetTimestamp();
        try
        {
            // Behind everything that has come.
            var through = new TaskCompletionSource<Done>(TaskCreationOptions.RunContinuationsAsynchronously);
            await _queue.PutAsync(new Step(new TimePassed(), through), cancel).ConfigureAwait(false);
            await through.Task.WaitAsync(within, _time, cancel).ConfigureAwait(false);
            while (_view.Fleet.Pods.Values.Any(pod => pod.PendingVersion is not null))
            {
                if (_time.GetElapsedTime(begin) > within) throw new TimeoutException();
                await Task.Delay(TimeSpan.FromMilliseconds(5), _time, cancel).ConfigureAwait(false);
            }

            await _queue.HoldAsync().WaitAsync(within, _time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new TakeoverException($"what is under way did not end within {within.TotalSeconds:0.#} s", exception);
        }
    }

    /// <summary>Goes on after <see cref="HoldAsync"/>, with what came meanwhile.</summary>
    public void GoOn()
    {
        _queue.GoOn();
        _queue.TakesCommands = true;
    }
}
