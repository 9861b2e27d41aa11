namespace PodGate.Control;

/// <summary>
/// The gate's time: the wall clock when the gate started plus what has elapsed since by the monotonic clock. So holds, deadlines, ramps and
/// the order of probes do not care when somebody sets the wall clock; what is shown may then be off by that step until a restart.
/// </summary>
/// <param name="inner">The clock it is made of.</param>
/// <param name="goesOn">
/// Null: a new time begins. Else a moment of the gate that is taken over from, with the monotonic clock's reading then, which all processes of a machine share:
/// its time goes on, so that what it has promised for a moment stays promised for that moment.
/// </param>
public sealed class GateClock(TimeProvider inner, GateMoment? goesOn = null) : TimeProvider
{
    private readonly DateTimeOffset _start = goesOn?.At ?? inner.GetUtcNow();
    private readonly long _startTimestamp = goesOn?.Timestamp ?? inner.GetTimestamp();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + inner.GetElapsedTime(_startTimestamp);

    /// <inheritdoc/>
    public override long GetTimestamp() => inner.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}

/// <summary>A moment by both clocks.</summary>
/// <param name="At">The gate's time.</param>
/// <param name="Timestamp">What the monotonic clock said then.</param>
public sealed record GateMoment(DateTimeOffset At, long Timestamp)
{
    /// <summary>This moment.</summary>
    /// <param name="time">The gate's clock.</param>
    public static GateMoment Of(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new GateMoment(time.GetUtcNow(), time.GetTimestamp());
    }
}
