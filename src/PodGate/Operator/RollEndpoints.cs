using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PodGate.Operator.Audit;

namespace PodGate.Operator;

/// <summary>The lease and the record of rolling work. Checks the form; what is done to pods comes as their own commands, like everybody's.</summary>
internal sealed class RollEndpoints(OperatorSources sources, ILogger logger)
{
    private const int MostPods = 1000;
    private const int LongestName = 64;
    private const int LongestFrom = 200;

    /// <summary>GET /api/v1/roll.</summary>
    /// <param name="context">The request.</param>
    public Task GetAsync(HttpContext context)
    {
        var caller = AdminPipeline.Caller(context);
        var roll = sources.Rolls.Last is { } last ? RollMapping.Roll(last, sources.View(), caller.Role) : null;
        return OperatorApi.AnswerAsync(
            context, StatusCodes.Status200OK, new RollStatusJson(sources.Time.GetUtcNow(), roll) { Caller = caller.Name }, ApiJson.Default.RollStatusJson);
    }

    /// <summary>POST /api/v1/roll.</summary>
    /// <param name="context">The request.</param>
    public async Task BeginAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(
            context, ApiJson.Default.RollBeginJson, "id, pods, command, reason, from, terms, and for one that takes another up resumes, done, outBefore");
        var checkedBody = Checked(body);
        var note = AuditNote.Of(context);
        (note.Target, note.Reason) = (string.Join(", ", checkedBody.Pods!), checkedBody.Reason);
        try
        {
            Answer(sources.Rolls.Begin(checkedBody, AdminPipeline.Caller(context).Name), body.Id!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            OperatorLog.RollNotWritten(logger, exception);
            throw new ApiProblem(StatusCodes.Status503ServiceUnavailable, "not-durable", "It cannot be made durable",
                "The roll cannot be written to the state directory, so it was not begun; the gate's log says why.") { Kind = "NotDurable" };
        }

        await GetAsync(context);
    }

