using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Operator;
using PodGate.Operator.Accounts;
using PodGate.Operator.Page;

namespace PodGate.Tests.Operator.Accounts;

[UnsupportedOSPlatform("windows")]
public sealed class UserStoreTests : IDisposable
{
    private readonly AccountRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Accounts_SetUp_AreSoAfterReopening_WithoutAnythingThatOpens()
    {
        var anna = await _rig.SetUpAsync("anna", TokenRole.Administrator);
        File.GetUnixFileMode(_rig.FilePath).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var text = await File.ReadAllTextAsync(_rig.FilePath);
        text.Should().NotContain(AccountRig.Password);
        foreach (var code in anna.Codes) text.Should().NotContain(code);
        anna.Codes.Should().HaveCount(UserStore.RecoveryCodes).And.OnlyHaveUniqueItems();
        _rig.Reopen();
        _rig.Users.Find("anna").Should().Match<Account>(account => account.Role == TokenRole.Administrator && account.Invitation == null);
        (await _rig.SignInAsync(anna)).Should().NotBeNull();
    }

    [Fact]
    public void NoFile_IsNoAccounts() => _rig.Users.Accounts.Should().BeEmpty();

    [Fact]
    public async Task Invitation_OpensOnce_AndForADay()
    {
        _rig.Users.Add("anna", TokenRole.Operator, out var invitation);
        _rig.Users.Invited("not an invitation").Should().BeNull();
        _rig.Time.Advance(UserStore.InvitationLasts - TimeSpan.FromSeconds(1));
        _rig.Users.Invited(invitation!.ToLowerInvariant())!.Name.Should().Be("anna");
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        _rig.Users.Invited(invitation).Should().BeNull();
        _rig.Users.Reset("anna", null, out var another).Should().Be(UserResult.Done);
        _rig.Users.Invited(invitation).Should().BeNull();
        await _rig.SetUpWithAsync(another!);
        _rig.Users.Invited(another!).Should().BeNull();
    }

    [Fact]
    public async Task Invitation_UsedByTwo_SetsUpForTheFirstOnly()
    {
        _rig.Users.Add("anna", TokenRole.Operator, out var invitation);
        var account = _rig.Users.Invited(invitation!)!;
        var late = await _rig.People.Welcome.BeginAsync(account, AccountRig.Password, CancellationToken.None);
        await _rig.SetUpWithAsync(invitation!);
        _rig.People.Welcome.Find(late).Should().BeNull();
        _rig.Users.SetUp(account, "hash", [1], 1, out _).Should().BeNull();
    }

    [Fact]
    public async Task Code_OpensOnce_AlsoAfterARestart()
    {
        var anna = await _rig.SetUpAsync("anna");
        var code = _rig.CodeOf(anna.Secret);
        (await _rig.SignInAsync(anna, code: code)).Should().NotBeNull();
        (await _rig.SignInAsync(anna, code: code)).Should().BeNull("one step later it would still be taken from who has not used it");
        _rig.Reopen();
        (await _rig.SignInAsync(anna, code: code)).Should().BeNull();
    }

    [Fact]
    public async Task RecoveryCode_OpensOnce_AlsoAfterARestart()
    {
        var anna = await _rig.SetUpAsync("anna");
        (await _rig.SignInAsync(anna, code: anna.Codes[3].ToLowerInvariant())).Should().NotBeNull();
        _rig.Users.Find("anna")!.Credentials!.RecoveryCodes.Length.Should().Be(UserStore.RecoveryCodes - 1);
        _rig.Reopen();
        (await _rig.SignInAsync(anna, code: anna.Codes[3])).Should().BeNull();
        (await _rig.SignInAsync(anna, code: anna.Codes[4])).Should().NotBeNull();
    }

    [Fact]
    public async Task RecoveryCodes_Renewed_EndThoseOfBefore()
    {
        var anna = await _rig.SetUpAsync("anna");
        var home = AccountRig.From("192.0.2.1");
        (await _rig.People.Own.RenewCodesAsync(_rig.Users.Find("anna")!, "not the password", home, CancellationToken.None)).Should().BeNull();
        var codes = await _rig.People.Own.RenewCodesAsync(_rig.Users.Find("anna")!, AccountRig.Password, home, CancellationToken.None);
        (await _rig.SignInAsync(anna, code: anna.Codes[0])).Should().BeNull();
        (await _rig.SignInAsync(anna, code: codes![0])).Should().NotBeNull();
    }

    [Fact]
    public async Task Names_AreOfOneTokenOrOneAccount()
    {
        await _rig.SetUpAsync("anna");
        _rig.Tokens.Add("ci", TokenRole.Viewer, out _);
        _rig.Users.Add("ci", TokenRole.Viewer, out var none).Should().Be(UserResult.Exists);
        none.Should().BeNull();
        _rig.Users.Add("anna", TokenRole.Viewer, out _).Should().Be(UserResult.Exists);
        _rig.Tokens.Add("anna", TokenRole.Viewer, out _).Should().Be(TokenResult.Exists);
    }

