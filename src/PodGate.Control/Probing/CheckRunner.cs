using System.Collections.Immutable;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Text;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>
/// Runs a check of the gate's own once: its steps one after the other, each on a new connection to the pod's real endpoint, as a client's request would come.
/// The first step that is not satisfied ends it. Safe for any number of runs at a time.
/// </summary>
public sealed class CheckRunner
{
    /// <summary>The most bytes of an answer's body that are looked at.</summary>
    internal const int BodyLimit = 64 * 1024;

    private const string NonceWord = "{nonce}";
    private const int NonceLength = 16;

    private readonly TimeProvider _time;
    private readonly PodAddresses _addresses;
    private readonly Func<Guid> _chance;

    /// <summary>Makes a runner.</summary>
    /// <param name="time">The clock, also of the timeouts.</param>
    /// <param name="addressesOf">The known addresses of a host name, empty while there are none (<see cref="AddressBook.AddressesOf"/>).</param>
    /// <param name="chance">Makes values never seen before, for nonces.</param>
    public CheckRunner(TimeProvider time, Func<string, ImmutableArray<IPAddress>> addressesOf, Func<Guid> chance)
    {
        _time = time;
        _addresses = new PodAddresses(addressesOf);
        _chance = chance;
    }

    /// <summary>Replaces the check of pods' certificates; null: the platform's.</summary>
    internal RemoteCertificateValidationCallback? CertificateCheck { get; init; }

    /// <summary>Runs a check.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="check">The check.</param>
    /// <param name="dataEndpoints">What the pod's address resolved to; empty while it is not known.</param>
    /// <param name="cancel">Gives up; then there is no report.</param>
    /// <returns>What was found; every failure of the network is a report and not an exception.</returns>
    public async Task<ProbeReport> RunAsync(PodSettings pod, CheckSettings check, ImmutableArray<IPEndPoint> dataEndpoints, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(check);
        var sentAt = _time.GetUtcNow();
        using var deadline = new ProbeDeadline(check.Timeout, _time, cancel);
        var port = check.TcpPort is > 0 and var other ? other : pod.Address.Port;
        var endpoints = _addresses.Of(pod.Address, port, pod, dataEndpoints);
        var finding = endpoints.IsEmpty ? Behind(PodAddresses.Unknown(pod.Address.IdnHost))
            : check.TcpPort is null ? await RunStepsAsync(pod, check, endpoints, deadline).ConfigureAwait(false)
            : Behind(await ProbeConnection.OnlyConnectAsync(endpoints, deadline, _time).ConfigureAwait(false));
        var sentence = finding.Result == ProbeResult.Healthy ? $"check {check.Name} passed" : $"check {check.Name}{finding.Sentence}";
        return (finding with { Sentence = sentence }).ToReport(pod.Name, sentAt, _time.GetUtcNow()) with { Check = check.Name };
    }

    /// <summary>The findings' sentences go on behind the check's name.</summary>
    private async Task<ProbeFinding> RunStepsAsync(PodSettings pod, CheckSettings check, ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline)
    {
        var nonce = _chance().ToString("N")[..NonceLength];
        var last = new ProbeFinding(ProbeResult.Healthy, "");
        for (var i = 0; i < check.Steps.Length; i++)
        {
            last = await RunStepAsync(pod, WithNonce(check.Steps[i], nonce), endpoints, deadline).ConfigureAwait(false);
            if (last.Result == ProbeResult.Healthy) continue;
            return check.Steps.Length == 1 ? last : last with { Sentence = $": step {i + 1}{last.Sentence}" };
        }

        return last;
    }

    private async Task<ProbeFinding> RunStepAsync(PodSettings pod, CheckStep step, ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline)
    {
        var address = pod.Address.GetLeftPart(UriPartial.Path).TrimEnd('/') + (step.Path.StartsWith('/') ? "" : "/") + step.Path;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url))
            return new ProbeFinding(ProbeResult.Inconclusive, ": the gate cannot make an address of the path that is configured");
        var start = _time.GetTimestamp();
        var body = step.Body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(step.Body));
        using var request = HttpExchange.NewRequest(step.Method, url, "*/*", step.Headers, body);
        var (answer, failure) = await HttpExchange.SendAsync(request, endpoints, BodyLimit, deadline, _time, CertificateCheck).ConfigureAwait(false);
        if (answer is null) return Behind(failure!);
        var took = _time.GetElapsedTime(start);
        var excerpt = HealthDocument.Excerpt(answer.Body, ProbeFinding.ExcerptLimit);
        if (CheckJudge.Stranger(pod, answer) is { } stranger) return new ProbeFinding(ProbeResult.WrongPod, stranger, excerpt);
        var (result, sentence) = CheckJudge.Judge(step, answer, took);
        return new ProbeFinding(result, sentence, excerpt)
        {
            SlowerBy = result == ProbeResult.TooSlow ? took - step.Slowest : null,
        };
    }

    private static ProbeFinding Behind(ProbeFinding finding) => finding with { Sentence = $": {finding.Sentence}" };

    private static CheckStep WithNonce(CheckStep step, string nonce)
    {
        return step with
        {
            Path = In(step.Path)!,
            Headers = step.Headers.ToImmutableSortedDictionary(header => header.Key, header => In(header.Value)!, StringComparer.OrdinalIgnoreCase),
            Body = In(step.Body),
            BodyContains = In(step.BodyContains),
            BodyMatches = In(step.BodyMatches),
            JsonPath = In(step.JsonPath),
            JsonEquals = In(step.JsonEquals),
        };

        string? In(string? text) => text?.Replace(NonceWord, nonce, StringComparison.Ordinal);
    }
}
