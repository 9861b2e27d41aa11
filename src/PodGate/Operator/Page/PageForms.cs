using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using PodGate.Control;
using PodGate.Core.Pods;

namespace PodGate.Operator.Page;

/// <summary>Reads the page's forms as strictly as the API reads its bodies, and carries out what they command.</summary>
internal sealed class PageForms(OperatorSources sources)
{
    /// <summary>What can be commanded of a pod, by the last word of the address.</summary>
    public static readonly string[] Commands = ["drain", "enable", "disable", "note"];

    /// <summary>Reads a form.</summary>
    /// <param name="context">The request.</param>
    public static async Task<IFormCollection> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            throw new ApiProblem(
                StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The body's type does not fit", "This address takes the page's own form.");
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            throw ApiProblem.BadRequest("The form has more fields, or longer ones, than this page's forms have.");
        }
    }

    /// <summary>Reads a form that must have been made for the session that sends it.</summary>
    /// <param name="context">The request.</param>
    public static async Task<IFormCollection> CheckAsync(HttpContext context)
    {
        var form = await ReadAsync(context);
        if (PageGuard.SessionOf(context) is { } session && PageGuard.IsOwnForm(session, form["formKey"])) return form;
        throw new ApiProblem(
            StatusCodes.Status403Forbidden, "foreign-form", "The form is not this session's", "Load the page anew and try again; nothing was changed.");
    }

    /// <summary>Drains, enables or disables a pod, or leaves a note on it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="word">One of <see cref="Commands"/>.</param>
    /// <param name="form">Its form, checked.</param>
    public async Task<CommandOutcome> CommandAsync(HttpContext context, string word, IFormCollection form)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (sources.View().Find(name) is null) throw OperatorApi.UnknownPod(name);
        var reason = RequestReading.Reason(form["reason"]);
        var force = form["force"] == "true";
        if ((force || word == "disable") && form["confirm"].ToString().Trim() != name)
            throw ApiProblem.BadRequest($"This can hurt customers, so it needs the pod's name typed: {name}.");
        if (!long.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw ApiProblem.BadRequest("The form does not say which version of the pod was seen; load the page anew.");
        var who = AdminPipeline.Caller(context).Name;
        PodCommand command = word switch
        {
            "drain" => new DrainCommand(name, who, reason, force, version, Duration(form, "deadline"), Duration(form, "keepActive")),
            "enable" => new EnableCommand(name, who, reason, force, version) { Hold = Hold(form) },
            "disable" => new DisableCommand(name, who, reason, force, version),
            "note" => new NoteCommand(name, who, reason, version, form["clear"] == "true"),
            _ => throw new ArgumentOutOfRangeException(nameof(word), word, "There is no such command."),
        };
        return await CommandAnswers.ExecuteAsync(sources, context, command, name);
    }

    /// <summary>What is shown of a command that was refused, with what was typed, but for the name, which is typed for each.</summary>
    /// <param name="word">One of <see cref="Commands"/>.</param>
    /// <param name="form">Its form.</param>
    /// <param name="refused">Why.</param>
    public static CommandTold Refused(string word, IFormCollection form, ApiProblem refused) =>
        new(word, refused.Message, Done: false, Durable: true, RequestReading.Shown(form["reason"].ToString(), AdminLimits.LongestReason))
        {
            Known = refused.Type != "no-answer",
            Deadline = form["deadline"].ToString(),
            KeepActive = form["keepActive"].ToString(),
            Hold = form["hold"].ToString(),
            Force = form["force"] == "true",
        };

    /// <summary>Freezes automation, or ends that.</summary>
    /// <param name="context">The request.</param>
    public async Task FreezeAsync(HttpContext context)
    {
        var form = await CheckAsync(context);
        var reason = RequestReading.Reason(form["reason"]);
        if (Duration(form, "for") is not { } duration) throw ApiProblem.BadRequest("for is missing; it says how long the freeze lasts.");
        await CommandAnswers.ExecuteAsync(sources, context, new FreezeCommand(AdminPipeline.Caller(context).Name, reason, duration), "");
    }

    /// <summary>Whether a path leads to this gate: no other host's, however it is written.</summary>
    /// <param name="path">What a form or an address says.</param>
    public static bool IsOwnPath(string path) =>
        path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal)
        && path.All(character => char.IsAscii(character) && !char.IsControl(character) && character != '\\');

    /// <summary>The same request without the fields that a form sends although they are empty.</summary>
    /// <param name="context">The request.</param>
    public static HttpContext WithoutEmpty(HttpContext context)
    {
        var filled = context.Request.Query.Where(entry => !StringValues.IsNullOrEmpty(entry.Value)).ToDictionary(StringComparer.OrdinalIgnoreCase);
        context.Request.Query = new QueryCollection(filled);
        return context;
    }

    private static int? Hold(IFormCollection form)
    {
        var text = form["hold"].ToString();
        if (text.Length == 0) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 99) return percent;
        throw ApiProblem.BadRequest($"hold is {RequestReading.Shown(text)}; it must be 1 to 99, in percent.");
    }

    private static TimeSpan? Duration(IFormCollection form, string name)
    {
        var text = form[name].ToString();
        if (text.Length == 0) return null;
        if (TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var duration)) return RequestReading.Duration(name, duration);
        throw ApiProblem.BadRequest($"{name} is {RequestReading.Shown(text)}; it must be a duration such as 00:15:00.");
    }
}
