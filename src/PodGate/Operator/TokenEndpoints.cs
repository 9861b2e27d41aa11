using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using PodGate.Operator.Audit;

namespace PodGate.Operator;

/// <summary>Making, listing and revoking tokens.</summary>
internal sealed class TokenEndpoints(OperatorSources sources, ILogger logger)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>GET /api/v1/tokens.</summary>
    /// <param name="context">The request.</param>
    public Task ListAsync(HttpContext context) => OperatorApi.AnswerAsync(
        context,
        StatusCodes.Status200OK,
        [.. sources.Tokens.Tokens.Select(Told)],
        ApiJson.Default.IReadOnlyListTokenJson);

    /// <summary>POST /api/v1/tokens.</summary>
    /// <param name="context">The request.</param>
    public async Task AddAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(
            context, ApiJson.Default.TokenCommandJson, "name, role and for how long it lasts (such as \"90.00:00:00\"; for ever when missing)");
        var note = AuditNote.Of(context);
        (note.Target, note.Reason) = (body.Name, $"as {body.Role}, {(body.Lasts is { } time ? $"for {time:c}" : "until it is revoked")}");
        if (!Token.IsName(body.Name)) throw ApiProblem.BadRequest($"name must be {CallerName.Rule}.");
        if (Token.RoleOf(body.Role) is not { } role) throw ApiProblem.BadRequest("role must be viewer, operator or administrator.");
        if (body.Lasts is { } lasts && (lasts < Shortest || lasts > Longest))
            throw ApiProblem.BadRequest($"lasts is {lasts:c}; it must be between {Shortest:c} and {Longest:c} (ten years).");
        string? secret = null;
        var result = Try(() => sources.Tokens.Add(body.Name!, role, out secret, body.Lasts));
        switch (result)
        {
            case TokenResult.Exists:
                throw ApiProblem.Conflict("exists", "There is such a token already", "Exists",
                    $"There is a token or an account named {body.Name} already; revoke it first, or take another name.");
            case TokenResult.TooMany:
                throw ApiProblem.Conflict("too-many", "There are too many tokens", "TooMany", $"There are {TokenStore.Most} tokens already; revoke some first.");
        }

        OperatorLog.TokenMade(logger, body.Name!, body.Role!, AdminPipeline.Caller(context).Name);
        var made = new NewTokenJson(body.Name!, body.Role!, secret!) { Expires = sources.Tokens.Find(secret!)?.Expires };
        await OperatorApi.AnswerAsync(context, StatusCodes.Status201Created, made, ApiJson.Default.NewTokenJson);
    }

    /// <summary>DELETE /api/v1/tokens/{name}.</summary>
    /// <param name="context">The request.</param>
    public Task RevokeAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        switch (Try(() => sources.Tokens.Revoke(name)))
        {
            case TokenResult.Unknown:
                throw new ApiProblem(StatusCodes.Status404NotFound, "unknown-token", "There is no such token",
                    $"There is no token named {RequestReading.Shown(name)}.");
            case TokenResult.LastAdministrator:
                throw ApiProblem.Conflict("last-administrator", "The last administrator stays", "LastAdministrator",
                    $"{name} is the last administrator that does not expire: nobody could make tokens any more. Make another one first.");
        }

        OperatorLog.TokenRevoked(logger, name, AdminPipeline.Caller(context).Name);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private TokenJson Told(Token token)
    {
        var use = sources.Tokens.LastUse(token);
        return new TokenJson(token.Name, Token.WordOf(token.Role), token.Created) { Expires = token.Expires, LastUsed = use?.At, LastFrom = use?.From };
    }

    private TokenResult Try(Func<TokenResult> change) => Durably.Do("The tokens", change, exception => OperatorLog.TokensNotWritten(logger, exception));
}
