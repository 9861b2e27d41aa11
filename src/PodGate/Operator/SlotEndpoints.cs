using Microsoft.AspNetCore.Http;
using PodGate.Control;
using PodGate.Core.Routing;

namespace PodGate.Operator;

/// <summary>Which slots carry how much.</summary>
/// <param name="sources">What to read.</param>
internal sealed class SlotEndpoints(OperatorSources sources)
{
    private const int Most = 20;
    private const int MostClients = 3;

    /// <summary>GET /api/v1/pods/{name}/slots.</summary>
    /// <param name="context">The request.</param>
    public Task OfPodAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (sources.View().Find(name) is null) throw OperatorApi.UnknownPod(name);
        return AnswerAsync(context, name);
    }

    /// <summary>GET /api/v1/slots.</summary>
    /// <param name="context">The request.</param>
    public Task OfFleetAsync(HttpContext context) => AnswerAsync(context, pod: null);

    /// <summary>The heaviest slots.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="pod">The pod; null: the whole fleet.</param>
    /// <param name="role">Who looks: clients have addresses, which are for operators.</param>
    public static SlotsJson Of(OperatorSources sources, string? pod, TokenRole role)
    {
        var seen = sources.Slots();
        var pods = seen.Pods.Where(one => pod is null || one.Pod == pod).ToList();
        var all = pods.Sum(one => one.All);
        var heaviest = pods.SelectMany(one => one.Heaviest, (one, slot) => (one.Pod, Slot: slot))
            .OrderByDescending(one => one.Slot.Count).ThenBy(one => one.Slot.Slot).Take(Most).ToList();
        var clients = role >= TokenRole.Operator ? ClientsOf(sources, [.. heaviest.Select(one => (one.Pod, one.Slot.Slot))]) : [];
        return new SlotsJson(pod, seen.Over, seen.RateOf(all), [.. heaviest.Select(JsonOf)]);

        SlotJson JsonOf((string Pod, SlotCount Slot) one) => new(
            one.Slot.Slot, one.Pod, Math.Min(1, (double)one.Slot.Count / all), seen.RateOf(one.Slot.Count),
            clients.GetValueOrDefault((one.Pod, one.Slot.Slot), []));
    }

    private Task AnswerAsync(HttpContext context, string? pod) => OperatorApi.AnswerAsync(
        context, StatusCodes.Status200OK, Of(sources, pod, AdminPipeline.Caller(context).Role), ApiJson.Default.SlotsJson);

    private static Dictionary<(string Pod, int Slot), List<string>> ClientsOf(OperatorSources sources, HashSet<(string Pod, int Slot)> wanted)
    {
        var clients = new Dictionary<(string Pod, int Slot), List<string>>();
        var hashing = sources.View().Snapshot.Hashing;
        foreach (var open in sources.Connections())
        {
            var key = (open.Pod, hashing.SlotOf(open.Client));
            if (!wanted.Contains(key)) continue;
            if (!clients.TryGetValue(key, out var known)) clients.Add(key, known = []);
            var address = open.Client.ToString();
            if (known.Count < MostClients && !known.Contains(address)) known.Add(address);
        }

        return clients;
    }
}
