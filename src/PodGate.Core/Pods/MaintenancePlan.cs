namespace PodGate.Core.Pods;

/// <summary>How far a planned maintenance has come. The words are stored; those from <see cref="Over"/> on are ends.</summary>
public enum MaintenanceStage
{
    /// <summary>Its time has not come yet, or its pod is not configured.</summary>
    Planned,

    /// <summary>Its time has come, and fewer than MinimumOpen pods would be left: it begins as soon as the guard allows.</summary>
    HeldBack,

    /// <summary>It has drained its pod.</summary>
    Begun,

    /// <summary>Its time is over and its pod is to be enabled, which was refused so far.</summary>
    NotWell,

    /// <summary>It was carried out; whatever becomes of the pod is no longer its business.</summary>
    Over,

    /// <summary>It was not carried out: its time passed, or somebody had taken the pod out already.</summary>
    NotDone,

    /// <summary>A person took it back.</summary>
    Cancelled,
}

/// <summary>A time for which people want a pod out of the traffic, decided beforehand. Durable.</summary>
/// <param name="Id"><c>m-</c> and 8 hexadecimal digits or more; unique among those that are remembered.</param>
/// <param name="Pod">The pod's name; it may have left the configuration since.</param>
/// <param name="Who">The person who planned it; the drain and the enable are his, too.</param>
/// <param name="Why">The reason he gave.</param>
/// <param name="From">When the pod is drained, in UTC.</param>
/// <param name="Until">When the work is done, in UTC.</param>
/// <param name="Zone">The zone that people think of: an IANA name, <c>UTC</c>, or an offset such as <c>+01:00</c>. Only for showing moments.</param>
/// <param name="Planned">When it was planned.</param>
public sealed record MaintenancePlan(
    string Id, string Pod, string Who, string Why, DateTimeOffset From, DateTimeOffset Until, string Zone, DateTimeOffset Planned)
{
    /// <summary>The longest time from begin to end.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>How far ahead it may begin.</summary>
    public static readonly TimeSpan Farthest = TimeSpan.FromDays(366);

    /// <summary>How far in the past it may begin: whoever types "now" is late by the time it arrives.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>Drain although fewer than MinimumOpen would be left. <value>Default false.</value></summary>
    public bool Force { get; init; }

    /// <summary>From <see cref="Until"/> on enable the pod as soon as an enable without force would be accepted. <value>Default false.</value></summary>
    public bool EnableWhenWell { get; init; }

    /// <summary>How long what runs may go on; null means the configured <see cref="FleetSettings.DrainDeadline"/> of that moment.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>How far it has come.</summary>
    public MaintenanceStage Stage { get; init; }

    /// <summary>When it came to this stage, or was planned.</summary>
    public DateTimeOffset Changed { get; init; } = Planned;

    /// <summary>The sentence of the event that brought it to its stage.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>When it drained its pod, or null.</summary>
    public DateTimeOffset? BegunAt { get; init; }

    /// <summary>There is still something to do for it.</summary>
    public bool IsOpen => Stage < MaintenanceStage.Over;

    /// <summary>The reason that the pod's intent gives while it is drained for this.</summary>
    public string DrainReason => $"planned maintenance {Id}: {Why}";

    /// <summary>The reason that the pod's intent gives after this has enabled it.</summary>
    public string EnableReason => $"planned maintenance {Id} is over, and the pod is well: {Why}";

    /// <summary>Whether a pod is out because of this, and nobody has said anything else since.</summary>
    /// <param name="intent">What people want of the pod.</param>
    public bool IsBehind(PodIntent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        return intent.Kind == IntentKind.Disabled && intent.Since == BegunAt && intent.Who == Who && intent.Why == DrainReason;
    }

    /// <summary>Whether a moment is within its time.</summary>
    /// <param name="moment">The moment.</param>
    public bool Covers(DateTimeOffset moment) => From <= moment && moment < Until;

    /// <summary>Whether some moment is within the times of both.</summary>
    /// <param name="other">Another one.</param>
    public bool Overlaps(MaintenancePlan other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return From < other.Until && other.From < Until;
    }
}
