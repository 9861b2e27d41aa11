using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Health;

namespace PodGate.Core.Pods;

/// <summary>What can happen to a fleet. Probes, signals, commands, time and configuration all enter by this one door.</summary>
public abstract record FleetInput;

/// <summary>Probes ended.</summary>
/// <param name="Reports">What they found, in the order in which they ended.</param>
public sealed record ProbeEnded(ImmutableArray<ProbeReport> Reports) : FleetInput
{
    /// <summary>One probe ended.</summary>
    /// <param name="report">What it found.</param>
    public ProbeEnded(ProbeReport report)
        : this([report])
    {
    }
}

/// <summary>The request path could not make a new connection because the pod refused it.</summary>
/// <param name="Pod">The pod's name.</param>
public sealed record ConnectionRefused(string Pod) : FleetInput;

/// <summary>A look at the clients' requests was taken.</summary>
/// <param name="Picture">What was seen.</param>
public sealed record TrafficSeen(TrafficPicture Picture) : FleetInput;

/// <summary>A reference target answered: the gate's own network works.</summary>
/// <param name="Target">Which.</param>
/// <param name="SentAt">When it was asked.</param>
public sealed record ReferenceAnswered(string Target, DateTimeOffset SentAt) : FleetInput;

/// <summary>Time passed.</summary>
public sealed record TimePassed : FleetInput;

/// <summary>A person commands.</summary>
/// <param name="Command">What.</param>
public sealed record Commanded(Command Command) : FleetInput;

/// <summary>An enable that was prepared is in the journal now and may take effect.</summary>
/// <param name="Prepared">The transition that was written.</param>
public sealed record EnableWritten(Transition Prepared) : FleetInput;

/// <summary>An enable that was prepared could not be written and does not take effect.</summary>
/// <param name="Prepared">The transition that was not written.</param>
public sealed record EnableNotWritten(Transition Prepared) : FleetInput;

/// <summary>A new configuration is in force.</summary>
/// <param name="Settings">It.</param>
public sealed record Reconfigured(FleetSettings Settings) : FleetInput;

/// <summary>A pod's host name resolved.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Endpoints">To these; never empty.</param>
public sealed record Resolved(string Pod, ImmutableArray<IPEndPoint> Endpoints) : FleetInput;
