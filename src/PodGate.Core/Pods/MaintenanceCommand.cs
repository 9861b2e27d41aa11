namespace PodGate.Core.Pods;

/// <summary>Plans a maintenance of one pod.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">Why.</param>
/// <param name="From">When the pod is to be drained: not in the past but for a minute, at most a year ahead.</param>
/// <param name="Until">When the work is done: after that, by at most 30 days.</param>
/// <param name="Zone">The zone that people think of; see <see cref="MaintenancePlan.Zone"/>.</param>
public sealed record PlanMaintenanceCommand(string Pod, string Who, string Reason, DateTimeOffset From, DateTimeOffset Until, string Zone)
    : Command(Who, Reason)
{
    /// <summary>Drain although fewer than MinimumOpen would be left. <value>Default false.</value></summary>
    public bool Force { get; init; }

    /// <summary>Enable the pod by itself afterwards, when it is verified to be well. <value>Default false.</value></summary>
    public bool EnableWhenWell { get; init; }

    /// <summary>How long what runs may go on; null means the configured <see cref="FleetSettings.DrainDeadline"/>.</summary>
    public TimeSpan? Deadline { get; init; }
}

/// <summary>Takes a planned maintenance back. A pod that it has drained stays out until a person enables it.</summary>
/// <param name="Id">Which.</param>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">Why.</param>
public sealed record CancelMaintenanceCommand(string Id, string Who, string Reason) : Command(Who, Reason);