    /// <summary>PUT /api/v1/roll.</summary>
    /// <param name="context">The request.</param>
    public async Task ReportAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.RollReportJson, "id, pod, step, sentence, done, drained, and to end it state");
        CheckId(body.Id, "id");
        if (body.Step is null || !RollSteps.All.Contains(body.Step)) throw ApiProblem.BadRequest($"step must be one of {string.Join(", ", RollSteps.All)}.");
        CheckLine(body.Sentence, "sentence", AdminLimits.LongestReason);
        if (body.Pod is not null) CheckNames([body.Pod], "pod");
        CheckNames(body.Done ?? throw ApiProblem.BadRequest("done is missing; it must be the list of pods that are done, which may be empty."), "done");
        if (body.State is not (null or RollStates.Finished or RollStates.Stopped))
            throw ApiProblem.BadRequest($"state must be {RollStates.Finished} or {RollStates.Stopped}, or null while the roll runs.");
        var (note, before) = (AuditNote.Of(context), sources.Rolls.Last);
        (note.Target, note.Reason) = (body.Pod, $"{body.State ?? body.Step}: {body.Sentence}");
        Answer(sources.Rolls.Report(body), body.Id!);

        // It renews its lease every few seconds; where it is, is worth an entry once.
        note.IsNoAct = body.State is null && before is not null && (before.Pod, before.Step, before.State) == (body.Pod, body.Step, RollStates.Running);
        await GetAsync(context);
    }

    /// <summary>Refuses what a roll commands, unless it holds the lease at this moment and is at that pod; renews the lease when it does.</summary>
    /// <param name="rolls">The lease.</param>
    /// <param name="id">The roll's id, as the command has it.</param>
    /// <param name="pod">The pod that the command is about.</param>
    public static void Fence(RollLease rolls, string id, string pod)
    {
        CheckId(id, "roll");
        var (result, last) = rolls.Act(id, pod);
        if (result == RollResult.Done) return;
        var why = last is null ? $"this gate knows of no roll {RequestReading.Shown(id)}"
            : last.Id != id ? $"{RequestReading.Shown(id)} is not the last roll any more: that is {RollWords.Name(last)}, since {RollWords.Moment(last.Began)}, from {last.From}, {last.State}"
            : last.State != RollStates.Running ? $"{RollWords.Name(last)} does not hold the lease: it is {last.State} since {RollWords.Moment(last.Ended ?? last.Heard)}"
            : $"{RollWords.Name(last)} is at {last.Pod ?? "no pod"}, and not at {pod}";
        throw Conflict("roll-lost", "The roll does not hold the lease", "RollLost", $"{why}; {pod} was not changed.");
    }

    private RollBeginJson Checked(RollBeginJson body)
    {
        CheckId(body.Id, "id");
        if (body.Resumes is not null) CheckId(body.Resumes, "resumes");
        if (body.Pods is not { Count: > 0 } pods) throw ApiProblem.BadRequest("pods is missing or empty; it must name the pods to work on, in order.");
        CheckNames(pods, "pods");
        CheckNames(body.Done ?? [], "done");
        CheckNames(body.OutBefore ?? [], "outBefore");
        if ((body.Done ?? []).FirstOrDefault(name => !pods.Contains(name)) is { } stray)
            throw ApiProblem.BadRequest($"done names {RequestReading.Shown(stray)}, which is not one of pods.");
        CheckLine(body.Command, "command", AdminLimits.LongestRollCommand);
        CheckLine(body.From, "from", LongestFrom);
        if (body.Terms is not { } terms) throw ApiProblem.BadRequest("terms is missing; it must have wellTimeout, bake, and what else differs from the defaults.");
        RequestReading.Duration("terms.deadline", terms.Deadline ?? TimeSpan.Zero);
        RequestReading.Duration("terms.drainTimeout", terms.DrainTimeout ?? TimeSpan.Zero);
        RequestReading.Duration("terms.wellTimeout", terms.WellTimeout);
        RequestReading.Duration("terms.bake", terms.Bake);
        if (terms.Rise is < 1 or > AdminLimits.MostRollRise) throw ApiProblem.BadRequest($"terms.rise is {terms.Rise}; it must be 1 to {AdminLimits.MostRollRise}.");
        var view = sources.View();
        if (pods.FirstOrDefault(name => view.Find(name) is null) is { } unknown) throw OperatorApi.UnknownPod(unknown);
        return body with { Reason = RequestReading.Reason(body.Reason) };
    }

    private static void Answer((RollResult Result, RollJson? Roll) answer, string id)
    {
        switch (answer)
        {
            case (RollResult.Done, _):
                return;
            case (RollResult.Running, { } other):
                throw Conflict("roll-running", "Another roll runs", "RollRunning",
                    $"{RollWords.Name(other)} runs since {RollWords.Moment(other.Began)}, from {other.From}; {RollWords.Place(other)}. Two at once could take out two pods at once: "
                    + $"wait for its end, or end its command line; {AdminLimits.RollLease.TotalSeconds:0} s after that its lease is free.");
            case (RollResult.Over, { } over):
                throw Conflict("roll-over", "The roll is over", "RollOver", $"{RollWords.Name(over)} is {over.State} since {RollWords.Moment(over.Ended ?? over.Heard)}; begin a new one.");
            case (_, { } last):
                throw Conflict("roll-lost", "It is another's now", "RollLost",
                    $"{RequestReading.Shown(id)} is not the last roll any more: that is {RollWords.Name(last)}, since {RollWords.Moment(last.Began)}, from {last.From}, {last.State}.");
            default:
                throw Conflict("roll-lost", "There is no such roll", "RollLost", "This gate knows of no roll; begin a new one.");
        }
    }

    private static ApiProblem Conflict(string type, string title, string kind, string detail) =>
        new(StatusCodes.Status409Conflict, type, title, detail) { Kind = kind };

    private static void CheckId(string? id, string name)
    {
        if (id is not { Length: >= 8 and <= 64 } || !id.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
            throw ApiProblem.BadRequest($"{name} must be 8 to 64 letters, digits and '-'.");
    }

    private static void CheckNames(IReadOnlyList<string> names, string member)
    {
        if (names.Count > MostPods) throw ApiProblem.BadRequest($"{member} has {names.Count} pods; it may have at most {MostPods}.");
        if (names.Any(name => name is not { Length: > 0 and <= LongestName } || name.Any(char.IsControl)))
            throw ApiProblem.BadRequest($"{member} must have names of pods, 1 to {LongestName} characters each.");
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count) throw ApiProblem.BadRequest($"{member} names a pod twice; each may be there once.");
    }

    private static void CheckLine(string? text, string member, int longest)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > longest || text.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029'))
            throw ApiProblem.BadRequest($"{member} must be 1 to {longest} characters in one line.");
    }
}
