using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using PodGate.Control.Alerts;
using PodGate.Operator.Audit;

namespace PodGate.Cli;

/// <summary><c>podgate audit show | head | verify</c>: who did what, and whether that is all of it. <c>verify</c> asks no gate.</summary>
internal static class AuditCommands
{
    private const string Path = "api/v1/audit";
    private const int DefaultMost = 50;
    private const int HashLength = 64;

    // A gate that goes on giving pages must not keep a command busy for good.
    private const int MostPages = 1_000;

    /// <summary>Makes the command.</summary>
    /// <param name="actions">What verifies a trail.</param>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliActions actions, CliFrame frame) =>
        new("audit", "Show who did what, and verify that nothing of it was changed.") { Show(frame), Head(frame), Verify(actions, frame) };

    private static Command Show(CliFrame frame)
    {
        var who = Word("--who", "Only what this person did; automation for what the gate says itself.", "NAME");
        var act = Word("--act", "Only this act, such as pods.drain or \"DELETE tokens\".", "ACT");
        var target = Word("--target", "Only what was done to this pod, token or plan.", "NAME");
        var before = Parsing.Number("--before", "Only entries with a smaller number. Default: the newest.", 1, long.MaxValue);
        var most = Parsing.Number("--most", $"How many at most. Default: {DefaultMost}.", 1, AuditLimits.MostEntries);
        var command = new Command("show", "Show the newest entries of the audit trail.") { who, act, target, before, most };
        frame.Act(command, (session, parse, cancel) =>
        {
            (string Name, string? Value)[] words = [("who", parse.GetValue(who)), ("act", parse.GetValue(act)), ("target", parse.GetValue(target))];
            var filter = string.Concat(words.Where(word => word.Value is not null).Select(word => $"&{word.Name}={Uri.EscapeDataString(word.Value!)}"));
            return ShowAsync(session, filter, parse.GetValue(before), (int)(parse.GetValue(most) ?? DefaultMost), cancel);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CliSession session, string filter, long? before, int most, CancellationToken cancel)
    {
        var entries = new List<AuditEntry>();
        for (var pages = 0; pages < MostPages && entries.Count < most; pages++)
        {
            var from = before is null ? "" : PlainText.Invariant($"&before={before}");
            var answer = await session.Gate.GetAsync<AuditPageJson>(PlainText.Invariant($"{Path}?most={most - entries.Count}") + from + filter, cancel);
            if (session.Json)
            {
                session.Screen.Json(answer.Document);
                return ExitCodes.Done;
            }

            entries.AddRange(answer.Value.Entries);
            if (answer.Value.Unreadable > 0) session.Screen.Note($"{answer.Value.Unreadable} lines are not what was written; podgate audit verify says which");
            if (answer.Value.Before is not { } next) break;
            before = next;
        }

        // As in a log: the newest stands last.
        entries.Reverse();
        foreach (var entry in entries) Print(session.Screen, entry);
        if (entries.Count == 0) session.Screen.Note("No entries.");
        return ExitCodes.Done;
    }

    private static void Print(Screen screen, AuditEntry entry)
    {
        var who = entry.Who is null ? "somebody unknown" : entry.Role is null ? entry.Who : $"{entry.Who} ({entry.Role}, {entry.Proof})";
        var outcome = entry.Status switch
        {
            0 => "unanswered",
            AuditActs.Begun => "begun",
            < 400 => "done",
            _ => $"refused ({entry.Refusal ?? PlainText.Invariant($"{entry.Status}")})",
        };
        screen.Line(
            PlainText.Invariant($"{PlainText.Moment(entry.At)}  #{entry.Number}  {entry.Act}"),
            entry.Target is { } target ? $" {target}" : "",
            $"  {outcome}, by {who}{(entry.From is { } from ? $" from {from}" : "")}{(entry.Reason is { } reason ? $": {reason}" : "")}",
            entry.Transition is { } transition ? PlainText.Invariant($"  (event #{transition})") : "",
            entry.Omitted is { } omitted ? PlainText.Invariant($"  ({omitted} acts before it are not in the trail)") : "");
    }

    private static Command Head(CliFrame frame)
    {
        var command = new Command("head", "Print number and hash of the newest entry, to be kept on another machine.");
        frame.Act(command, async (session, _, cancel) =>
        {
            var answer = await session.Gate.GetAsync<AuditHead>($"{Path}/head", cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else session.Screen.Raw(Text(answer.Value));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Verify(CliActions actions, CliFrame frame)
    {
        var state = new Option<string?>("--state") { Description = "The state directory. Default: the configuration's.", HelpName = "DIR" };
        var head = new Option<AuditHead?>("--head")
        {
            Description = "A head that was kept elsewhere: of an alert, or of podgate audit head. Without one a cut end cannot be found.",
            HelpName = "NUMBER:HASH",
            CustomParser = ReadHead,
        };
        var command = new Command("verify", "Verify the files of an audit trail; ends with 1 when anything is wrong. Needs no running gate.") { state, head };
        command.SetAction(parse =>
        {
            var told = actions.Verify(frame.WithFullPaths(new AuditAsked(parse.GetValue(frame.Config), parse.GetValue(state), parse.GetValue(head))));
            var screen = frame.ScreenOf(parse);
            if (told.Problem is { } problem) screen.Note($"podgate: {problem}");
            if (told.Verdict is not { } verdict) return told.ExitCode;
            if (frame.IsJson(parse)) screen.Json(JsonSerializer.SerializeToElement(verdict, AuditVerdictContext.Default.AuditVerdict));
            else Tell(screen, verdict, parse.GetValue(head) is not null);
            return told.ExitCode;
        });
        return command;
    }

    private static void Tell(Screen screen, AuditVerdict verdict, bool hasHead)
    {
        foreach (var finding in verdict.Findings) screen.Line($"{finding.Where}: {finding.What}");
        if (verdict.More > 0) screen.Line(PlainText.Invariant($"and {verdict.More} more"));
        var extent = PlainText.Invariant($"{verdict.Entries} entries from {verdict.First} to {verdict.Head.Number} in {verdict.Files} files");
        screen.Line(verdict.Right ? $"right: {extent}" : $"NOT right: {extent}");
        screen.Line($"head: {Text(verdict.Head)}");
        if (verdict.Right && !hasHead) screen.Note("that its end is there, only a head proves that was kept elsewhere: give one with --head");
    }

    private static AuditHead? ReadHead(ArgumentResult result)
    {
        var parts = result.Tokens.Count == 1 ? result.Tokens[0].Value.Split(':') : [];
        if (parts is [var number, { Length: HashLength } hash] && hash.All(char.IsAsciiHexDigitLower)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var known))
        {
            return new AuditHead(known, hash);
        }

        result.AddError($"--head wants a number, a colon and a hash of {HashLength} hexadecimal digits, as podgate audit head prints them.");
        return null;
    }

    private static string Text(AuditHead head) => PlainText.Invariant($"{head.Number}:{head.Hash}");

    private static Option<string?> Word(string name, string description, string helpName)
    {
        var word = new Option<string?>(name) { Description = description, HelpName = helpName };
        word.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value.Length: > 0 and <= AuditLimits.LongestWord }])
                result.AddError($"{name} wants 1 to {AuditLimits.LongestWord} characters.");
        });
        return word;
    }
}
