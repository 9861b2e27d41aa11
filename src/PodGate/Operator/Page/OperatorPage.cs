using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PodGate.Core.Pods;
using PodGate.Operator.Audit;

namespace PodGate.Operator.Page;

/// <summary>
/// The operator page: rendered here, live by the event stream, and whole without scripts. It shows what the API says and commands what the API commands, by
/// the same methods.
/// </summary>
internal sealed class OperatorPage(OperatorSources sources)
{
    private const int EventsOfPod = 20;
    private const int ConnectionsShown = 50;

    private readonly PageRenderer _renderer = new();
    private readonly PageAssets _assets = new();
    private readonly PageForms _forms = new(sources);
    private readonly EnableWell _well = new(sources);
    private readonly PodSketches _sketches = new(sources.Trend);
    private readonly GateCookie _cookie = GateCookie.OfSession(sources.Journal.Start.GateId);
    private readonly ToldCommands _told = new();

    /// <summary>Maps the page's addresses.</summary>
    /// <param name="routes">The admin web application.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        var page = new PageEndpoint();
        var viewer = new DemandedRole(TokenRole.Viewer);
        var @operator = new DemandedRole(TokenRole.Operator);

        routes.MapGet("/", FleetAsync).WithMetadata(viewer, page);
        routes.MapGet("/pods/{name}", context => PodAsync(context, _told.Of(PageGuard.SessionOf(context), context.Request.Query["told"])))
            .WithMetadata(viewer, page);
        routes.MapGet("/stats", new StatsPages(sources, this).GetAsync).WithMetadata(viewer, page);
        foreach (var command in PageForms.Commands)
        {
            routes.MapPost($"/pods/{{name}}/{command}", context => CommandAsync(context, command)).WithMetadata(@operator, page);

            // Where a refused command was answered: who loads that address anew looks and does not command.
            routes.MapGet($"/pods/{{name}}/{command}", ToPod).WithMetadata(viewer, page);
        }

