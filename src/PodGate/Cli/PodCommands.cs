using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>
/// <c>podgate drain | enable | disable POD</c>. Each looks at the pod first, shows what it saw, and sends the version it saw, so that
/// the command is refused when somebody else, or automation, was faster.
/// </summary>
internal static class PodCommands
{
    private const string TooFew = "although fewer than MinimumOpen would be left";

    /// <summary>A pod's path in the API.</summary>
    /// <param name="pod">The pod's name.</param>
    public static string PathOf(string pod) => "api/v1/pods/" + Uri.EscapeDataString(pod);

    /// <summary>Makes <c>drain</c>.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Drain(CliFrame frame)
    {
        var deadline = Parsing.Duration("--deadline", $"How long what runs may go on: {Durations.Forms}. Default: the gate's DrainDeadline.");
        var wait = new Option<bool>("--wait") { Description = "Show progress until the pod is Drained. Ctrl-C ends the waiting, not the drain." };
        var keep = Parsing.Duration(
            "--keep-active",
            "A soft drain: addresses seen within this time stay with the pod until they fall quiet, or until shortly before the deadline, which is required. "
            + "By slot, so a quiet address stays beside a busy one that shares its slot.",
            TimeSpan.FromSeconds(1));
        var command = Build(
            frame, "drain", "Give a pod no new requests and let what runs on it finish.", TooFew,
            Particulars.OfLeaving() with { Deadline = deadline, KeepActive = keep, Wait = wait });
        command.Validators.Add(result =>
        {
            if (result.GetResult(keep) is not null && result.GetResult(deadline) is null)
                result.AddError("--keep-active needs --deadline: clients that never fall quiet would keep the pod for ever.");
        });
        return command;
    }

    /// <summary>Makes <c>enable</c>.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Enable(CliFrame frame)
    {
        var ramp = Parsing.Duration(
            "--ramp", $"How long the pod takes this once to get all its slots: 0 for at once, or {Durations.Forms}. Default: the gate's Ramp.Duration.");
        var allWell = new Option<bool>("--all-well") { Description = "Instead of one pod: every latched pod that looks well again, one after the other." };
        return Build(
            frame, "enable", "Put a pod back into the traffic; clears the latch that is shown.", "although the pod is not verified to be well",
            new Particulars { Ramp = ramp, AllWell = allWell, Hold = Parsing.Percent(
                "--hold", "Give the pod no more than so much of its own slots, until it is enabled without. Of a pod that serves already: from now on.") });
    }

