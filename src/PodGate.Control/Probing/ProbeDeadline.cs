using System.Globalization;

namespace PodGate.Control.Probing;

/// <summary>The moment at which a probe has taken too long, told apart from somebody giving up on it.</summary>
internal sealed class ProbeDeadline : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly CancellationToken _givenUp;
    private readonly CancellationTokenSource _byTime;
    private readonly CancellationTokenSource _either;

    /// <summary>Starts the clock.</summary>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="givenUp">Somebody gives up on it.</param>
    internal ProbeDeadline(TimeSpan timeout, TimeProvider time, CancellationToken givenUp)
    {
        Timeout = timeout;
        _time = time;
        _givenUp = givenUp;
        _start = time.GetTimestamp();
        _byTime = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(givenUp, _byTime.Token);
    }

    /// <summary>How long the probe may take.</summary>
    internal TimeSpan Timeout { get; }

    /// <summary>Fires at the deadline, or when somebody gives up.</summary>
    internal CancellationToken Token => _either.Token;

    /// <summary>The deadline passed, and nobody gave up.</summary>
    internal bool Passed => _byTime.IsCancellationRequested && !_givenUp.IsCancellationRequested;

    /// <summary>What is left; never negative.</summary>
    internal TimeSpan Remaining
    {
        get
        {
            var left = Timeout - _time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>"within 1 s".</summary>
    internal string Within => string.Create(CultureInfo.InvariantCulture, $"within {Timeout.TotalSeconds:0.###} s");

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _byTime.Dispose();
    }
}
