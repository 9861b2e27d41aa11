namespace PodGate.Core.Routing;

/// <summary>What a pod's state means to the request path.</summary>
public enum Admission
{
    /// <summary>In the traffic, with its <see cref="PodRoute.Share"/> of its slots.</summary>
    Serving,

    /// <summary>Routed around, but owns slots when nobody else may serve them: every slot has an owner while any pod may serve.</summary>
    Standby,

    /// <summary>Gives its clients up slowly: serves its <see cref="PodRoute.Kept"/> slots, whoever else may serve, and no others.</summary>
    Keeping,

    /// <summary>No new requests; what runs on it may finish.</summary>
    Excluded,

    /// <summary>No new requests, and what still runs on it is closed now.</summary>
    Closed,
}
