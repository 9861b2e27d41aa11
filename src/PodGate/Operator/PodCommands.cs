using System.Globalization;
using Microsoft.AspNetCore.Http;
using PodGate.Control;
using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>What people tell the gate to do with pods. Checks the form; whether it is carried out is decided behind the gatekeeper's door.</summary>
internal sealed class PodCommands(OperatorSources sources)
{
    private const string Members =
        "reason (required), force, version, for a drain deadline and keepActive (such as \"00:05:00\"), for a drain or disable until (such as \"04:00:00\") "
        + "and owner, for an enable ramp and hold, and for a drain or enable of a roll its id as roll";

    private const int LongestOwner = 100;

    // A reminder that comes later than that is none.
    private static readonly TimeSpan LatestUntil = TimeSpan.FromDays(366);

    /// <summary>POST /api/v1/pods/{name}/drain.</summary>
    /// <param name="context">The request.</param>
    public Task DrainAsync(HttpContext context) => CommandAsync(context, takesDeadline: true, (pod, who, reason, body) =>
        new DrainCommand(pod, who, reason, body.Force, body.Version, body.Deadline, body.KeepActive));

    /// <summary>POST /api/v1/pods/{name}/enable.</summary>
    /// <param name="context">The request.</param>
    public Task EnableAsync(HttpContext context) => CommandAsync(context, takesDeadline: false, (pod, who, reason, body) =>
        new EnableCommand(pod, who, reason, body.Force, body.Version, body.Ramp) { Hold = body.Hold }, takesRamp: true);

    /// <summary>POST /api/v1/pods/{name}/disable.</summary>
    /// <param name="context">The request.</param>
    public Task DisableAsync(HttpContext context) => CommandAsync(context, takesDeadline: false, (pod, who, reason, body) =>
        new DisableCommand(pod, who, reason, body.Force, body.Version));

    /// <summary>POST /api/v1/pods/{name}/note.</summary>
    /// <param name="context">The request.</param>
    public async Task NoteAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.NoteCommandJson, "text (required), clear and version");
        var text = RequestReading.Reason(body.Text, "text");
        if (sources.View().Find(name) is null) throw OperatorApi.UnknownPod(name);
        var caller = AdminPipeline.Caller(context);
        var command = new NoteCommand(name, caller.Name, text, PodVersion.Wanted(context, body.Version), body.Clear);
        var outcome = await CommandAnswers.ExecuteAsync(sources, context, command, name);
        await AnswerAsync(context, outcome, outcome.View.Find(name) is { } after ? ApiMapping.Pod(outcome.View, after, caller.Role) : null);
    }

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
        var outcome = await CommandAnswers.ExecuteAsync(sources, context, new FreezeCommand(AdminPipeline.Caller(context).Name, reason, duration), "");
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

        if (body.Hold is { } hold)
        {
            if (!takesRamp) throw ApiProblem.BadRequest("hold belongs to an enable; leave it out here.");
            if (hold is < 1 or > 99)
                throw ApiProblem.BadRequest($"hold is {hold}; it must be 1 to 99 (percent of the pod's own slots). Leave it out for all of them.");
        }

        var (until, owner) = (Until(context, body), Owner(context, body));
        body = body with { Version = PodVersion.Wanted(context, body.Version) };
        if (sources.View().Find(name) is null) throw OperatorApi.UnknownPod(name);
        if (body.Roll is { } roll) Fence(context, roll, name);
        var caller = AdminPipeline.Caller(context);
        var outcome = await CommandAnswers.ExecuteAsync(sources, context, make(name, caller.Name, reason, body) with { Until = until, Owner = owner }, name);
        var pod = outcome.View.Find(name) is { } after ? ApiMapping.Pod(outcome.View, after, caller.Role) : null;
        await AnswerAsync(context, outcome, pod);
    }

    /// <summary>By when the pod is to be back: a moment, or a duration from now.</summary>
    private DateTimeOffset? Until(HttpContext context, CommandJson body)
    {
        if (body.Until is not { } text) return null;
        RefuseForEnable(context, "until");
        var now = sources.Time.GetUtcNow();

        // "5" alone would be five days to TimeSpan.
        var isDuration = text.Count(character => character == ':') == 2 & TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var duration);
        var until = !isDuration ? RequestReading.Moment("until", text).At
            : duration > TimeSpan.Zero && duration <= LatestUntil ? now + duration : now;
        if (until <= now || until > now + LatestUntil)
            throw ApiProblem.BadRequest($"until is {RequestReading.Shown(text)}; it must be in the future, within a year: a duration such as \"04:00:00\", or {MomentText.Forms}.");
        return until;
    }

    private static string? Owner(HttpContext context, CommandJson body)
    {
        if (body.Owner is not { } owner) return null;
        RefuseForEnable(context, "owner");
        var isLine = !owner.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029');
        if (string.IsNullOrWhiteSpace(owner) || owner.Length > LongestOwner || !isLine)
            throw ApiProblem.BadRequest($"owner must be 1 to {LongestOwner} characters in one line.");
        return owner.Trim();
    }

    // The last thing before it is carried out: what was under way for long must not come after another roll has begun.
    private void Fence(HttpContext context, string roll, string pod)
    {
        if (context.Request.Path.Value!.EndsWith("/disable", StringComparison.Ordinal))
            throw ApiProblem.BadRequest("roll belongs to a drain or enable; leave it out here.");
        RollEndpoints.Fence(sources.Rolls, roll, pod);
    }

    private static void RefuseForEnable(HttpContext context, string name)
    {
        if (context.Request.Path.Value!.EndsWith("/enable", StringComparison.Ordinal))
            throw ApiProblem.BadRequest($"{name} belongs to a drain or disable; leave it out here.");
    }

    private static Task AnswerAsync(HttpContext context, CommandOutcome outcome, PodJson? pod) => OperatorApi.AnswerAsync(
        context,
        outcome.Durable ? StatusCodes.Status200OK : StatusCodes.Status202Accepted,
        new OutcomeJson(outcome.Sentence, outcome.Durable, pod),
        ApiJson.Default.OutcomeJson);
}
