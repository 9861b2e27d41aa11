using Microsoft.AspNetCore.Http;
using PodGate.Control;
using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>What people tell the gate to do with pods. Checks the form; whether it is carried out is decided behind the gatekeeper's door.</summary>
internal sealed class PodCommands(OperatorSources sources)
{
    private const string Members = "reason (required), force, version, for a drain deadline and keepActive, and for an enable ramp (such as \"00:05:00\")";

    /// <summary>POST /api/v1/pods/{name}/drain.</summary>
    /// <param name="context">The request.</param>
    public Task DrainAsync(HttpContext context) => CommandAsync(context, takesDeadline: true, (pod, who, reason, body) =>
        new DrainCommand(pod, who, reason, body.Force, body.Version, body.Deadline, body.KeepActive));

    /// <summary>POST /api/v1/pods/{name}/enable.</summary>
    /// <param name="context">The request.</param>
    public Task EnableAsync(HttpContext context) => CommandAsync(context, takesDeadline: false, (pod, who, reason, body) =>
        new EnableCommand(pod, who, reason, body.Force, body.Version, body.Ramp), takesRamp: true);

    /// <summary>POST /api/v1/pods/{name}/disable.</summary>
    /// <param name="context">The request.</param>
    public Task DisableAsync(HttpContext context) => CommandAsync(context, takesDeadline: false, (pod, who, reason, body) =>
        new DisableCommand(pod, who, reason, body.Force, body.Version));

    /// <summary>POST /api/v1/freeze.</summary>
    /// <param name="context">The request.</param>
    public async Task FreezeAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.FreezeCommandJson,
            "reason (required) and for (required, such as \"00:30:00\"; \"00:00:00\" ends a freeze)");
        var reason = RequestReading.Reason(body.Reason);
        if (body.For is not { } duration) throw ApiProblem.BadRequest("for is missing; say how long, such as \"00:30:00\"; \"00:00:00\" ends a freeze.");
        RequestReading.Duration("for", duration);
        if (duration > TimeSpan.Zero && duration < TimeSpan.FromSeconds(1))
            throw ApiProblem.BadRequest("for is less than a second; it must be 00:00:00 or at least 00:00:01.");
        var outcome = await ExecuteAsync(context, new FreezeCommand(AdminPipeline.Caller(context).Name, reason, duration), "");
        await AnswerAsync(context, outcome, null);
    }

    private async Task CommandAsync(
        HttpContext context, bool takesDeadline, Func<string, string, string, CommandJson, PodCommand> make, bool takesRamp = false)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.CommandJson, Members);
        var reason = RequestReading.Reason(body.Reason);
        if (body.Deadline is { } deadline)
        {
            if (!takesDeadline) throw ApiProblem.BadRequest("deadline belongs to a drain; leave it out here.");
            RequestReading.Duration("deadline", deadline);
        }

        if (body.KeepActive is { } keepActive)
        {
            if (!takesDeadline) throw ApiProblem.BadRequest("keepActive belongs to a drain; leave it out here.");
            RequestReading.Duration("keepActive", keepActive);
            if (keepActive < TimeSpan.FromSeconds(1)) throw ApiProblem.BadRequest("keepActive is less than a second; it must be at least 00:00:01.");
        }

        if (body.Ramp is { } ramp)
        {
            if (!takesRamp) throw ApiProblem.BadRequest("ramp belongs to an enable; leave it out here.");
            RequestReading.Duration("ramp", ramp);
        }

        if (body.Version < 0) throw ApiProblem.BadRequest("version is negative; it must be the version that GET /api/v1/pods showed.");
        if (sources.View().Find(name) is null) throw OperatorApi.UnknownPod(name);
        var caller = AdminPipeline.Caller(context);
        var outcome = await ExecuteAsync(context, make(name, caller.Name, reason, body), name);
        var pod = outcome.View.Find(name) is { } after ? ApiMapping.Pod(outcome.View, after, caller.Role) : null;
        await AnswerAsync(context, outcome, pod);
    }

    private async Task<CommandOutcome> ExecuteAsync(HttpContext context, Command command, string pod)
    {
        using var timeout = new CancellationTokenSource(AdminLimits.CommandTimeout, sources.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        CommandOutcome outcome;
        try
        {
            outcome = await sources.Execute(command, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new ApiProblem(
                StatusCodes.Status503ServiceUnavailable,
                "no-answer",
                "The gate did not answer in time",
                $"The command was handed over, and no answer came within {AdminLimits.CommandTimeout.TotalSeconds:0} s. " +
                "It may still be carried out: look before you repeat it.");
        }

        if (outcome.Refusal is { } refusal) throw ProblemOf(context, refusal, pod);
        return outcome;
    }

    private static ApiProblem ProblemOf(HttpContext context, Refusal refusal, string pod)
    {
        const int RetryAfterSeconds = 5;
        var (status, type, title) = refusal.Kind switch
        {
            RefusalKind.UnknownPod => (StatusCodes.Status404NotFound, "unknown-pod", "There is no such pod"),
            RefusalKind.Changed => (StatusCodes.Status409Conflict, "changed", "The pod changed since you looked"),
            RefusalKind.NotWell => (StatusCodes.Status409Conflict, "not-well", "The pod is not verified to be well"),
            RefusalKind.Incomplete => (StatusCodes.Status400BadRequest, "bad-request", "The command is incomplete"),
            RefusalKind.Guard => (StatusCodes.Status409Conflict, "guard", "The guard forbids it"),
            RefusalKind.NotDurable => (StatusCodes.Status503ServiceUnavailable, "not-durable", "It cannot be made durable"),
            RefusalKind.Unavailable => (StatusCodes.Status503ServiceUnavailable, "unavailable", "The gate takes no commands now"),
            _ => throw new InvalidOperationException($"The refusal {refusal.Kind} of {pod} has no answer."),
        };
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
        return new ApiProblem(status, type, title, refusal.Sentence) { Kind = refusal.Kind.ToString() };
    }

    private static Task AnswerAsync(HttpContext context, CommandOutcome outcome, PodJson? pod) => OperatorApi.AnswerAsync(
        context,
        outcome.Durable ? StatusCodes.Status200OK : StatusCodes.Status202Accepted,
        new OutcomeJson(outcome.Sentence, outcome.Durable, pod),
        ApiJson.Default.OutcomeJson);
}
