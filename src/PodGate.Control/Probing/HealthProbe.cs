using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>
/// One question to a pod's health address, over HTTP, as an agent check or over gRPC, on a connection of its own every time. When the health address is
/// another port or host than the pod's address, the latter is connected to as well, and the worse result counts: a health port that is well while nobody can
/// reach the product is no health. Safe for any number of probes at a time.
/// </summary>
public sealed class HealthProbe
{
    private readonly TimeProvider _time;
    private readonly PodAddresses _addresses;

    /// <summary>Makes a probe.</summary>
    /// <param name="time">The clock, also of the timeout.</param>
    /// <param name="addressesOf">The known addresses of a host name, empty while there are none: needed for health addresses on another
    /// host (<see cref="AddressBook.AddressesOf"/>).</param>
    public HealthProbe(TimeProvider time, Func<string, ImmutableArray<IPAddress>> addressesOf)
    {
        _time = time;
        _addresses = new PodAddresses(addressesOf);
    }

    /// <summary>Probes a pod once.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="dataEndpoints">What its address resolved to; empty while it is not known.</param>
    /// <param name="timeout">How long it may take in all, the body included.</param>
    /// <param name="cancel">Gives up; then there is no report.</param>
    /// <returns>What was found; every failure of the network is a report and not an exception.</returns>
    public async Task<ProbeReport> ProbeAsync(PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, TimeSpan timeout, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var sentAt = _time.GetUtcNow();
        using var deadline = new ProbeDeadline(timeout, _time, cancel);
        var health = AskAsync(pod, dataEndpoints, deadline);
        var finding = PodAddresses.IsSamePort(pod.Health.Url, pod.Address)
            ? await health.ConfigureAwait(false)
            : await WithDataPortAsync(pod, dataEndpoints, health, deadline).ConfigureAwait(false);
        return finding.ToReport(pod.Name, sentAt, _time.GetUtcNow());
    }

    private async Task<ProbeFinding> WithDataPortAsync(
        PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, Task<ProbeFinding> health, ProbeDeadline deadline)
    {
        var data = ConnectOnlyAsync(pod, dataEndpoints, deadline);
        var findings = await Task.WhenAll(health, data).ConfigureAwait(false);
        var worse = ProbeFinding.Worse(findings[0], findings[1]);
        // With the document that came: it may be another pod's, which is worse than anything that a connection can show.
        return ReferenceEquals(worse, findings[1])
            ? findings[0] with { Result = worse.Result, Sentence = $"data port: {worse.Sentence} ({findings[0].Sentence})" }
            : worse with { DataPortTook = findings[1].Result == ProbeResult.Healthy };
    }

    private async Task<ProbeFinding> ConnectOnlyAsync(PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, ProbeDeadline deadline)
    {
        var endpoints = _addresses.Of(pod.Address, pod.Address.Port, pod, dataEndpoints);
        return endpoints.IsEmpty
            ? PodAddresses.Unknown(pod.Address.IdnHost)
            : await ProbeConnection.OnlyConnectAsync(endpoints, deadline, _time).ConfigureAwait(false);
    }

    private async Task<ProbeFinding> AskAsync(PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, ProbeDeadline deadline)
    {
        var endpoints = _addresses.Of(pod.Health.Url, pod.Health.Url.Port, pod, dataEndpoints);
        if (endpoints.IsEmpty) return PodAddresses.Unknown(pod.Health.Url.IdnHost);
        var asking = pod.Health.Format switch
        {
            HealthFormat.Agent => AgentQuestion.AskAsync(pod.Health, endpoints, deadline, _time),
            HealthFormat.Grpc => GrpcQuestion.AskAsync(pod.Health, endpoints, deadline, _time),
            _ => HttpQuestion.AskAsync(pod.Health, endpoints, deadline, _time),
        };
        return await asking.ConfigureAwait(false);
    }
}
