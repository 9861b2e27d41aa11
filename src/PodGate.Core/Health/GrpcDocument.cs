namespace PodGate.Core.Health;

/// <summary>Reads the status number of grpc.health.v1.HealthCheckResponse. Pure, never throws.</summary>
public static class GrpcDocument
{
    /// <summary>Reads a status.</summary>
    /// <param name="status">0 UNKNOWN (also when the field is left out), 1 SERVING, 2 NOT_SERVING, 3 SERVICE_UNKNOWN; anything else is unreadable.</param>
    public static HealthReading Read(int status) => status switch
    {
        1 => new(ProbeResult.Healthy, "health answered SERVING", []),
        2 => new(ProbeResult.Unhealthy, "health answered NOT_SERVING", []),
        0 => new(ProbeResult.Unreadable, "health answered UNKNOWN", []),
        3 => new(ProbeResult.Unreadable, "health answered SERVICE_UNKNOWN: the pod has no health for the service that was asked for", []),
        _ => new(ProbeResult.Unreadable, $"health answered with the status {status}, which gRPC's health protocol does not have", []),
    };
}
