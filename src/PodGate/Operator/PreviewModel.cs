namespace PodGate.Operator;

/// <summary>The answer of <c>GET /api/v1/pods/{name}/preview</c>: what a command would lead to, if it were given now. Nothing is changed.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Command">drain, disable or enable.</param>
/// <param name="Allowed">Whether it would be carried out without force.</param>
/// <param name="ForceHelps">Whether it would be with force; meaningless while it is allowed.</param>
/// <param name="Sentence">Why not, or what it would mean for the guard.</param>
/// <param name="Clients">About how many clients would move: addresses seen within <paramref name="SeenWithin"/> (a few share a slot and count once).</param>
/// <param name="Share">Which part of the requests of the last minute is theirs, 0 to 1; null while there were none.</param>
/// <param name="Staying">A soft drain: about how many clients would stay at first.</param>
/// <param name="SeenWithin">What counts as seen.</param>
/// <param name="Pods">Every pod that would gain or lose clients.</param>
public sealed record PreviewJson(
    string Pod,
    string Command,
    bool Allowed,
    bool ForceHelps,
    string Sentence,
    int Clients,
    double? Share,
    int Staying,
    TimeSpan SeenWithin,
    IReadOnlyList<PreviewPodJson> Pods)
{
    /// <summary>An enable: at how many percent of its own slots the pod would be held; null: it would get all of them.</summary>
    public int? Hold { get; init; }

    /// <summary>How many networks are pinned to the pod. Clients are counted by their slots, so those of these networks are not counted here.</summary>
    public int PinnedNetworks { get; init; }
}

/// <summary>A pod that would gain or lose clients. Requests a second are of the last minute; then, they are in proportion to the clients that move.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ClientsNow">About how many clients it has.</param>
/// <param name="ClientsThen">About how many it would have.</param>
/// <param name="RequestsPerSecondNow">Requests a second.</param>
/// <param name="RequestsPerSecondThen">The same then.</param>
public sealed record PreviewPodJson(string Name, int ClientsNow, int ClientsThen, double RequestsPerSecondNow, double RequestsPerSecondThen);
