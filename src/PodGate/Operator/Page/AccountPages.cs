using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PodGate.Operator.Accounts;
using PodGate.Operator.Audit;

namespace PodGate.Operator.Page;

/// <summary>The pages around people's accounts: the way in, setting an account up, and what people change of their own.</summary>
internal sealed class AccountPages(OperatorSources sources, OperatorPage page)
{
    private const string SignInPath = "/sign-in";
    private const string CodePath = "/sign-in/code";
    private const string WelcomePath = "/welcome";
    private const string SetUpPath = "/welcome/code";
    private const string AccountPath = "/account";
    private const string Accounts = "The accounts";
    private const int LongestBack = 2000;

    private readonly GateCookie _cookie = GateCookie.OfSession(sources.Journal.Start.GateId);
    private readonly AccountCookies _cookies = new(sources.Journal.Start.GateId);

    private People People => sources.People;

    /// <summary>Maps the pages' addresses.</summary>
    /// <param name="routes">The admin web application.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        var mark = new PageEndpoint();
        var viewer = new DemandedRole(TokenRole.Viewer);
        routes.MapPost("/sign-in/password", BeginAsync).WithMetadata(mark);
        routes.MapGet(CodePath, context => Half(context) is null ? To(context, SignInPath) : CodeAsync(context, null)).WithMetadata(mark);
        routes.MapPost(CodePath, FinishAsync).WithMetadata(mark);
        routes.MapGet(WelcomePath, context => WelcomeAsync(context, null)).WithMetadata(mark);
        routes.MapPost(WelcomePath, InvitedAsync).WithMetadata(mark);
        routes.MapGet(SetUpPath, context => Begun(context) is { } begun ? SetUpAsync(context, begun, null) : To(context, WelcomePath)).WithMetadata(mark);
        routes.MapPost(SetUpPath, ProveAsync).WithMetadata(mark);
        routes.MapGet(AccountPath, context => AccountAsync(context, null)).WithMetadata(viewer, mark);
        routes.MapPost("/account/password", ChangePasswordAsync).WithMetadata(viewer, mark);
        routes.MapPost("/account/codes", RenewCodesAsync).WithMetadata(viewer, mark);
        routes.MapPost("/account/sign-out", SignOutAsync).WithMetadata(viewer, mark);

