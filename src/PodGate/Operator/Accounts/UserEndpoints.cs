using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using PodGate.Operator.Audit;
using PodGate.Operator.Document;

namespace PodGate.Operator.Accounts;

/// <summary>Inviting, listing, resetting and removing people.</summary>
internal sealed class UserEndpoints(OperatorSources sources, ILogger logger)
{
    private static readonly DemandedRole Administrator = new(TokenRole.Administrator);

    private UserStore Users => sources.People.Users;

    /// <summary>Maps the routes.</summary>
    /// <param name="routes">The admin web application.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/users", ListAsync).Describe(Administrator, "Every person's account.", typeof(IReadOnlyList<UserJson>));
        routes.MapPost("/api/v1/users", AddAsync).Describe(
            Administrator, "Invites a person; the invitation's code is shown this once.", typeof(InvitationJson), typeof(UserCommandJson), status: 201);
        routes.MapPost("/api/v1/users/{name}/reset", ResetAsync).Describe(
            Administrator, "Invites a person anew; what opened the account before opens it no more.", typeof(InvitationJson), typeof(UserResetJson));
        routes.MapDelete("/api/v1/users/{name}/pause", UnlockAsync).Describe(
            Administrator, "Ends the pause after too many failures in a row.", gives: null, status: 204);
        routes.MapDelete("/api/v1/users/{name}", RemoveAsync).Describe(Administrator, "Removes an account, and ends its sessions.", gives: null, status: 204);
    }

    private Task ListAsync(HttpContext context) => OperatorApi.AnswerAsync(
        context, StatusCodes.Status200OK, [.. Users.Accounts.Select(Told)], ApiJson.Default.IReadOnlyListUserJson);

    private async Task AddAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.UserCommandJson, "name and role");
        var note = AuditNote.Of(context);
        (note.Target, note.Reason) = (body.Name, $"as {body.Role}");
        if (!Token.IsName(body.Name)) throw ApiProblem.BadRequest($"name must be {CallerName.Rule}.");
        var role = RoleOf(body.Role);
        string? code = null;
        switch (Try(() => Users.Add(body.Name!, role, out code)))
        {
            case UserResult.Exists:
                throw ApiProblem.Conflict("exists", "There is such a name already", "Exists",
                    $"There is an account or a token named {body.Name} already; remove it first, or take another name.");
            case UserResult.TooMany:
                throw ApiProblem.Conflict("too-many", "There are too many accounts", "TooMany", $"There are {UserStore.Most} accounts already; remove some first.");
        }

        var made = InvitationOf(body.Name!, code!);
        var who = AdminPipeline.Caller(context).Name;
        AccountLog.Made(logger, made.Name, made.Role, made.Until, who);
        await OperatorApi.AnswerAsync(context, StatusCodes.Status201Created, made, ApiJson.Default.InvitationJson);
    }

    private async Task ResetAsync(HttpContext context)
    {
        var name = NameOf(context);
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.UserResetJson, "role, or nothing for the role of before");
        TokenRole? role = body.Role is null ? null : RoleOf(body.Role);
        string? code = null;
        Demand(Try(() => Users.Reset(name, role, out code)), name);
        sources.People.Attempts.Unlock(name);
        var made = InvitationOf(name, code!);
        var who = AdminPipeline.Caller(context).Name;
        AccountLog.Reset(logger, name, made.Role, made.Until, who);
        await OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, made, ApiJson.Default.InvitationJson);
    }

    private Task RemoveAsync(HttpContext context)
    {
        var name = NameOf(context);
        Demand(Try(() => Users.Remove(name)), name);
        sources.People.Attempts.Unlock(name);
        var who = AdminPipeline.Caller(context).Name;
        AccountLog.Removed(logger, name, who);
        return Nothing(context);
    }

    private Task UnlockAsync(HttpContext context)
    {
        var name = NameOf(context);
        if (Users.Find(name) is null) throw Unknown(name);
        sources.People.Attempts.Unlock(name);
        var who = AdminPipeline.Caller(context).Name;
        AccountLog.Unlocked(logger, name, who);
        return Nothing(context);
    }

    private UserJson Told(Account account) => new(account.Name, Token.WordOf(account.Role), account.Created, account.Credentials is not null)
    {
        InvitedUntil = account.Invitation?.Until,
        LastSignIn = account.LastSignIn,
        RecoveryCodes = account.Credentials?.RecoveryCodes.Length ?? 0,
        PausedUntil = sources.People.Attempts.PausedUntil(account.Name),
    };

    /// <summary>Told of the account that was just made; should another administrator have removed it already, its code opens nothing anyway.</summary>
    private InvitationJson InvitationOf(string name, string code)
    {
        if (Users.Find(name) is not { Invitation: { } invitation } account) throw Unknown(name);
        return new InvitationJson(name, Token.WordOf(account.Role), code, invitation.Until);
    }

    private static void Demand(UserResult result, string name)
    {
        if (result == UserResult.Unknown) throw Unknown(name);
        if (result == UserResult.LastAdministrator)
            throw ApiProblem.Conflict("last-administrator", "The last administrator stays", "LastAdministrator",
                $"{name} is the last administrator: nobody could let people in any more. Make another one first, and let the person set the account up.");
    }

    private static TokenRole RoleOf(string? word) => Token.RoleOf(word) ?? throw ApiProblem.BadRequest("role must be viewer, operator or administrator.");

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static Task Nothing(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static ApiProblem Unknown(string name) => new(
        StatusCodes.Status404NotFound, "unknown-user", "There is no such account", $"There is no account named {RequestReading.Shown(name)}.");

    private UserResult Try(Func<UserResult> change) => Durably.Do("The accounts", change, exception => AccountLog.NotWritten(logger, exception));
}
