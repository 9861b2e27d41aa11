using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>--dry-run</c> of drain, disable and enable: what would move, and whether the gate would object.</summary>
internal static class PreviewCommand
{
    private static readonly string[] Headers = ["POD", "CLIENTS", "", "THEN", "REQUESTS/S", "", "THEN"];

    /// <summary>Shows it; ends with 1 when the gate would refuse.</summary>
    /// <param name="session">Whom to ask.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="verb">drain, disable or enable.</param>
    /// <param name="more">What else of the command changes who would move, as the address has it.</param>
    /// <param name="force">The command would be forced.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<int> RunAsync(CliSession session, string pod, string verb, string more, bool force, CancellationToken cancel)
    {
        var answer = await session.Gate.GetAsync<PreviewJson>($"{PodCommands.PathOf(pod)}/preview?command={verb}{more}", cancel);
        if (session.Json) session.Screen.Json(answer.Document);
        else Show(session.Screen, answer.Value, force);
        return answer.Value.Allowed || (force && answer.Value.ForceHelps) ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static void Show(Screen screen, PreviewJson seen, bool force)
    {
        var share = seen.Share is { } part ? $" with {Looks.Share(part)} of the requests" : "";
        var stay = seen.Staying > 0 ? PlainText.Invariant($"; about {seen.Staying} would stay at first") : "";
        var held = seen.Hold is { } percent ? PlainText.Invariant($" at {percent} % of its slots") : "";
        screen.Line(PlainText.Invariant(
            $"{seen.Command} {seen.Pod}{held}, if it were given now: about {seen.Clients} clients (seen within {PlainText.Span(seen.SeenWithin)}){share} would move{stay}."));
        if (seen.Pods.Count > 0) screen.Table(Headers, seen.Pods.Select(Row));
        if (seen.PinnedNetworks > 0)
            screen.Line(PlainText.Invariant($"{seen.PinnedNetworks} networks are pinned to {seen.Pod}: their clients are not counted here, and move by their pins."));
        var verdict = seen.Allowed ? "It would be carried out"
            : !force ? "It would be refused"
            : seen.ForceHelps ? "It would be carried out only because it is forced"
            : "It would be refused although it is forced";
        screen.Line(new Words($"{verdict}: ", seen.Allowed ? Looks.Good : Looks.Warning), seen.Sentence);
        screen.Line("Nothing was changed.");
    }

    private static List<IReadOnlyList<Words>> Row(PreviewPodJson one) =>
    [
        [one.Name],
        [PlainText.Invariant($"{one.ClientsNow}")],
        ["->"],
        [PlainText.Invariant($"{one.ClientsThen}")],
        [PlainText.Invariant($"{one.RequestsPerSecondNow:0.#}")],
        ["->"],
        [PlainText.Invariant($"{one.RequestsPerSecondThen:0.#}")],
    ];
}