        routes.MapPost("/enable-well", EnableWellAsync).WithMetadata(@operator, page);
        routes.MapPost("/freeze", FreezeAsync).WithMetadata(@operator, page);
        routes.MapGet("/sign-in", context => SignInAsync(context, context.Request.Query["back"].ToString(), null)).WithMetadata(page);
        routes.MapPost("/sign-in", SignInWithTokenAsync).WithMetadata(page);
        routes.MapPost("/sign-out", SignOutAsync).WithMetadata(viewer, page);
        routes.MapPost("/appearance", AppearanceAsync).WithMetadata(page);
        routes.MapGet("/page/{file}", _assets.GetAsync).WithMetadata(page);
        new LookingPages(sources, this).Map(routes);
        new AlertPages(sources, this).Map(routes);
        new AccountPages(sources, this).Map(routes);
    }

    /// <summary>Says on a page why what was asked for is not shown.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">Why.</param>
    public Task ExplainAsync(HttpContext context, ApiProblem problem)
    {
        if (problem.RetryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return RenderAsync<ProblemPage>(
            context, problem.Status, (nameof(ProblemPage.Title), problem.Title), (nameof(ProblemPage.Message), problem.Message));
    }

    private Task FleetAsync(HttpContext context)
    {
        var fleet = ApiMapping.Fleet(sources, AdminPipeline.Caller(context).Role);
        return RenderAsync<FleetPage>(
            context,
            StatusCodes.Status200OK,
            (nameof(FleetPage.Fleet), fleet),
            (nameof(FleetPage.Rates), sources.Rates()),
            (nameof(FleetPage.Sketches), _sketches.Read()),
            (nameof(FleetPage.Well), _well.Candidates(fleet)),
            (nameof(FleetPage.Unseen), sources.Outbox.List().Count(alert => alert is { Stands: true, AcknowledgedAt: null })),
            (nameof(FleetPage.Told), _told.Of(PageGuard.SessionOf(context), context.Request.Query["told"])));
    }

    private Task PodAsync(HttpContext context, CommandTold? told, int status = StatusCodes.Status200OK)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var role = AdminPipeline.Caller(context).Role;
        var why = WhyMapping.Of(sources, name, role) ?? throw OperatorApi.UnknownPod(name);
        if (sources.View().Find(name) is not { } pod) throw OperatorApi.UnknownPod(name);
        var model = new PodPageModel(
            why,
            PreviewMapping.Of(sources, pod, "drain", keepActive: null),
            PreviewMapping.Of(sources, pod, "enable", keepActive: null),
            role >= TokenRole.Operator ? ApiMapping.Connections(sources, name, ConnectionsShown) : null,
            TrendMapping.Of(sources, name),
            [.. LookingPages.Newest(sources, new EventFilter(name, null, null), before: null).Take(EventsOfPod).Select(ApiMapping.Event)],
            told)
        {
            Slots = SlotEndpoints.Of(sources, name, role),
        };
        return RenderAsync<PodPage>(context, status, (nameof(PodPage.Model), model));
    }

    private static Task ToPod(HttpContext context)
    {
        SeeOther(context, PageFrame.PodPath((string)context.Request.RouteValues["name"]!));
        return Task.CompletedTask;
    }

    private async Task CommandAsync(HttpContext context, string command)
    {
        var form = await PageForms.CheckAsync(context);
        var name = (string)context.Request.RouteValues["name"]!;
        try
        {
            var outcome = await _forms.CommandAsync(context, command, form);
            var told = _told.Keep(PageGuard.SessionOf(context)!, new CommandTold(command, outcome.Sentence, Done: true, outcome.Durable, ""));

            // By a way round, so that loading the page anew does not command again.
            SeeOther(context, $"{PageFrame.PodPath(name)}?told={told}");
        }
        catch (ApiProblem refused) when (refused.Type != "unknown-pod")
        {
            AuditNote.Of(context).Refusal = refused.Type;
            await PodAsync(context, PageForms.Refused(command, form, refused), refused.Status);
        }
    }

    private async Task EnableWellAsync(HttpContext context)
    {
        var each = await _well.CommandAsync(context, await PageForms.CheckAsync(context));
        var told = new CommandTold("enable", "", each.All(one => one.Done), each.All(one => one.Durable), "") { Each = each };
        SeeOther(context, $"/?told={_told.Keep(PageGuard.SessionOf(context)!, told)}");
    }

    private async Task FreezeAsync(HttpContext context)
    {
        await _forms.FreezeAsync(context);
        SeeOther(context, "/");
    }

    /// <summary>Shows the way in.</summary>
    /// <param name="context">The request.</param>
    /// <param name="back">Where the person wanted to.</param>
    /// <param name="problem">Why what was tried did not open it; null: nothing was tried.</param>
    /// <param name="name">The name that was typed, so that it need not be typed again.</param>
    internal Task SignInAsync(HttpContext context, string back, string? problem, string name = "")
    {
        return RenderAsync<SignInPage>(
            context,
            problem is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized,
            (nameof(SignInPage.Back), PageForms.IsOwnPath(back) ? back : "/"),
            (nameof(SignInPage.Problem), problem),
            (nameof(SignInPage.Name), name),
            (nameof(SignInPage.HasAccounts), sources.People.Users.Accounts.Count > 0));
    }

    private async Task SignInWithTokenAsync(HttpContext context)
    {
        var form = await PageForms.ReadAsync(context);
        var token = sources.Tokens.Find(form["token"].ToString().Trim());
        if (token is null || token.IsExpired(sources.Time.GetUtcNow()))
        {
            await SignInAsync(context, form["back"].ToString(), token is null
                ? "This is not one of this gate's tokens; it may have been revoked."
                : $"The token {token.Name} expired at {token.Expires:u}; an administrator can make a new one.");
            return;
        }

        var from = $"{context.Connection.RemoteIpAddress}";
        AuditNote.Of(context).Caller = new Caller(token.Name, token.Role, CallerProof.Token, from, () => sources.Tokens.IsStillValid(token));
        _cookie.Give(context, Durably.Do("The sessions", () => sources.Sessions.Begin(token, instead: PageGuard.SessionOf(context))));
        var back = form["back"].ToString();
        SeeOther(context, PageForms.IsOwnPath(back) ? back : "/");
    }

    private async Task SignOutAsync(HttpContext context)
    {
        await PageForms.CheckAsync(context);
        _cookie.Take(context);
        if (PageGuard.SessionOf(context) is { } session)
        {
            Durably.Do("The sessions", () =>
            {
                sources.Sessions.End(session);
                return true;
            });
        }

        SeeOther(context, "/sign-in");
    }

    private static async Task AppearanceAsync(HttpContext context)
    {
        var form = await PageForms.ReadAsync(context);
        var year = PageGuard.Options(context, TimeSpan.FromDays(365));
        if (form["theme"].ToString() is "auto" or "light" or "dark") context.Response.Cookies.Append(PageFrame.ThemeCookie, form["theme"]!, year);
        if (form["language"].ToString() is "en" or "de") context.Response.Cookies.Append(PageFrame.LanguageCookie, form["language"]!, year);
        var back = form["back"].ToString();
        SeeOther(context, PageForms.IsOwnPath(back) ? back : "/");
    }

    /// <summary>Sends the browser elsewhere.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">Where.</param>
    internal static void SeeOther(HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = path;
    }

    /// <summary>Answers with a page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="values">What it shows, besides its frame.</param>
    internal async Task RenderAsync<TPage>(HttpContext context, int status, params (string Name, object? Value)[] values)
        where TPage : IComponent
    {
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

        // With none at all a browser would send its own forms' origin as null, like a stranger's.
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        var parameters = values.ToDictionary(value => value.Name, value => value.Value);
        parameters.Add("Frame", PageFrame.Of(context, sources.Time));
        var html = await _renderer.RenderAsync<TPage>(parameters);
        context.Response.StatusCode = status;
        await OperatorApi.WriteAsync(context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(html));
    }
}
