namespace PodGate.Core.Pods;

/// <summary>What people want of a pod.</summary>
public enum IntentKind
{
    /// <summary>The pod shall serve.</summary>
    Enabled,

    /// <summary>The pod shall not serve.</summary>
    Disabled,
}

/// <summary>How a disabled pod gives its clients up.</summary>
public enum DrainKind
{
    /// <summary>No new requests from the moment of the command.</summary>
    Hard,

    /// <summary>Slots lately in use stay until they fall quiet or the deadline comes.</summary>
    Soft,
}

/// <summary>What people want of a pod, with who, why and when. Durable; automation never changes it, but for what people planned beforehand.</summary>
/// <param name="Kind">Whether the pod shall serve.</param>
/// <param name="Who">The person (the token's name) or <c>configuration</c> for what the file says.</param>
/// <param name="Why">The reason they gave; never empty for a command of a person.</param>
/// <param name="Since">When the command was carried out.</param>
/// <param name="Deadline">When what is still running on a disabled pod is closed; null while enabled.</param>
/// <param name="Drain">How a disabled pod gives its clients up.</param>
/// <param name="Until">When people expect to be done; a reminder, never a trigger.</param>
/// <param name="KeepActive">Of a soft drain: slots that were used within this time stay; else null.</param>
public sealed record PodIntent(
    IntentKind Kind,
    string Who,
    string Why,
    DateTimeOffset Since,
    DateTimeOffset? Deadline = null,
    DrainKind Drain = DrainKind.Hard,
    DateTimeOffset? Until = null,
    TimeSpan? KeepActive = null)
{
    /// <summary>Whose the drain is, for those who wonder whether it may end; null when nobody was named.</summary>
    public string? Owner { get; init; }

    /// <summary>
    /// Of an enabled pod: it gets no more than so many percent of its own slots until a person says otherwise, 1 to 99. Durable, since a restart must not
    /// give it more. Null: all of them.
    /// </summary>
    public int? Hold { get; init; }
}
