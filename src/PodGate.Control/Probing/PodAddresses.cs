using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>Where the addresses of a pod lead, from what is known already: no probe ever waits for a resolver.</summary>
/// <param name="addressesOf">The known addresses of a host name, empty while there are none.</param>
internal sealed class PodAddresses(Func<string, ImmutableArray<IPAddress>> addressesOf)
{
    /// <summary>The endpoints of an address of a pod; empty while they are not known.</summary>
    /// <param name="address">The address: of its product, or of its health.</param>
    /// <param name="port">The port.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="dataEndpoints">What the pod's own address resolved to; empty while that is not known.</param>
    internal ImmutableArray<IPEndPoint> Of(Uri address, int port, PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints)
    {
        if (!IsSameHost(address, pod.Address) || IPAddress.TryParse(address.IdnHost, out _)) return Of(address.IdnHost, port);
        return dataEndpoints.IsDefaultOrEmpty ? [] : [.. dataEndpoints.Select(endpoint => new IPEndPoint(endpoint.Address, port))];
    }

    /// <summary>The endpoints of a host; empty while they are not known.</summary>
    /// <param name="host">Name or literal.</param>
    /// <param name="port">The port.</param>
    internal ImmutableArray<IPEndPoint> Of(string host, int port) =>
        IPAddress.TryParse(host, out var literal) ? [new IPEndPoint(literal, port)] : [.. addressesOf(host).Select(ip => new IPEndPoint(ip, port))];

    /// <summary>What is found of a host whose addresses are not known.</summary>
    /// <param name="host">Its name.</param>
    internal static ProbeFinding Unknown(string host) => new(ProbeResult.Inconclusive, $"no address is known yet for {host}");

    /// <summary>Two addresses are the same port of the same host.</summary>
    /// <param name="one">One.</param>
    /// <param name="other">The other.</param>
    internal static bool IsSamePort(Uri one, Uri other) => one.Port == other.Port && IsSameHost(one, other);

    private static bool IsSameHost(Uri one, Uri other) => one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);
}
