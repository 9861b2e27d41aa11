using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PodGate.Operator.Access;
using PodGate.Operator.Audit;
using PodGate.Operator.Page;

namespace PodGate.Operator;

/// <summary>
/// What every request to the admin port passes, in order: safe headers, errors as problem+json, the Host check, the audit trail, the origin check, the token,
/// whether another process takes over, whether it was carried out before.
/// </summary>
internal sealed class AdminPipeline(OperatorSources sources, OperatorPage page, ILogger logger)
{
    private readonly KnownConnections _known = new(sources);
    private readonly GateCookie _cookie = GateCookie.OfSession(sources.Journal.Start.GateId);

    /// <summary>Whether the request is anybody's: it met an endpoint that demands a role.</summary>
    /// <param name="context">The request.</param>
    public static bool HasCaller(HttpContext context) => context.Items.ContainsKey(typeof(Caller));

    /// <summary>Who asks, where the endpoint demands a role.</summary>
    /// <param name="context">The request.</param>
    public static Caller Caller(HttpContext context) =>
        context.Items[typeof(Caller)] as Caller ?? throw new InvalidOperationException("The endpoint reads its caller and demands no role.");

    /// <summary>Whether a request changes nothing.</summary>
    /// <param name="context">The request.</param>
    public static bool IsLook(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    /// <summary>Sets the path up; the endpoints are mapped by the caller afterwards.</summary>
    /// <param name="application">The admin web application.</param>
    public void Use(WebApplication application)
    {
        var audit = new AuditStep(sources);
        application.Use(AnswerErrorsAsync);
        application.Use(CheckHostAsync);
        application.Use(audit.RecordAsync);
        application.Use(CheckOriginAsync);
        application.UseRouting();
        application.Use(CheckCallerAsync);
        application.Use(CheckHandOverAsync);
        application.Use(audit.AdmitAsync);
        application.Use(new Repeats(sources).InvokeAsync);
    }

    private async Task AnswerErrorsAsync(HttpContext context, RequestDelegate next)
    {
        AddHeaders(context.Response.Headers);
        ApiProblem? problem = null;
        try
        {
            await next(context);
            var response = context.Response;
            if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null)
                problem = ApiProblem.Of(response.StatusCode, context.Request);
        }
        catch (ApiProblem expected)
        {
            problem = expected;
        }
        catch (BadHttpRequestException exception)
        {
            problem = ApiProblem.Of(exception.StatusCode, context.Request);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away; nobody is left to answer, and nothing is wrong.
            return;
        }
        catch (Exception exception)
        {
            OperatorLog.Failed(logger, exception, context.Request.Method, context.Request.Path.Value ?? "");
            problem = ApiProblem.Of(StatusCodes.Status500InternalServerError, context.Request);
        }

        if (problem is null) return;
        if (context.Response.HasStarted) context.Abort();
        else if (context.GetEndpoint()?.Metadata.GetMetadata<PageEndpoint>() is not null) await page.ExplainAsync(context, problem);
        else await problem.WriteAsync(context);
    }

