using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Cli.Rolling;

/// <summary><c>podgate roll [POD...] --exec COMMAND</c>: works on one pod after the other. Described in <c>docs/operating/rolling.md</c>.</summary>
internal static class RollCommand
{
    /// <summary>What is typed.</summary>
    public const string Name = "roll";

    private static readonly TimeSpan DefaultBake = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultWellTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var options = new Options();
        var command = new Command(Name, "Work on one pod after the other: drain, run a command, wait until it is well, enable, watch, the next one.");
        options.AddTo(command);
        command.Validators.Add(options.Check);
        frame.Act(command, (session, parse, cancel) => parse.GetValue(options.Status)
            ? ShowAsync(session, cancel)
            : RunAsync(session, parse, options, cancel));
        return command;
    }

    private static async Task<int> ShowAsync(CliSession session, CancellationToken cancel)
    {
        var answer = await session.Gate.GetAsync<RollStatusJson>(RollHolder.Path, cancel);
        if (session.Json) session.Screen.Json(answer.Document);
        else RollDetail.Show(session.Screen, answer.Value);
        return ExitCodes.Done;
    }

    private static async Task<int> RunAsync(CliSession session, ParseResult parse, Options options, CancellationToken cancel)
    {
        var fleet = (await session.Gate.GetAsync<FleetJson>("api/v1/pods", cancel)).Value;
        var status = (await session.Gate.GetAsync<RollStatusJson>(RollHolder.Path, cancel)).Value;
        var asked = parse.GetValue(options.Resume) ? options.Resumed(parse, status, fleet) : options.Fresh(parse, fleet);
        if (asked.Resumes is not null && status.Roll is { } before) RollDetail.ShowResumed(new RollScreen(session), before, asked.Command);
        var plan = RollPlan.Of(asked, fleet, status.Roll);
        if (plan.Pods.Any(pod => pod.Command is not null) && RollExec.Lacks() is { } lacks) plan = plan with { Objections = [.. plan.Objections, lacks] };
        if (parse.GetValue(options.DryRun))
        {
            if (session.Json) session.Screen.Json(JsonSerializer.SerializeToElement(plan, RollPlanContext.Default.RollPlan));
            else RollDetail.Show(session.Screen, plan);
            return plan.Objections.Count == 0 ? ExitCodes.Done : ExitCodes.Refused;
        }

        if (plan.Objections.Count == 0) return await new RollWork(session, asked).RunAsync(cancel);
        if (session.Json) session.Screen.Json(JsonSerializer.SerializeToElement(plan, RollPlanContext.Default.RollPlan));
        session.Screen.Note("refused: the roll was not begun, and nothing was changed:");
        foreach (var objection in plan.Objections) session.Screen.Note($"  - {objection}");
        return ExitCodes.Refused;
    }

    /// <summary>What can be typed.</summary>
    private sealed class Options
    {
        private readonly Argument<string[]> _pods = Parsing.Pods("The pods, in this order. Default: all of the fleet, by name.");
        private readonly Option<string?> _exec = new("--exec")
        {
            Description = "What is run for each pod, on this machine, by /bin/sh -c; {pod} stands for its name, as PODGATE_POD does; PODGATE_POD_ADDRESS is its address.",
            HelpName = "COMMAND",
        };

        private readonly Option<string> _reason = Parsing.Reason();
        private readonly Option<TimeSpan?> _deadline = Duration("--deadline", "How long what runs on a pod may go on. Default: the gate's DrainDeadline.");
        private readonly Option<TimeSpan?> _drainTimeout =
            Duration("--drain-timeout", "How long to wait until a pod is Drained. Default: a minute longer than its deadline.");

        private readonly Option<long?> _rise = Parsing.Number(
            "--rise", "Good probes since the command ended that prove a pod well. Default: as many as an enable needs.", 1, AdminLimits.MostRollRise);

        private readonly Option<TimeSpan?> _wellTimeout = Duration("--well-timeout", "How long to wait for that. Default: 10m.");
        private readonly Option<TimeSpan?> _bake = Duration("--bake", "How long to watch a pod that is back before the next one. Default: 30s.");
        private readonly Option<bool> _besideOut = new("--beside-out") { Description = "Go on beside pods that are out of the traffic already." };
        private readonly Option<bool> _skipExec = new("--skip-exec") { Description = "With --resume: do not run the command again for the pod that it stopped at." };

        public Options()
        {
            _reason.Required = false;
            _exec.Validators.Add(result =>
            {
                var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (string.IsNullOrWhiteSpace(text) || text.Length > AdminLimits.LongestRollCommand || text.Any(char.IsControl))
                    result.AddError($"--exec wants 1 to {AdminLimits.LongestRollCommand} characters in one line; put what is longer into a script.");
            });
            _pods.Validators.Add(result =>
            {
                var twice = result.Tokens.CountBy(token => token.Value).FirstOrDefault(entry => entry.Value > 1);
                if (twice.Key is not null) result.AddError($"{PlainText.Of(twice.Key)} is there twice; name each pod once.");
            });
        }

        public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Show what would be done, and what objects now, and do nothing." };

        public Option<bool> Resume { get; } = new("--resume")
        {
            Description = "Take up the last roll, which stopped or died: the same pods, command and options, but what is given anew. Skips the pods that are done.",
        };

        public Option<bool> Status { get; } = new("--status") { Description = "Show the roll that runs, else the last one." };

        public void AddTo(Command command)
        {
            command.Arguments.Add(_pods);
            foreach (var option in (Option[])[
                _exec, _reason, _deadline, _drainTimeout, _rise, _wellTimeout, _bake, _besideOut, DryRun, Resume, _skipExec, Status])
            {
                command.Options.Add(option);
            }
        }

        public void Check(CommandResult result)
        {
            bool Given(Symbol symbol) => symbol is Argument argument
                ? result.GetResult(argument) is { Tokens.Count: > 0 }
                : result.GetResult((Option)symbol) is { Implicit: false };
            if (Given(Status))
            {
                if (((Symbol[])[_pods, _exec, _reason, DryRun, Resume, _skipExec]).Any(Given)) result.AddError("--status only shows: it stands alone.");
            }
            else if (Given(Resume))
            {
                if (Given(_pods)) result.AddError("--resume goes on with the pods of the last roll: it takes no POD.");
            }
            else
            {
                if (Given(_skipExec)) result.AddError("--skip-exec is for the pod that a roll stopped at: it needs --resume.");
                if (!Given(_exec)) result.AddError("roll wants --exec COMMAND, or --resume, or --status.");
                if (!Given(_reason)) result.AddError("Option '--reason' is required.");
            }
        }

        public RollAsked Fresh(ParseResult parse, FleetJson fleet)
        {
            var besideOut = parse.GetValue(_besideOut);
            var named = parse.GetValue(_pods) is { Length: > 0 } pods
                ? pods
                : [.. fleet.Pods.Where(pod => !besideOut || pod.State == "Open").Select(pod => pod.Name).Order(StringComparer.Ordinal)];
            var terms = new RollTermsJson(null, null, null, DefaultWellTimeout, DefaultBake, besideOut);
            return new RollAsked(named, parse.GetValue(_exec)!, parse.GetValue(_reason)!, Terms(parse, terms))
            {
                OutBefore = [.. fleet.Pods.Where(pod => pod.State != "Open").Select(pod => pod.Name).Except(named)],
            };
        }

        public RollAsked Resumed(ParseResult parse, RollStatusJson status, FleetJson fleet) => status.Roll switch
        {
            null => throw new NotThere("there has been no roll that could be taken up; begin one with podgate roll --exec COMMAND --reason REASON."),
            { State: RollStates.Finished } => throw new NotThere(
                $"the last roll has finished at {PlainText.Moment(status.Roll.Ended ?? status.Roll.Heard)}; there is nothing to take up."),
            { } last => new RollAsked(last.Pods, parse.GetValue(_exec) ?? last.Command, parse.GetValue(_reason) ?? last.Reason, Terms(parse, last.Terms))
            {
                Done = last.Done, OutBefore = last.OutBefore, Resumes = last.Id, ResumesAt = last.Pod, SkipExec = parse.GetValue(_skipExec),
                DrainedAt = fleet.Pods.FirstOrDefault(pod => RollAsked.IsDrainOf(last, pod))?.IntentSince,
                CommandOfWhom = parse.GetValue(_exec) is not null || last.Who == status.Caller ? null : last.Who,
            },
        };

        private RollTermsJson Terms(ParseResult parse, RollTermsJson before) => before with
        {
            Deadline = parse.GetValue(_deadline) ?? before.Deadline,
            DrainTimeout = parse.GetValue(_drainTimeout) ?? before.DrainTimeout,
            Rise = (int?)parse.GetValue(_rise) ?? before.Rise,
            WellTimeout = parse.GetValue(_wellTimeout) ?? before.WellTimeout,
            Bake = parse.GetValue(_bake) ?? before.Bake,
            BesideOut = parse.GetValue(_besideOut) || before.BesideOut,
        };

        private static Option<TimeSpan?> Duration(string name, string description)
        {
            var option = Parsing.Duration(name, description);
            option.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && Durations.TryRead(result.Tokens[0].Value, out var duration) && duration > Longest)
                    result.AddError($"{name} wants at most {PlainText.Span(Longest)}.");
            });
            return option;
        }
    }
}
