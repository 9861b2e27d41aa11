namespace PodGate.Proxy.Turnstiles;

/// <summary>Who waits for a pod that has as much to do as it may.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Most">How many requests may run on it at a time; 0: as many as come.</param>
/// <param name="Running">Requests that count against that: neither those that began while there was no limit, nor long-lived connections.</param>
/// <param name="Waiting">Requests that wait now.</param>
/// <param name="Queued">Requests that had to wait since the gate started, whatever became of them.</param>
/// <param name="NoRoom">Requests that were refused since as many waited as may.</param>
/// <param name="TooLong">Requests that were refused after they had waited for as long as they may.</param>
public sealed record QueueReading(string Pod, int Most, long Running, int Waiting, long Queued, long NoRoom, long TooLong);
