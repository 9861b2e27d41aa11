using PodGate.Core.Routing;

namespace PodGate.Proxy.Connections;

/// <summary>One snapshot with the channels of its pods, in step with them. Immutable: a request reads one reference and has both.</summary>
/// <param name="Snapshot">What has been decided.</param>
/// <param name="Channels">What the request path has for each pod.</param>
internal sealed record RoutingView(RoutingSnapshot Snapshot, PodChannel[] Channels);
