using System.Net;

namespace PodGate.Core.Routing;

/// <summary>Where a client goes by a picture.</summary>
/// <param name="Pod">The pod; null: nowhere.</param>
/// <param name="Or">Where it goes instead when a soft drain of that pod has let it go; null: that is not in question.</param>
/// <param name="Pin">The pin that its network falls under; null: none.</param>
public sealed record Place(string? Pod, string? Or, Pin? Pin);

/// <summary>
/// Looks up one client in many pictures: for each it makes of the table just the client's slot. What a pod draws for that slot is always the same, and is
/// drawn once. Not for more than one thread.
/// </summary>
/// <param name="hashing">How addresses become slots; the pictures must be of the same.</param>
/// <param name="client">The client's address.</param>
public sealed class ClientPlace(SlotHashing hashing, IPAddress client)
{
    private readonly ulong _spread = SlotDraw.Spread(hashing.SlotOf(client));
    private readonly Dictionary<string, SlotDraw> _draws = new(StringComparer.Ordinal);

    /// <summary>Where it goes by a picture.</summary>
    /// <param name="picture">It.</param>
    public Place In(RoutingPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var pin = picture.Pins.Find(client);
        var kept = PodIn(picture, pin, keeps: true);
        var letGo = PodIn(picture, pin, keeps: false);
        return kept == letGo ? new Place(letGo, null, pin) : new Place(kept, letGo, pin);
    }

    /// <summary>The same rules as those of a snapshot, of which a test holds it the equal.</summary>
    private string? PodIn(RoutingPicture picture, Pin? pin, bool keeps)
    {
        if (pin is null) return Best(picture, keeps).Pod;
        var own = picture.Pods.Where(pod => pod.Name == pin.Pod).Select(pod => (Admission?)pod.Admission).FirstOrDefault();
        var refuses = pin.Otherwise == PinOtherwise.Refuse;
        var serves = own == Admission.Serving || (own == Admission.Keeping && keeps);
        if (serves || (refuses && own == Admission.Standby)) return pin.Pod;
        if (refuses) return null;
        var (other, admission) = Best(picture, keeps);
        return own == Admission.Standby && admission == Admission.Standby ? pin.Pod : other;
    }

    private (string? Pod, Admission Admission) Best(RoutingPicture picture, bool keeps)
    {
        var best = default((string? Pod, Admission Admission));
        var bestRank = (Tier: 0, Score: 0UL);
        foreach (var pod in picture.Pods)
        {
            var tier = TierOf(pod, keeps);
            if (tier == 0 || tier < bestRank.Tier) continue;

            // In the order of names, so in a tie the one that is there stays.
            var score = DrawOf(pod.Name).Score(_spread);
            if (best.Pod is not null && tier == bestRank.Tier && score <= bestRank.Score) continue;
            (best, bestRank) = ((pod.Name, pod.Admission), (tier, score));
        }

        return best;
    }

    /// <summary>In the traffic before on standby, and within each those whose share covers the slot first; 0: not at all.</summary>
    private int TierOf(in PodPart pod, bool keeps) => pod.Admission switch
    {
        Admission.Keeping when !keeps => 0,
        Admission.Serving or Admission.Keeping => DrawOf(pod.Name).Covers(_spread, pod.Share) ? 4 : 3,
        Admission.Standby => DrawOf(pod.Name).Covers(_spread, pod.Share) ? 2 : 1,
        _ => 0,
    };

    private SlotDraw DrawOf(string pod)
    {
        if (!_draws.TryGetValue(pod, out var draw)) _draws.Add(pod, draw = SlotDraw.Of(pod, hashing.Key));
        return draw;
    }
}
