using System.CommandLine;
using PodGate.Cli.Rolling;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate status [POD]</c>: the fleet in a table, or all that is known of one pod.</summary>
internal static class StatusCommand
{
    // The columns before the sentence take some 55; it needs as much again.
    private const int WidthOfATable = 110;

    private static readonly string[] Headers = ["POD", "STATE", "HEALTH", "SINCE", "SLOTS", "IN FLIGHT", "WHY"];

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var pod = Parsing.OptionalPod("Only this pod, with everything that is known of it.");
        var command = new Command("status", "Show the fleet, or one pod in detail.") { pod };
        frame.Act(command, (session, parse, cancel) => parse.GetValue(pod) is { } name
            ? ShowPodAsync(session, name, cancel)
            : ShowFleetAsync(session, cancel));
        return command;
    }

    private static async Task<int> ShowFleetAsync(CliSession session, CancellationToken cancel)
    {
        var answer = await session.Gate.GetAsync<FleetJson>("api/v1/pods", cancel);
        if (session.Json)
        {
            session.Screen.Json(answer.Document);
            return ExitCodes.Done;
        }

        Show(session.Screen, answer.Value);
        return ExitCodes.Done;
    }

    /// <summary>The pods in a table, and what there is to say of the gate.</summary>
    /// <param name="screen">Where.</param>
    /// <param name="fleet">The fleet.</param>
    public static void Show(Screen screen, FleetJson fleet)
    {
        ShowPods(screen, fleet.Pods, fleet.Gate.Now);
        screen.Line();
        ShowGate(screen, fleet.Gate);
    }

    private static void ShowPods(Screen screen, IReadOnlyList<PodJson> pods, DateTimeOffset now)
    {
        if (pods.Count == 0) screen.Line("The fleet has no pods.");
        else if (screen.Width >= WidthOfATable) screen.Table(Headers, pods.Select(pod => Row(pod, now).Append(Why(pod, now)).ToList()));
        else
        {
            // No room for sentences beside the columns: they would be cut into pieces of words.
            screen.Table(Headers[..^1], pods.Select(pod => Row(pod, now)));
            screen.Line();
            foreach (var pod in pods)
            {
                foreach (var line in Why(pod, now)) screen.Line($"{pod.Name}: ", line);
            }
        }
    }

    private static List<IReadOnlyList<Words>> Row(PodJson pod, DateTimeOffset now) =>
    [
        [pod.Name],
        [new Words(pod.State, Looks.OfState(pod.State))],
        [new Words(pod.Health, Looks.OfHealth(pod.Health))],
        [PlainText.Span(now - pod.StateSince)],
        [Looks.Share(pod.SlotShare)],
        [PlainText.Invariant($"{pod.RequestsInFlight}")],
    ];

    private static List<Words> Why(PodJson pod, DateTimeOffset now)
    {
        List<Words> why = [pod.Sentence];
        if (pod.Latch is { } latch)
        {
            // The reason stands there already when the latch is what the state is about.
            var reason = latch.Sentence == pod.Sentence ? "" : $": {latch.Sentence}";
            why.Add($"latch {latch.Id} ({latch.Cause}) since {PlainText.Moment(latch.Since)}{reason}");
        }

        if (pod.Latch is not null || pod.Intent != "Enabled")
            why.Add(pod.WellSince is { } well
                ? $"looks well since {PlainText.Moment(well)} ({PlainText.Span(now - well)})"
                : "does not look well");
        if (pod.Ramp is { HeldSince: { } since } ramp)
            why.Add($"ramp held at {Looks.Share(ramp.Share)} since {PlainText.Moment(since)} ({PlainText.Span(now - since)}): {ramp.HeldBecause}");
        if (pod.Hold is { } hold) why.Add(PlainText.Invariant($"held at {hold} % of its own slots by {pod.IntentWho} since {PlainText.Moment(pod.IntentSince)}"));
        if (pod.Note is { } note) why.Add($"note by {note.Who}, {PlainText.Span(now - note.At)} ago: {note.Text}");
        if (pod.HeldBack is { Length: > 0 } held) why.Add($"held back: {held}");
        why.AddRange(MaintenanceWords.Of(pod, now));
        return why;
    }

    private static void ShowGate(Screen screen, GateJson gate)
    {
        var failures = gate.FailuresUntilGuard switch
        {
            <= 0 => new Words("the guard holds: no further pod may fail", Looks.Bad),
            1 => new Words("one more failure and the guard holds", Looks.Warning),
            var number => new Words(PlainText.Invariant($"{number} failures until the guard holds")),
        };
        screen.Line(
            $"gate     mode {gate.Mode}; ", PlainText.Invariant($"{gate.InTraffic} in traffic, MinimumOpen {gate.MinimumOpen}; "), failures,
            PlainText.Invariant($"; table {gate.SnapshotVersion}; {PlainText.Moment(gate.Now)}"));
        screen.Line(gate.JournalWritable
            ? "journal  writable"
            : new Words("journal  NOT WRITABLE: what people and automation decide is in effect, and lost if the gate ends now", Looks.Bad),
            gate.JournalBacklog > 0 ? PlainText.Invariant($"; {gate.JournalBacklog} entries wait to be written") : "");
        screen.Line(gate.Freeze is { } freeze
            ? new Words(
                $"freeze   FROZEN by {freeze.Who} since {PlainText.Moment(freeze.Since)} until {PlainText.Moment(freeze.Until)} "
                + $"({PlainText.Span(freeze.Until - gate.Now)} left): {freeze.Reason}", Looks.Warning)
            : "freeze   none");
        if (gate.Roll is { } roll) RollDetail.ShowLine(screen, roll);
        foreach (var line in MaintenanceWords.Of(gate)) screen.Line(line);
        if (gate.LastReload is not { Count: > 0 } errors)
        {
            screen.Line("reload   the configuration file is in force");
            return;
        }

        screen.Line(new Words("reload   REFUSED: the configuration before it goes on", Looks.Bad));
        foreach (var error in errors) screen.Line($"         - {error}");
    }

    private static async Task<int> ShowPodAsync(CliSession session, string name, CancellationToken cancel)
    {
        var answer = await session.Gate.GetAsync<PodJson>(PodCommands.PathOf(name), cancel);
        if (session.Json) session.Screen.Json(answer.Document);
        else PodDetail.Show(session.Screen, answer.Value);
        return ExitCodes.Done;
    }
}
