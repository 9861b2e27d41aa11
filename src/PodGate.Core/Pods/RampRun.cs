namespace PodGate.Core.Pods;

/// <summary>A ramp that is under way; immutable. Not durable: after a restart of the gate nobody ramps.</summary>
/// <param name="Since">When it began.</param>
public sealed record RampRun(DateTimeOffset Since)
{
    /// <summary>A ramp that was held back for more than so many times its duration is an alarm.</summary>
    public const int HeldTooLongTimes = 10;

    /// <summary>How long it takes, if the person who enabled the pod said so; null: as the settings say. <value>Default null.</value></summary>
    public TimeSpan? For { get; init; }

    /// <summary>For how long it was held back before it last went on. <value>Default 0.</value></summary>
    public TimeSpan HeldBefore { get; init; }

    /// <summary>Since when it stands still; null while it goes on. <value>Default null.</value></summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>Why it stands still, in a sentence; empty while it goes on.</summary>
    public string HeldBecause { get; init; } = "";

    /// <summary>How long it takes when nothing holds it back.</summary>
    /// <param name="settings">The fleet's numbers.</param>
    public TimeSpan DurationBy(FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return For ?? settings.RampDuration;
    }

    /// <summary>For how long it has been held back altogether.</summary>
    /// <param name="now">The moment.</param>
    public TimeSpan Held(DateTimeOffset now) => HeldBefore + (HeldSince is { } since && since < now ? now - since : TimeSpan.Zero);

    /// <summary>For how long it has gone on: what its share goes by. Does not grow while it stands still, and never shrinks.</summary>
    /// <param name="now">The moment.</param>
    public TimeSpan Gone(DateTimeOffset now) => now - Since - Held(now);

    /// <summary>Whether it was held back for so long that people must know.</summary>
    /// <param name="settings">The fleet's numbers.</param>
    /// <param name="now">The moment.</param>
    public bool IsHeldTooLong(FleetSettings settings, DateTimeOffset now) => Held(now) > HeldTooLongTimes * DurationBy(settings);

    /// <summary>The same from its beginning: the pod was routed around, and is as cold as it was.</summary>
    /// <param name="now">The moment.</param>
    public RampRun Anew(DateTimeOffset now) => new(now) { For = For };

    /// <summary>The ramp after a look at the pod's clients' requests.</summary>
    /// <param name="objection">Why it should stand still, in a sentence; null: nothing speaks against going on.</param>
    /// <param name="now">The moment: until then it has gone on.</param>
    public RampRun After(string? objection, DateTimeOffset now) =>
        objection is not null ? this with { HeldSince = HeldSince ?? now, HeldBecause = objection }
        : HeldSince is null ? this
        : this with { HeldBefore = Held(now), HeldSince = null, HeldBecause = "" };
}
