using System.Net;

namespace PodGate.Core.Routing;

/// <summary>Where the clients of a pinned network go while their pod may not serve.</summary>
public enum PinOtherwise
{
    /// <summary>To whom their slots belong, as if they were not pinned.</summary>
    Spread,

    /// <summary>Nowhere: they are answered 503. For customers who must not land on another pod.</summary>
    Refuse,
}

/// <summary>A network whose clients belong to one pod, whatever their slots say.</summary>
/// <param name="Network">The network, without bits beyond its prefix; IPv4 is written as IPv4.</param>
/// <param name="Pod">The pod's name.</param>
/// <param name="Otherwise">What is done while that pod may not serve.</param>
public sealed record Pin(IPNetwork Network, string Pod, PinOtherwise Otherwise = PinOtherwise.Spread);
