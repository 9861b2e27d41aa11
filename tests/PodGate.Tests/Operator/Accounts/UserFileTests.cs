using PodGate.Operator;
using PodGate.Operator.Accounts;

namespace PodGate.Tests.Operator.Accounts;

public sealed class UserFileTests : IDisposable
{
    private readonly AccountRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"format":2,"users":[]}""")]
    [InlineData("""{"format":1,"users":[null]}""")]
    [InlineData("""{"format":1,"users":[],"colour":"red"}""")]
    [InlineData("""{"format":1,"users":[{"name":"anna","role":"viewer","created":"2026-01-01T00:00:00Z","mark":"00","browsers":[]}]}""")]
    [InlineData("""{"format":1,"users":[{"name":"anna","role":"king","created":"2026-01-01T00:00:00Z","mark":"00","browsers":[],INVITATION}]}""")]
    [InlineData("""{"format":1,"users":[{"name":"an na","role":"viewer","created":"2026-01-01T00:00:00Z","mark":"00","browsers":[],INVITATION}]}""")]
    [InlineData("""{"format":1,"users":[{"name":"anna","role":"viewer","created":"2026-01-01T00:00:00Z","mark":"0","browsers":[],INVITATION}]}""")]
    [InlineData("""{"format":1,"users":[{"name":"anna","role":"viewer","created":"2026-01-01T00:00:00Z","mark":"00","browsers":[null],INVITATION}]}""")]
    [InlineData("""{"format":1,"users":[{"name":"anna","role":"viewer","created":"2026-01-01T00:00:00Z","mark":"00","browsers":[],INVITATION,CREDENTIALS}]}""")]
    [InlineData("""{"format":1,"users":[{"name":"anna","role":"viewer","created":"2026-01-01T00:00:00Z","mark":"00","browsers":[],"credentials":{"password":"x","secret":"00","lastStep":1,"recoveryCodes":[]}}]}""")]
    [InlineData("""{"format":1,"users":[{"name":"administrator","role":"viewer","created":"2026-01-01T00:00:00Z","mark":"00","browsers":[],INVITATION}]}""")]
    public void Open_DamagedFile_IsRefusedWithWhatToDo(string content)
    {
        const string Invitation = """ "invitation":{"sha256":"00","until":"2026-01-01T00:00:00Z"} """;
        const string Credentials = """ "credentials":{"password":"AQ==","secret":"00","lastStep":1,"recoveryCodes":[]} """;
        File.WriteAllText(_rig.FilePath, content.Replace("INVITATION", Invitation, StringComparison.Ordinal).Replace("CREDENTIALS", Credentials, StringComparison.Ordinal));
        _rig.Invoking(rig => rig.Reopen()).Should().Throw<TokenFileException>().WithMessage("*users.json is damaged*podgate user add*");
    }

    [Fact]
    public async Task Open_FileTruncatedAnywhere_IsRefused()
    {
        await _rig.SetUpAsync("anna");
        _rig.Users.Add("otto", TokenRole.Viewer, out _);
        var whole = await File.ReadAllBytesAsync(_rig.FilePath);
        for (var length = 0; length < whole.Length - 1; length++)
        {
            await File.WriteAllBytesAsync(_rig.FilePath, whole[..length]);
            _rig.Invoking(rig => rig.Reopen()).Should().Throw<TokenFileException>($"of {whole.Length} bytes {length} are left");
        }

        await File.WriteAllBytesAsync(_rig.FilePath, whole);
        _rig.Reopen();
        _rig.Users.Accounts.Should().HaveCount(2);
    }

    [Fact]
    public async Task Open_WithoutAnyAdministrator_IsRefused()
    {
        await _rig.SetUpAsync("anna", TokenRole.Administrator);
        _rig.Tokens.Revoke(TokenStore.InitialName).Should().Be(TokenResult.Done);
        File.WriteAllText(_rig.FilePath, """{"format":1,"users":[]}""");
        _rig.Invoking(rig => rig.Reopen()).Should().Throw<TokenFileException>().WithMessage("*has an administrator*");
        File.Delete(_rig.FilePath);
        _rig.Invoking(rig => rig.Reopen()).Should().Throw<TokenFileException>().WithMessage("*tokens.json*no administrator*--init*");
    }
}
