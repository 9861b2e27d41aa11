namespace PodGate.Operator;

/// <summary>The answer of <c>GET /api/v1/slots</c> and <c>GET /api/v1/pods/{name}/slots</c>.</summary>
/// <param name="Pod">The pod; null: the whole fleet.</param>
/// <param name="Over">Of how long the numbers are: five minutes, or less while the gate is young.</param>
/// <param name="RequestsPerSecond">All requests a second, on that pod or in the fleet; as exact as one in eight that is counted.</param>
/// <param name="Slots">The heaviest, at most 20, the heaviest first.</param>
public sealed record SlotsJson(string? Pod, TimeSpan Over, double RequestsPerSecond, IReadOnlyList<SlotJson> Slots);

/// <summary>A slot that carries much.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Pod">On which pod.</param>
/// <param name="Share">Which part of the requests it has, 0 to 1: of that pod's, or of the fleet's.</param>
/// <param name="RequestsPerSecond">Requests a second.</param>
/// <param name="Clients">A few addresses that are in the slot and have something running on the pod at this moment; empty for viewers.</param>
public sealed record SlotJson(int Slot, string Pod, double Share, double RequestsPerSecond, IReadOnlyList<string> Clients);