    [Fact]
    public async Task LastAdministrator_TokenOrAccount_Stays()
    {
        _rig.Users.Add("anna", TokenRole.Administrator, out var invitation);
        _rig.Tokens.Revoke(TokenStore.InitialName).Should().Be(TokenResult.LastAdministrator, "who only was invited is none to rely on");
        var anna = await _rig.SetUpWithAsync(invitation!);
        _rig.Tokens.Revoke(TokenStore.InitialName).Should().Be(TokenResult.Done);
        _rig.Users.Remove("anna").Should().Be(UserResult.LastAdministrator);
        _rig.Users.Reset("anna", null, out var none).Should().Be(UserResult.LastAdministrator);
        none.Should().BeNull();
        _rig.Reopen();
        (await _rig.SignInAsync(anna)).Should().NotBeNull();
        _rig.Tokens.Add("root", TokenRole.Administrator, out _);
        _rig.Users.Remove("anna").Should().Be(UserResult.Done);
        _rig.Users.Remove("anna").Should().Be(UserResult.Unknown);
    }

    [Fact]
    public async Task Browsers_OfAnAccount_AreBounded_AndForgottenWhenItIsSignedOutEverywhere()
    {
        var anna = await _rig.SetUpAsync("anna");
        var first = (await _rig.SignInAsync(anna))!;
        for (var i = 0; i < UserStore.MostBrowsers - 1; i++) await _rig.SignInAsync(anna);
        _rig.Users.Find("anna")!.Knows(first).Should().BeTrue();
        var last = (await _rig.SignInAsync(anna))!;
        var now = _rig.Users.Find("anna")!;
        (now.Browsers.Length, now.Knows(first), now.Knows(last)).Should().Be((UserStore.MostBrowsers, false, true));
        _rig.People.Own.SignOutEverywhere(now, AccountRig.From("192.0.2.1"));
        _rig.Users.Find("anna")!.Knows(last).Should().BeFalse();
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("remove")]
    [InlineData("password")]
    [InlineData("everywhere")]
    public async Task Session_OfAnAccount_OutlivesARestart_AndEndsWithWhatItRestsOn(string how)
    {
        await _rig.SetUpAsync("anna");
        SessionStore Open() => new(new SessionFile(_rig.Directory, NullLogger.Instance), _rig.Tokens, _rig.Users, _rig.Time);
        var secret = Open().Begin(_rig.Users.Find("anna")!);
        _rig.Reopen();
        var sessions = Open();
        var session = sessions.Find(secret)!;
        (session.Name, session.Role, session.Token).Should().Be(("anna", TokenRole.Operator, (Token?)null));
        var (account, home) = (_rig.Users.Find("anna")!, AccountRig.From("192.0.2.1"));
        if (how == "reset") _rig.Users.Reset("anna", TokenRole.Viewer, out _);
        else if (how == "remove") _rig.Users.Remove("anna");
        else if (how == "password") await _rig.People.Own.ChangePasswordAsync(account, AccountRig.Password, "another password", home, CancellationToken.None);
        else _rig.People.Own.SignOutEverywhere(account, home);
        sessions.IsStillOpen(session).Should().BeFalse();
        sessions.Find(secret).Should().BeNull();
        Open().Find(secret).Should().BeNull();
    }

    [Fact]
    public void Sessions_OfTheVersionBefore_AreRead()
    {
        var hash = Convert.ToHexStringLower(_rig.Tokens.Tokens[0].Hash.AsSpan());
        var of = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("a cookie"u8));
        File.WriteAllText(Path.Combine(_rig.Directory, SessionFile.Name), $$"""[{"sha256":"{{of}}","token":"{{hash}}","until":"2100-01-01T00:00:00+00:00"}]""");
        var sessions = new SessionStore(new SessionFile(_rig.Directory, NullLogger.Instance), _rig.Tokens, _rig.Users, _rig.Time);
        sessions.Find("a cookie")!.Name.Should().Be(TokenStore.InitialName);
    }

    [Fact]
    public async Task Accounts_OnceHandedOver_AreChangedNoMore()
    {
        var anna = await _rig.SetUpAsync("anna");
        _rig.Tokens.HandsOver = true;
        _rig.Users.Invoking(users => users.Add("otto", TokenRole.Viewer, out _)).Should().Throw<ApiProblem>().Which.Status.Should().Be(503);
        _rig.Users.Invoking(users => users.Remove("anna")).Should().Throw<ApiProblem>();
        await _rig.Invoking(rig => rig.SignInAsync(anna)).Should().ThrowAsync<ApiProblem>();
        _rig.Tokens.HandsOver = false;
        _rig.Time.Advance(OneTimeCode.Step);
        (await _rig.SignInAsync(anna)).Should().NotBeNull();
    }

    [Fact]
    public async Task Change_ThatCannotBeWritten_IsNotMade()
    {
        var anna = await _rig.SetUpAsync("anna");
        var content = await File.ReadAllBytesAsync(_rig.FilePath);
        File.Delete(_rig.FilePath);
        Directory.CreateDirectory(_rig.FilePath);
        var code = _rig.CodeOf(anna.Secret);
        await _rig.Invoking(rig => rig.SignInAsync(anna, code: code)).Should().ThrowAsync<Exception>().Where(e => e is IOException || e is UnauthorizedAccessException);
        Directory.Delete(_rig.FilePath);
        await File.WriteAllBytesAsync(_rig.FilePath, content);
        (await _rig.SignInAsync(anna, code: code)).Should().NotBeNull("it was not spent");
    }
}