    private static void AddHeaders(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    /// <summary>
    /// Against DNS rebinding: a stranger's page whose name suddenly leads to 127.0.0.1 still sends that name as Host. Addresses cannot be
    /// rebound, so the address that the request arrived at is always good; so are the names of this machine's loopback. The port is not
    /// looked at: it protects nothing, and through an SSH tunnel it differs.
    /// </summary>
    private Task CheckHostAsync(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host.Host;
        if (host.Length == 0) throw ApiProblem.BadRequest("The request has no Host header; HTTP/1.1 demands one.");
        if (!IsOwn(host, context)) throw new ApiProblem(
            StatusCodes.Status421MisdirectedRequest,
            "unknown-host",
            "This is not the host that was asked for",
            "The Host header names neither this listener's address, nor localhost, nor one of Admin.Hosts; add the name there if it is meant.");
        return next(context);
    }

    private bool IsOwn(string host, HttpContext context)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (IPAddress.TryParse(host, out var address))
        {
            var local = context.Connection.LocalIpAddress;
            if (address.Equals(IPAddress.Loopback) || address.Equals(IPAddress.IPv6Loopback)) return true;
            if (local is not null && Unmapped(address).Equals(Unmapped(local))) return true;
        }

        var settings = sources.Settings();
        return host.Equals(settings.Listen.Url.IdnHost, StringComparison.OrdinalIgnoreCase)
            || settings.Hosts.Any(name => host.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>A browser says where a request comes from; what another site's page sends must change nothing.</summary>
    private Task CheckOriginAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (IsLook(context)) return next(context);
        var origin = request.Headers.Origin;
        var foreign = origin.Count > 0 && !string.Equals(origin.ToString(), $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
        var site = request.Headers["Sec-Fetch-Site"];
        if (foreign || (site.Count > 0 && site.ToString() is not ("same-origin" or "none")))
            throw new ApiProblem(StatusCodes.Status403Forbidden, "other-site", "The request comes from another site",
                "A page of another site may change nothing here.");
        return next(context);
    }

    private Task CheckCallerAsync(HttpContext context, RequestDelegate next)
    {
        var demand = context.GetEndpoint()?.Metadata.GetMetadata<DemandedRole>();
        // Another scheme is some proxy's in front, and no word to this gate.
        var isProgram = context.Request.Headers.Authorization.ToString().StartsWith("Bearer", StringComparison.OrdinalIgnoreCase);
        var session = !isProgram ? PageGuard.Recognise(context, sources.Sessions, _cookie) : null;
        if (demand is null || (demand.OnlyWhenProtected && !sources.Settings().ProtectMetrics)) return next(context);
        var known = !isProgram && session is null ? _known.CallerOf(context) : null;
        if (session is null && known is null && context.GetEndpoint()?.Metadata.GetMetadata<PageEndpoint>() is not null) return AskToSignIn(context);
        var caller = session is not null ? CallerOf(session, context) : known ?? CallerOf(ReadBearer(context), context);
        AuditNote.Of(context).Caller = caller;
        if (caller.Role < demand.Role) throw new ApiProblem(
            StatusCodes.Status403Forbidden,
            "role-too-low",
            "The role is not enough",
            $"This needs the role {Token.WordOf(demand.Role)}; {caller.Name} is a {Token.WordOf(caller.Role)}.");
        context.Items[typeof(Caller)] = caller;
        return next(context);
    }

    private Caller CallerOf(Session session, HttpContext context)
    {
        PageGuard.CheckWhence(context);
        var from = session.Token is { } token ? Note(token, context) : $"{context.Connection.RemoteIpAddress}";
        var proof = session.Token is null ? CallerProof.Password : CallerProof.Session;
        return new Caller(session.Name, session.Role, proof, from, () => sources.Sessions.IsStillOpen(session));
    }

    private Caller CallerOf(string bearer, HttpContext context)
    {
        if (sources.Tokens.Find(bearer) is not { } token)
            throw Unauthorised(context, "The bearer token is not one of this gate's; it may have been revoked.");
        if (token.IsExpired(sources.Time.GetUtcNow()))
            throw Unauthorised(context, $"The token {token.Name} expired at {token.Expires:u}; an administrator can make a new one.");
        return new Caller(token.Name, token.Role, CallerProof.Token, Note(token, context), () => sources.Tokens.IsStillValid(token));
    }

    /// <summary>A person who is not signed in is shown the way, and comes back to where he wanted to.</summary>
    private static Task AskToSignIn(HttpContext context)
    {
        var back = IsLook(context) ? context.Request.Path + context.Request.QueryString : "/";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = "/sign-in?back=" + Uri.EscapeDataString(back);
        return Task.CompletedTask;
    }

    private string Note(Token token, HttpContext context)
    {
        var from = context.Features.Get<LocalPeer>()?.From ?? $"{context.Connection.RemoteIpAddress}";
        try
        {
            sources.Tokens.Use(token, from);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk must not keep people from commanding.
            OperatorLog.UseNotWritten(logger, exception, token.Name);
        }

        return from;
    }

    /// <summary>While another process takes over, what would change something is answered by neither of both.</summary>
    private Task CheckHandOverAsync(HttpContext context, RequestDelegate next)
    {
        if (sources.Upgrading is not { HandsOver: true } || IsLook(context)) return next(context);
        throw ApiProblem.HandsOver();
    }

    private string ReadBearer(HttpContext context)
    {
        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0) throw Unauthorised(context, _known.WhyUnknown(context) ?? "This needs a bearer token: Authorization: Bearer pg_...");
        var text = header.Count == 1 ? header.ToString() : "";
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw Unauthorised(context, "The Authorization header must be one bearer token: Bearer pg_...");
        return text[Scheme.Length..].Trim();
    }

    private static ApiProblem Unauthorised(HttpContext context, string detail)
    {
        context.Response.Headers.WWWAuthenticate = context.Request.Headers.Authorization.Count == 0
            ? "Bearer realm=\"podgate\""
            : "Bearer realm=\"podgate\", error=\"invalid_token\"";
        return new ApiProblem(StatusCodes.Status401Unauthorized, "unauthorised", "A valid token is needed", detail);
    }
}

/// <summary>The role that an endpoint demands; an endpoint without it is open to all.</summary>
/// <param name="Role">The lowest role that may.</param>
/// <param name="OnlyWhenProtected">Demanded only while Admin.ProtectMetrics is set.</param>
internal sealed record DemandedRole(TokenRole Role, bool OnlyWhenProtected = false);
