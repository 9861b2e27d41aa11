namespace PodGate.Core.Routing;

/// <summary>When a pod's long-lived connections are asked to end: evenly spread from one moment to another.</summary>
/// <param name="From">Nobody is asked before.</param>
/// <param name="Until">By then everybody was asked; who connects later is asked at once.</param>
public sealed record Farewell(DateTimeOffset From, DateTimeOffset Until);