    /// <summary>Makes <c>note</c>.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Note(CliFrame frame)
    {
        var (pod, version) = (Parsing.Pod(), Parsing.Version());
        var text = new Argument<string?>("TEXT") { Description = "What the others are to know, such as \"I am on it\".", Arity = ArgumentArity.ZeroOrOne };
        var clear = new Option<bool>("--clear") { Description = "Take the note away that is there. It also goes when the pod is enabled." };
        var command = new Command("note", "Leave a note on a pod for whoever looks at it; changes no traffic.") { pod, text, clear, version };
        command.Validators.Add(result =>
        {
            var typed = result.GetValue(text);
            if (typed is null ? !result.GetValue(clear) : !Parsing.IsReason(typed)) result.AddError($"TEXT wants {Parsing.ReasonForms}.");
        });
        frame.Act(command, async (session, parse, cancel) =>
        {
            var asked = new NoteCommandJson(parse.GetValue(text) ?? "done", parse.GetValue(clear), parse.GetValue(version));
            var outcome = await session.Gate.PostAsync<NoteCommandJson, OutcomeJson>($"{PathOf(parse.GetRequiredValue(pod))}/note", asked, cancel);
            Outcomes.Warn(session, outcome);
            if (session.Json) session.Screen.Json(outcome.Document);
            else session.Screen.Line(outcome.Value.Sentence);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Makes <c>disable</c>.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Disable(CliFrame frame) =>
        Build(frame, "disable", "Take a pod out of the traffic and close what runs on it at once.", TooFew, Particulars.OfLeaving());

    private static Command Build(
        CliFrame frame, string verb, string description, string although, Particulars particulars)
    {
        var (pod, reason, force, version) = (Parsing.Pod(), Parsing.Reason(), Parsing.Force($"Do it {although}."), Parsing.Version());
        var dry = new Option<bool>("--dry-run") { Description = "Only show who would move where, and whether the gate would object. Needs no reason." };
        var command = new Command(verb, description) { pod, reason, force, version, dry };
        particulars.AddTo(command);
        reason.Required = false;
        if (particulars.AllWell is { } allWell) RequireEither(command, pod, allWell, force, version);
        command.Validators.Add(result =>
        {
            if (result.GetResult(reason) is null && !result.GetValue(dry)) result.AddError("Option '--reason' is required.");
        });
        frame.Act(command, (session, parse, cancel) =>
        {
            if (particulars.MeansAllWell(parse))
                return EnableWellCommand.RunAsync(session, particulars.Fill(new CommandJson(parse.GetValue(reason)), parse), parse.GetValue(dry), cancel);
            var (name, forced) = (parse.GetRequiredValue(pod), parse.GetValue(force));
            if (parse.GetValue(dry)) return PreviewCommand.RunAsync(session, name, verb, particulars.QueryIn(parse), forced, cancel);
            var asked = particulars.Fill(new CommandJson(parse.GetRequiredValue(reason), forced, Version: parse.GetValue(version)), parse);
            return RunAsync(session, name, verb, asked, particulars.WaitsIn(parse), cancel);
        });
        return command;
    }

    private static void RequireEither(Command command, Argument<string> pod, Option<bool> allWell, Option<bool> force, Option<long?> version)
    {
        pod.Arity = ArgumentArity.ZeroOrOne;
        command.Validators.Add(result =>
        {
            var (named, all) = (result.GetResult(pod) is { Tokens.Count: > 0 }, result.GetValue(allWell));
            if (!named && !all) result.AddError("POD is missing: name a pod, or say --all-well for every latched pod that looks well again.");
            if (named && all) result.AddError("--all-well stands for the pods: leave POD out.");
            if (all && (result.GetValue(force) || result.GetResult(version) is not null))
                result.AddError("--force and --version are for one pod, looked at by itself: leave them out beside --all-well.");
        });
    }

    private static async Task<int> RunAsync(CliSession session, string name, string verb, CommandJson asked, bool wait, CancellationToken cancel)
    {
        var (_, seen, _) = await session.Gate.GetAsync<PodJson>(PathOf(name), cancel);
        if (!session.Json)
        {
            var latch = seen.Latch is { } l ? $", latch {l.Id}" : "";
            session.Screen.Line(
                $"{seen.Name} was ",
                new Words(seen.State, Looks.OfState(seen.State)),
                PlainText.Invariant($" (version {seen.Version}{latch}): {seen.Sentence}"));
        }

        var command = asked with { Version = asked.Version ?? seen.Version };
        var outcome = await session.Gate.PostAsync<CommandJson, OutcomeJson>($"{PathOf(name)}/{verb}", command, cancel);
        Outcomes.Warn(session, outcome);
        if (!session.Json) session.Screen.Line(outcome.Value.Sentence);
        if (!wait)
        {
            if (session.Json) session.Screen.Json(outcome.Document);
            return ExitCodes.Done;
        }

        var watch = new DrainWatch(session, name);
        var code = await watch.WaitAsync(outcome.Value.Pod, cancel);
        if (session.Json) session.Screen.Json(WithPod(outcome.Document, watch.Last));
        return code;
    }

    // One document also after waiting: what the gate answered, with the pod as it was seen last.
    private static JsonElement WithPod(JsonElement outcome, JsonElement? pod)
    {
        if (pod is null || JsonObject.Create(outcome) is not { } document) return outcome;
        document["pod"] = JsonObject.Create(pod.Value);
        return JsonSerializer.SerializeToElement(document, ApiJson.Default.JsonObject);
    }
}

/// <summary>What is said after a command, whatever it was.</summary>
internal static class Outcomes
{
    /// <summary>Warns when a command is in effect and not durable.</summary>
    /// <param name="session">Where to print.</param>
    /// <param name="outcome">The gate's answer.</param>
    public static void Warn(CliSession session, GateAnswer<OutcomeJson> outcome)
    {
        if (outcome.Status == 202 || !outcome.Value.Durable) WarnNotDurable(session);
    }

    /// <summary>Warns that a command is in effect and not durable.</summary>
    /// <param name="session">Where to print.</param>
    public static void WarnNotDurable(CliSession session)
    {
        session.Screen.Note("warning: in effect, not durable: the gate could not write its journal, and forgets this if it ends before it can.");
    }
}
