using System.CommandLine;
using System.Net;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate whereis ADDRESS</c>: which pod a client is on, or was on.</summary>
internal static class WhereIsCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var address = new Argument<string>("ADDRESS") { Description = "The source address of a client, IPv4 or IPv6." };
        address.Validators.Add(result =>
        {
            // "1" and "1.2" are addresses to the parser and slips to people.
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (!IPAddress.TryParse(text, out _) || (!text.Contains(':', StringComparison.Ordinal) && text.Count(c => c == '.') != 3))
                result.AddError("ADDRESS wants an IPv4 or IPv6 address, such as 192.0.2.7 or 2001:db8::7.");
        });
        var at = Parsing.Moment("--at", "Where the client was at a moment of the last two weeks. Default: now.", required: false);
        var command = new Command("whereis", "Say which pod a client is on, or was on.") { address, at };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var moment = parse.GetValue(at) is { } written ? "?at=" + Uri.EscapeDataString(written) : "";
            var path = "api/v1/whereis/" + Uri.EscapeDataString(parse.GetRequiredValue(address)) + moment;
            var answer = await session.Gate.GetAsync<WhereIsJson>(path, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else Show(session.Screen, answer.Value);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Show(Screen screen, WhereIsJson found)
    {
        var pinned = found.Pin is { } pin
            ? $" (pinned to {pin.Pod} by {pin.Network}{(pin.Otherwise == WhereIs.Refuses ? ", and refused elsewhere" : "")})" : "";
        if (found.At is { } at)
            screen.Line(PlainText.Invariant($"{found.Address}, in slot {found.Slot}, {Was(found.Stay)} at {PlainText.Moment(at)}{pinned}."));
        else if (found.Pod is { } pod)
            screen.Line(PlainText.Invariant($"{found.Address} is in slot {found.Slot}, on {pod}{pinned}; a retry would go to {found.Next ?? "no other pod"}."));
        else
            screen.Line(PlainText.Invariant($"{found.Address} is in slot {found.Slot}, on no pod{pinned}: none may serve."));
        if (found.Before is { } before) screen.Line($"  before: {Told(before)}");
        if (found.Stay is { } stay) screen.Line($"  {(found.At is null ? "now" : "then")}: {Told(stay)}");
        if (found.After is { } after) screen.Line($"  after: {Told(after)}");
        foreach (var note in found.Notes ?? []) screen.Line($"  note: {note}");
    }

    private static string Was(StayJson? stay) => stay?.Kind switch
    {
        null => "was nobody knows where",
        WhereIs.OnPod => $"was on {stay.Pod}{(stay.Or is { } or ? $" or {or}" : "")}",
        WhereIs.Nowhere => "was on no pod",
        WhereIs.NoGate => "met no gate",
        _ => "was nobody knows where",
    };

    private static string Told(StayJson stay)
    {
        var where = stay.Kind switch
        {
            WhereIs.OnPod => $"{stay.Pod}{(stay.Or is { } or ? $" or {or}" : "")}",
            WhereIs.Nowhere => "no pod might serve",
            WhereIs.NoGate => "the gate did not run",
            _ => "not known",
        };
        var from = stay.Since is { } since ? $" from {PlainText.Moment(since)}" : "";
        var until = stay.Until is { } end ? $" to {PlainText.Moment(end)}" : "";
        var why = stay.Why.Count > 0 ? $": {string.Join("; ", stay.Why)}" : "";
        return where + from + until + why;
    }
}
