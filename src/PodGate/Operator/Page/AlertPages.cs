using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PodGate.Operator.Audit;

namespace PodGate.Operator.Page;

/// <summary>The page of alerts, and what people say on it: they have seen one, they want peace for a while, or to see whether alerts arrive.</summary>
internal sealed class AlertPages(OperatorSources sources, OperatorPage page)
{
    private const string Path = "/alerts";

    private readonly AlertDesk _desk = new(sources);
    private readonly ToldCommands _told = new();

    /// <summary>Maps the page's addresses.</summary>
    /// <param name="routes">The admin web application.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        var viewer = new DemandedRole(TokenRole.Viewer);
        routes.MapGet(Path, context => ShowAsync(context, _told.Of(PageGuard.SessionOf(context), context.Request.Query["told"])))
            .WithMetadata(viewer, new PageEndpoint());
        MapCommand(routes, "/alerts/{id}/acknowledge", "acknowledge", (context, _) => _desk.Acknowledge(context).Sentence);
        MapCommand(routes, "/alerts/test", "test", (context, _) => string.Join(", ", _desk.Test(context).Channels));
        MapCommand(routes, "/silences", "silence", (context, form) => _desk.Silence(context, Wanted(form)).Reason);
        MapCommand(routes, "/silences/{id}/end", "end", (context, _) =>
        {
            _desk.EndSilence(context);
            return "";
        });
    }

    /// <summary>A form that commands something; who loads its address anew looks and does not command.</summary>
    private void MapCommand(IEndpointRouteBuilder routes, string address, string word, Func<HttpContext, IFormCollection, string> command)
    {
        var mark = new PageEndpoint();
        routes.MapPost(address, context => CommandAsync(context, word, command)).WithMetadata(new DemandedRole(TokenRole.Operator), mark);
        routes.MapGet(address, context =>
        {
            OperatorPage.SeeOther(context, Path);
            return Task.CompletedTask;
        }).WithMetadata(new DemandedRole(TokenRole.Viewer), mark);
    }

    private async Task CommandAsync(HttpContext context, string word, Func<HttpContext, IFormCollection, string> command)
    {
        var form = await PageForms.CheckAsync(context);
        try
        {
            var told = new CommandTold(word, command(context, form), Done: true, Durable: true, "");
            OperatorPage.SeeOther(context, $"{Path}?told={_told.Keep(PageGuard.SessionOf(context)!, told)}");
        }
        catch (ApiProblem refused)
        {
            AuditNote.Of(context).Refusal = refused.Type;
            await ShowAsync(context, PageForms.Refused(word, form, refused), refused.Status);
        }
    }

    private static SilenceCommandJson Wanted(IFormCollection form)
    {
        var text = form["for"].ToString();
        TimeSpan? lasts = TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var duration) ? duration
            : text.Length == 0 ? null
            : throw ApiProblem.BadRequest($"for is {RequestReading.Shown(text)}; it must be a duration such as 01:00:00.");
        return new SilenceCommandJson(form["reason"], lasts, Names("kinds"), Names("pods"));

        // A list in which nothing is chosen sends one empty entry.
        IReadOnlyList<string> Names(string name) => [.. form[name].OfType<string>().Where(value => value.Length > 0)];
    }

    private Task ShowAsync(HttpContext context, CommandTold? told, int status = StatusCodes.Status200OK) => page.RenderAsync<AlertsPage>(
        context,
        status,
        (nameof(AlertsPage.Alerts), _desk.List()),
        (nameof(AlertsPage.Silences), _desk.Silences()),
        (nameof(AlertsPage.Pods), sources.View().Fleet.Pods.Keys.Order(StringComparer.Ordinal).ToList()),
        (nameof(AlertsPage.Told), told));
}
