using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Audit;

/// <summary>
/// The one place that writes people's acts into the audit trail: every request of a known caller that is not a look, sign-ins, and callers that were refused.
/// An act's answer is held back until its entry is on the disk, or is known to wait for it.
/// </summary>
internal sealed class AuditStep(OperatorSources sources)
{
    // Apart, so that a flood of strangers does not hide what somebody known tries.
    private readonly RefusalRate _strangers = new(sources.Time);
    private readonly RefusalRate _known = new(sources.Time);

    /// <summary>The entry of an act that has begun, for who may not be there at its end.</summary>
    /// <param name="sources">Where the trail is.</param>
    /// <param name="context">The request.</param>
    public static async Task BeginAsync(OperatorSources sources, HttpContext context)
    {
        var note = AuditNote.Of(context);
        note.Status = AuditActs.Begun;
        await sources.Audit.WriteAsync(EntryOf(sources, context, note));
        note.HasBegun = true;
        if (note.IsInside) sources.Audit.Leave();
        note.IsInside = false;
    }

    /// <summary>Around everything that may refuse a caller.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">What handles it.</param>
    public async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        var note = AuditNote.Of(context);
        var (wire, answer) = (context.Response.Body, AdminPipeline.IsLook(context) ? null : new MemoryStream());
        if (answer is not null) context.Response.Body = answer;
        try
        {
            await next(context);
            note.Status = context.Response.StatusCode;
        }
        catch (Exception exception)
        {
            (note.Status, note.Refusal) = OutcomeOf(exception, context);
            throw;
        }
        finally
        {
            if (answer is not null) context.Response.Body = wire;
            await WriteAsync(context, note);
        }

        if (answer is { Length: > 0 }) await wire.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), context.RequestAborted);
    }

    /// <summary>Behind the caller's check: lets an act begin, unless nothing can be written and it is no move to safety.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">What carries it out.</param>
    public Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (AdminPipeline.IsLook(context)) return next(context);
        var note = AuditNote.Of(context);
        if (!sources.Audit.IsWritable && note.Caller is not null && !AuditActs.MayGoUnwritten(AuditActs.Of(context)))
        {
            throw new ApiProblem(
                StatusCodes.Status503ServiceUnavailable, "not-audited", "It cannot be written down who does it",
                "The audit trail cannot be written, so only drain, disable, freeze and the end of tokens, accounts and sessions are carried out; the gate's log says what is wrong with the disk.")
            { Kind = "NotAudited", RetryAfter = 5 };
        }

        sources.Audit.Enter();
        note.IsInside = true;
        return next(context);
    }

    private static AuditEntry EntryOf(OperatorSources sources, HttpContext context, AuditNote note)
    {
        var (caller, route) = (note.Caller, context.Request.RouteValues);
        var about = (route["name"] ?? route["id"] ?? route["address"]) as string;
        var strange = context.GetEndpoint() is null ? context.Request.Path.Value : null;
        var isRepeated = context.Response.Headers.ContainsKey("Idempotency-Replayed");
        return new AuditEntry(0, sources.Time.GetUtcNow(), AuditActs.Of(context), note.Status)
        {
            Who = AuditActs.Clean(caller?.Name),
            Role = caller is null ? null : Token.WordOf(caller.Role),
            Proof = caller is null ? null : Caller.WordOf(caller.Proof),
            From = caller?.From ?? $"{context.Connection.RemoteIpAddress}",
            Target = AuditActs.Clean(note.Target ?? about ?? strange),
            Reason = isRepeated ? "nothing was done: the answer of before was given again" : AuditActs.Clean(note.Reason, AdminLimits.LongestReason),
            Refusal = note.Refusal,
            Transition = note.Transition,
        };
    }

    private static (int Status, string? Refusal) OutcomeOf(Exception exception, HttpContext context) => exception switch
    {
        ApiProblem problem => (problem.Status, problem.Type),
        BadHttpRequestException bad => (bad.StatusCode, "bad-request"),
        OperationCanceledException when context.RequestAborted.IsCancellationRequested => (0, "gone"),
        _ => (StatusCodes.Status500InternalServerError, "internal"),
    };

    private async Task WriteAsync(HttpContext context, AuditNote note)
    {
        try
        {
            var isRefused = note.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden;
            if (isRefused) await WriteRefusedAsync(context, note);
            else if (IsAct(context, note)) await sources.Audit.WriteAsync(EntryOf(sources, context, note));
        }
        finally
        {
            if (note.IsInside) sources.Audit.Leave();
        }
    }

    /// <summary>What was turned away since another process takes over is none, nor is a second word about what that process writes.</summary>
    private bool IsAct(HttpContext context, AuditNote note) =>
        !AdminPipeline.IsLook(context) && note is { Caller: not null, IsNoAct: false } && !IsTurnedAway(note)
        && !(note.HasBegun && note.Status == StatusCodes.Status200OK);

    private bool IsTurnedAway(AuditNote note) => !note.IsInside && sources.Audit.HandsOver;

    private async Task WriteRefusedAsync(HttpContext context, AuditNote note)
    {
        var omitted = 0L;
        var isWritten = !IsTurnedAway(note) && (note.Caller is null ? _strangers : _known).Take(out omitted);
        sources.Audit.CountRefused(omitted: !isWritten);
        if (isWritten) await sources.Audit.WriteAsync(EntryOf(sources, context, note) with { Omitted = omitted > 0 ? omitted : null });
    }
}
