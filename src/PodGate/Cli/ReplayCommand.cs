using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace PodGate.Cli;

/// <summary><c>podgate replay</c>: what other numbers would have done with the probes that a gate has recorded. Asks no gate.</summary>
internal static class ReplayCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="actions">What reads the history and replays it.</param>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliActions actions, CliFrame frame)
    {
        var state = new Option<string?>("--state") { Description = "The state directory. Default: the configuration's.", HelpName = "DIR" };
        var (from, to) = (Moment("--from", "The first moment that counts", frame), Moment("--to", "The last moment that counts", frame));
        var enableAfter = Parsing.Duration("--enable-after", "A latched pod is enabled when it has looked well for this long. Default: 10m.");
        var fall = Number("--fall", "Failures in a row that make the verdict Unhealthy.", 2, 100);
        var rise = Number("--rise", "Good probes in a row that prove a pod well.", 1, 100);
        var flapLimit = Number("--flap-limit", "Flaps that make the verdict Unhealthy; 0: never.", 0, 100);
        var minimumOpen = Number("--minimum-open", "The fewest pods that can carry the traffic.", 1, 256);
        var timeout = Parsing.Duration("--timeout", "How long a probe may take; only a shorter one can be known.", TimeSpan.FromMilliseconds(50));
        var flapWindow = Parsing.Duration("--flap-window", "The time in which flaps are counted.", TimeSpan.FromSeconds(10));
        var hold = Parsing.Duration("--suspension-hold", "The first hold of a suspension.");
        var tooLong = Parsing.Duration("--suspended-too-long", "A pod suspended for longer is latched.", TimeSpan.FromSeconds(10));
        var grace = Parsing.Duration("--overload-grace", "For how long after a latch overload explains failures.");
        var command = new Command("replay", "Run other numbers over the recorded probes and say what they would have done. Needs no running gate.")
        {
            state, from, to, fall, rise, timeout, flapLimit, flapWindow, minimumOpen, hold, tooLong, grace, enableAfter,
        };
        command.SetAction(parse => Run(actions, frame, parse, new ReplayAsked
        {
            ConfigPath = parse.GetValue(frame.Config),
            StateDirectory = parse.GetValue(state),
            From = parse.GetValue(from),
            To = parse.GetValue(to),
            EnableAfter = parse.GetValue(enableAfter),
            Fall = (int?)parse.GetValue(fall),
            Rise = (int?)parse.GetValue(rise),
            Timeout = parse.GetValue(timeout),
            FlapLimit = (int?)parse.GetValue(flapLimit),
            FlapWindow = parse.GetValue(flapWindow),
            MinimumOpen = (int?)parse.GetValue(minimumOpen),
            SuspensionHold = parse.GetValue(hold),
            SuspendedTooLong = parse.GetValue(tooLong),
            OverloadGrace = parse.GetValue(grace),
        }));
        return command;
    }

    private static int Run(CliActions actions, CliFrame frame, ParseResult parse, ReplayAsked asked)
    {
        var screen = frame.ScreenOf(parse);
        if (asked is { From: { } begin, To: { } end } && begin >= end)
        {
            screen.Note("podgate: --from is not before --to.");
            return ExitCodes.Usage;
        }

        if (asked.FlapLimit == 1)
        {
            screen.Note("podgate: --flap-limit is 1; it must be 2 to 100, or 0 for never.");
            return ExitCodes.Usage;
        }

        var told = actions.Replay(frame.WithFullPaths(asked));
        foreach (var problem in told.Problems) screen.Note($"podgate: {problem}");
        if (told.Answer is not { } answer) return told.ExitCode;
        if (frame.IsJson(parse)) screen.Json(JsonSerializer.SerializeToElement(answer, ReplayJsonContext.Default.ReplayJson));
        else ReplayDetail.Show(screen, answer);
        return told.ExitCode;
    }

    private static Option<long?> Number(string name, string description, long least, long most) =>
        Parsing.Number(name, description + " Default: as configured.", least, most);

    private static Option<DateTimeOffset?> Moment(string name, string description, CliFrame frame) => new(name)
    {
        Description = $"{description}: 2026-11-22T14:05:00Z (UTC without a Z, too), or how long ago, such as 12h. Default: all there is.",
        HelpName = "MOMENT",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (Durations.TryRead(text, out var ago)) return frame.Now - ago;
            if (text.Contains('-', StringComparison.Ordinal) && DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
                return moment;
            result.AddError($"{name} wants a moment such as 2026-11-22T14:05:00Z, or how long ago: {Durations.Forms}.");
            return null;
        },
    };
}
