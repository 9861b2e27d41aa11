namespace PodGate.Core.Pods;

/// <summary>What is measured of a pod, from best known to worst known. Never durable: every gate measures for itself.</summary>
public enum HealthLevel
{
    /// <summary>Nothing has been measured yet.</summary>
    Unknown,

    /// <summary>The last reports say well.</summary>
    Healthy,

    /// <summary>The pod answers and says that something in it is worse than it should be.</summary>
    Degraded,

    /// <summary>The pod itself asks to be drained.</summary>
    Leaving,

    /// <summary>A new connection was refused, or two own probes in a row failed: enough to route around it, not to condemn it.</summary>
    Suspect,

    /// <summary>As many failures in a row as the configuration demands: the verdict that latches.</summary>
    Unhealthy,
}
