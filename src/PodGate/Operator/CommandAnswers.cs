using Microsoft.AspNetCore.Http;
using PodGate.Control;
using PodGate.Core.Pods;
using PodGate.Operator.Audit;

namespace PodGate.Operator;

/// <summary>How the API waits for commands, and what it answers to those that are refused.</summary>
internal static class CommandAnswers
{
    /// <summary>Carries a command out; what is refused, or takes too long, becomes an <see cref="ApiProblem"/>.</summary>
    /// <param name="sources">Who carries it out.</param>
    /// <param name="context">The request.</param>
    /// <param name="command">The command.</param>
    /// <param name="pod">The pod it is about; empty when it is about none.</param>
    public static async Task<CommandOutcome> ExecuteAsync(OperatorSources sources, HttpContext context, Command command, string pod)
    {
        var (note, before) = (AuditNote.Of(context), sources.View().Fleet.LastNumber);
        (note.Target, note.Reason) = (pod.Length > 0 ? pod : null, command.Reason);
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

        if (outcome.Refusal is { } refusal)
        {
            var problem = ProblemOf(context, refusal, pod);
            var seen = (command as PodCommand)?.Version is { } version && version != outcome.View.Find(pod)?.Record.Version;
            throw seen && context.Request.Headers.IfMatch.Count > 0 ? problem.As(StatusCodes.Status412PreconditionFailed) : problem;
        }

        note.Transition = sources.Events(before, AdminLimits.MostEvents)
            .FirstOrDefault(happened => happened.Who == command.Who && happened.Sentence == outcome.Sentence)?.Number;
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
            RefusalKind.UnknownPlan => (StatusCodes.Status404NotFound, "unknown-plan", "There is no such open maintenance"),
            RefusalKind.BadPlan => (StatusCodes.Status400BadRequest, "bad-plan", "The maintenance cannot be planned so"),
            RefusalKind.PlanConflict => (StatusCodes.Status409Conflict, "plan-conflict", "Another maintenance is in the way"),
            RefusalKind.Unavailable => (StatusCodes.Status503ServiceUnavailable, "unavailable", "The gate takes no commands now"),
            _ => throw new InvalidOperationException($"The refusal {refusal.Kind} of {pod} has no answer."),
        };
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
        return new ApiProblem(status, type, title, refusal.Sentence) { Kind = refusal.Kind.ToString() };
    }
}