        // Where something refused was answered: who loads that address anew looks and does not try again.
        routes.MapGet("/sign-in/password", context => To(context, SignInPath)).WithMetadata(mark);
        foreach (var what in new[] { "password", "codes", "sign-out" })
            routes.MapGet($"/account/{what}", context => To(context, AccountPath)).WithMetadata(viewer, mark);
    }

    private async Task BeginAsync(HttpContext context)
    {
        var form = await PageForms.ReadAsync(context);
        var name = form["name"].ToString().Trim();
        var back = form["back"].ToString();
        if (!PageForms.IsOwnPath(back) || back.Length > LongestBack) back = "/";
        var begun = await People.SignIn.BeginAsync(name, form["password"].ToString(), back, VisitorOf(context), context.RequestAborted);
        if (begun is null)
        {
            await page.SignInAsync(context, back, WordsOf(context).WrongPassword, RequestReading.Shown(name, Token.LongestName));
            return;
        }

        _cookies.Half.Give(context, begun);
        OperatorPage.SeeOther(context, CodePath);
    }

    private HalfSignedIn? Half(HttpContext context) => People.SignIn.Find(_cookies.Half.Read(context));

    private Task CodeAsync(HttpContext context, string? problem) => page.RenderAsync<CodePage>(
        context, problem is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized, (nameof(CodePage.Problem), problem));

    private async Task FinishAsync(HttpContext context)
    {
        var form = await PageForms.ReadAsync(context);
        if (_cookies.Half.Read(context) is not { } secret || People.SignIn.Find(secret) is not { } half)
        {
            OperatorPage.SeeOther(context, SignInPath);
            return;
        }

        if (Durably.Do(Accounts, () => People.SignIn.Finish(secret, half, form["code"].ToString(), VisitorOf(context))) is not { } signedIn)
        {
            await CodeAsync(context, WordsOf(context).WrongCode);
            return;
        }

        _cookies.Half.Take(context);
        _cookies.Browser.Give(context, signedIn.Browser);
        Begin(context, signedIn.Account);
        OperatorPage.SeeOther(context, half.Back);
    }

    private Task WelcomeAsync(HttpContext context, string? problem, string invitation = "") => page.RenderAsync<WelcomePage>(
        context, problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        (nameof(WelcomePage.Problem), problem), (nameof(WelcomePage.Invitation), invitation));

    private async Task InvitedAsync(HttpContext context)
    {
        var form = await PageForms.ReadAsync(context);
        var (invitation, password) = (form["invitation"].ToString(), form["password"].ToString());
        var account = People.Welcome.Invited(invitation, VisitorOf(context));
        var problem = account is null ? WordsOf(context).WrongInvitation : Fault(context, account.Name, password, form["again"].ToString());
        if (problem is not null)
        {
            await WelcomeAsync(context, problem, RequestReading.Shown(invitation));
            return;
        }

        _cookies.Welcome.Give(context, await People.Welcome.BeginAsync(account!, password, context.RequestAborted));
        OperatorPage.SeeOther(context, SetUpPath);
    }

    private SettingUp? Begun(HttpContext context) => People.Welcome.Find(_cookies.Welcome.Read(context));

    private Task SetUpAsync(HttpContext context, SettingUp begun, string? problem) => page.RenderAsync<SetUpPage>(
        context, problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        (nameof(SetUpPage.Secret), begun.SecretText), (nameof(SetUpPage.Address), begun.Address), (nameof(SetUpPage.Problem), problem));

    private async Task ProveAsync(HttpContext context)
    {
        var form = await PageForms.ReadAsync(context);
        if (_cookies.Welcome.Read(context) is not { } secret || People.Welcome.Find(secret) is not { } begun)
        {
            OperatorPage.SeeOther(context, WelcomePath);
            return;
        }

        IReadOnlyList<string> codes = [];
        var account = Durably.Do(Accounts, () => People.Welcome.Finish(secret, begun, form["code"].ToString(), VisitorOf(context), out codes));
        if (account is null)
        {
            await SetUpAsync(context, begun, WordsOf(context).WrongAppCode);
            return;
        }

        _cookies.Welcome.Take(context);
        await page.RenderAsync<RecoveryCodesPage>(
            context, StatusCodes.Status200OK, (nameof(RecoveryCodesPage.Codes), codes), (nameof(RecoveryCodesPage.Next), SignInPath));
    }

    private Task AccountAsync(HttpContext context, string? problem)
    {
        var account = Own(context);
        return page.RenderAsync<AccountPage>(
            context, problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
            (nameof(AccountPage.CodesLeft), account.Credentials?.RecoveryCodes.Length ?? 0),
            (nameof(AccountPage.Problem), problem),
            (nameof(AccountPage.Told), context.Request.Query["told"] == "password" ? WordsOf(context).Changed : null));
    }

    private async Task ChangePasswordAsync(HttpContext context)
    {
        var form = await PageForms.CheckAsync(context);
        var account = Own(context);
        var password = form["password"].ToString();
        if (Fault(context, account.Name, password, form["again"].ToString()) is { } fault)
        {
            await AccountAsync(context, fault);
            return;
        }

        var changed = await Durably.DoAsync(Accounts, () => People.Own.ChangePasswordAsync(
            account, form["current"].ToString(), password, VisitorOf(context), context.RequestAborted));
        if (changed is null)
        {
            await AccountAsync(context, WordsOf(context).WrongOwnPassword);
            return;
        }

        Begin(context, changed);
        OperatorPage.SeeOther(context, AccountPath + "?told=password");
    }

    private async Task RenewCodesAsync(HttpContext context)
    {
        var form = await PageForms.CheckAsync(context);
        var codes = await Durably.DoAsync(Accounts, () => People.Own.RenewCodesAsync(
            Own(context), form["current"].ToString(), VisitorOf(context), context.RequestAborted));
        if (codes is null)
        {
            await AccountAsync(context, WordsOf(context).WrongOwnPassword);
            return;
        }

        await page.RenderAsync<RecoveryCodesPage>(
            context, StatusCodes.Status200OK, (nameof(RecoveryCodesPage.Codes), codes), (nameof(RecoveryCodesPage.Next), AccountPath));
    }

    private async Task SignOutAsync(HttpContext context)
    {
        await PageForms.CheckAsync(context);
        var account = Own(context);
        await Durably.DoAsync(Accounts, () =>
        {
            People.Own.SignOutEverywhere(account, VisitorOf(context));
            return Task.FromResult(account);
        });
        _cookie.Take(context);
        OperatorPage.SeeOther(context, SignInPath);
    }

    /// <summary>The account of whoever asks, as it is now.</summary>
    private Account Own(HttpContext context)
    {
        if (PageGuard.SessionOf(context)?.Account is { } account && People.Users.Find(account.Name) is { } now && now.IsStill(account)) return now;
        throw new ApiProblem(
            StatusCodes.Status403Forbidden, "no-account", "A token has no account", "This is for people who signed in with name and password.");
    }

    private void Begin(HttpContext context, Account account)
    {
        AuditNote.Of(context).Caller = new Caller(
            account.Name, account.Role, CallerProof.Password, VisitorOf(context).From,
            () => People.Users.Find(account.Name) is { } now && now.IsStill(account));
        _cookie.Give(context, Durably.Do("The sessions", () => sources.Sessions.Begin(account, instead: PageGuard.SessionOf(context))));
    }

    private string? Fault(HttpContext context, string name, string password, string again)
    {
        var words = WordsOf(context);
        return PasswordRules.FaultOf(password, name) switch
        {
            PasswordFault.Length => PageFrame.Filled(words.PasswordHint, PasswordRules.Shortest, PasswordRules.Longest),
            PasswordFault.Name => words.IsName,
            PasswordFault.Common => words.IsCommon,
            _ => password == again ? null : words.NotTheSame,
        };
    }

    private Visitor VisitorOf(HttpContext context) => Visitor.Of(context, _cookies.Browser.Read(context));

    private AccountWords WordsOf(HttpContext context) => AccountWords.Of(PageFrame.Of(context, sources.Time).Words);

    private static Task To(HttpContext context, string path)
    {
        OperatorPage.SeeOther(context, path);
        return Task.CompletedTask;
    }
}
