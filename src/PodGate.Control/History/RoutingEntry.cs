using PodGate.Core.Routing;

namespace PodGate.Control.History;

/// <summary>What an entry of the routing history is about.</summary>
public enum RoutingEntryKind
{
    /// <summary>From here on clients were routed by its picture.</summary>
    Routed,

    /// <summary>Why a pod's part changed just then, in the sentence of the event; of the pins, without a pod.</summary>
    Told,

    /// <summary>A gate began to run.</summary>
    Began,

    /// <summary>The gate still ran.</summary>
    Ran,

    /// <summary>The gate stopped in good order.</summary>
    Ended,

    /// <summary>The gate left to another process, which goes on.</summary>
    HandedOver,
}

/// <summary>An entry of the routing history.</summary>
/// <param name="At">When, in whole milliseconds.</param>
/// <param name="Kind">What it is about.</param>
public sealed record RoutingEntry(DateTimeOffset At, RoutingEntryKind Kind)
{
    /// <summary>What clients were routed by from then on; null in any other entry.</summary>
    public RoutingPicture? Picture { get; init; }

    /// <summary>How many changes before this one could not be written down. <value>Default 0.</value></summary>
    public int Missed { get; init; }

    /// <summary>The pod that a sentence is about; empty: the fleet.</summary>
    public string Pod { get; init; } = "";

    /// <summary>Why, in a sentence; empty in any other entry.</summary>
    public string Sentence { get; init; } = "";
}
