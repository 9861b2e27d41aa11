using System.Runtime.Versioning;
using PodGate.Operator;
using PodGate.TestKit;

namespace PodGate.Tests.Operator;

[UnsupportedOSPlatform("windows")]
public sealed class TokenStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-tokens-").FullName;

    private string FilePath => Path.Combine(_directory, TokenFile.Name);

    private string SecretPath => Path.Combine(_directory, TokenStore.OperatorTokenFile);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private TokenStore Initialised()
    {
        TokenStore.Initialise(_directory, TimeProvider.System).Should().BeTrue();
        return Open();
    }

    private TokenStore Open() => TokenStore.Open(_directory, TimeProvider.System);

    [Fact]
    public void Initialise_EmptyDirectory_LeavesOneAdministratorReadableByItsOwnerOnly()
    {
        var store = Initialised();
        var secret = File.ReadAllText(SecretPath);
        secret.Should().MatchRegex("^pg_[A-Za-z0-9_-]{43}\n$");
        store.Find(secret.Trim())!.Role.Should().Be(TokenRole.Administrator);
        foreach (var path in new[] { FilePath, SecretPath })
            File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(FilePath).Should().NotContain(secret.Trim());
        Directory.GetFiles(_directory).Should().HaveCount(2, "nothing temporary stays");
    }

    [Fact]
    public void Tokens_OnceHandedOver_AreChangedNoMore()
    {
        var store = Initialised();
        store.HandsOver = true;
        store.UntilWritten();
        store.Invoking(handed => handed.Add("vera", TokenRole.Viewer, out _)).Should().Throw<ApiProblem>().Which.Status.Should().Be(503);
        store.Invoking(handed => handed.Revoke(TokenStore.InitialName)).Should().Throw<ApiProblem>().Which.RetryAfter.Should().Be(1);
        store.HandsOver = false;
        store.Add("vera", TokenRole.Viewer, out _).Should().Be(TokenResult.Done);
    }

    [Fact]
    public void Expiry_SurvivesReopening_AndIsNoAdministratorToRelyOn()
    {
        var store = Initialised();
        store.Add("anna", TokenRole.Administrator, out var secret, TimeSpan.FromDays(90)).Should().Be(TokenResult.Done);
        var expires = Open().Find(secret!)!.Expires;
        expires.Should().BeCloseTo(DateTimeOffset.UtcNow.AddDays(90), TimeSpan.FromMinutes(1));
        store.Revoke(TokenStore.InitialName).Should().Be(TokenResult.LastAdministrator);
        store.Revoke("anna").Should().Be(TokenResult.Done);
    }

    [Fact]
    public void LastUse_IsKnownAtOnce_AndItsDayAfterReopening()
    {
        var time = new ManualTime();
        TokenStore.Initialise(_directory, time);
        var store = TokenStore.Open(_directory, time);
        var secret = File.ReadAllText(SecretPath).Trim();
        store.LastUse(store.Find(secret)!).Should().BeNull();
        store.Use(store.Find(secret)!, "192.0.2.7");
        var first = time.GetUtcNow();
        store.LastUse(store.Find(secret)!).Should().Be(new TokenUse(first, "192.0.2.7"));
        var written = File.GetLastWriteTimeUtc(FilePath);
        time.Advance(TimeSpan.FromHours(5));
        store.Use(store.Find(secret)!, "192.0.2.8");
        File.GetLastWriteTimeUtc(FilePath).Should().Be(written, "once a day is enough");
        store.LastUse(store.Find(secret)!).Should().Be(new TokenUse(time.GetUtcNow(), "192.0.2.8"));
        var again = TokenStore.Open(_directory, time);
        again.LastUse(again.Find(secret)!).Should().Be(new TokenUse(first, null));
        time.Advance(TimeSpan.FromHours(20));
        again.Use(again.Find(secret)!, "192.0.2.9");
        TokenStore.Open(_directory, time).Tokens[0].Used.Should().Be(time.GetUtcNow());
    }

    [Fact]
    public void LastUse_ThatCannotBeWritten_IsKnownAllTheSame_AndNotTriedAtEachRequest()
    {
        var time = new ManualTime();
        TokenStore.Initialise(_directory, time);
        var store = TokenStore.Open(_directory, time);
        var token = store.Tokens[0];
        Directory.Delete(_directory, recursive: true);
        store.Invoking(used => used.Use(token, "here")).Should().Throw<IOException>();
        store.Invoking(used => used.Use(token, "there")).Should().NotThrow();
        store.LastUse(token)!.From.Should().Be("there");
        Directory.CreateDirectory(_directory);
        time.Advance(TimeSpan.FromMinutes(2));
        store.Use(token, "there");
        TokenStore.Open(_directory, time).Tokens[0].Used.Should().Be(time.GetUtcNow());
    }

    [Fact]
    public void Initialise_Twice_KeepsTheFirst()
    {
        Initialised();
        var secret = File.ReadAllText(SecretPath);
        TokenStore.Initialise(_directory, TimeProvider.System).Should().BeFalse();
        File.ReadAllText(SecretPath).Should().Be(secret);
    }

    [Fact]
    public void Tokens_AddedAndRevoked_AreSoAfterReopening()
    {
        var store = Initialised();
        store.Add("vera", TokenRole.Viewer, out var vera).Should().Be(TokenResult.Done);
        store.Add("otto", TokenRole.Operator, out var otto).Should().Be(TokenResult.Done);
        store.Revoke("vera").Should().Be(TokenResult.Done);
        foreach (var reader in new[] { store, Open() })
        {
            reader.Find(vera!).Should().BeNull();
            reader.Find(otto!)!.Name.Should().Be("otto");
        }

        File.GetUnixFileMode(FilePath).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Revoke_LastAdministrator_IsRefusedUntilThereIsAnother()
    {
        var store = Initialised();
        store.Revoke(TokenStore.InitialName).Should().Be(TokenResult.LastAdministrator);
        store.Add("root2", TokenRole.Administrator, out _).Should().Be(TokenResult.Done);
        store.Revoke(TokenStore.InitialName).Should().Be(TokenResult.Done);
        store.Revoke("root2").Should().Be(TokenResult.LastAdministrator);
        store.Revoke("nobody").Should().Be(TokenResult.Unknown);
    }

    [Fact]
    public void Revoke_LastAdministrator_WithTheLocalSocket_IsDone_AndTheFileIsWhole()
    {
        TokenStore.Initialise(_directory, TimeProvider.System, TokenStore.FirstLasts);
        var store = TokenStore.Open(_directory, TimeProvider.System, hasLocal: true);
        store.HasLastingAdministrator.Should().BeFalse();
        store.Tokens[0].Expires.Should().BeCloseTo(DateTimeOffset.UtcNow.AddHours(24), TimeSpan.FromMinutes(1));
        store.Revoke(TokenStore.InitialName).Should().Be(TokenResult.Done);
        TokenStore.Open(_directory, TimeProvider.System, hasLocal: true).Tokens.Should().BeEmpty();
        this.Invoking(_ => Open()).Should().Throw<TokenFileException>().WithMessage("*no administrator*Admin.Socket*");
    }

    [Theory]
    [InlineData("anna@local")]
    [InlineData("Anna@LOCAL")]
    public void Name_OfALocalUser_IsNoTokens_ButOneFromBeforeOpensWhatItOpened(string name)
    {
        var store = Initialised();
        store.Invoking(s => s.Add(name, TokenRole.Viewer, out _)).Should().Throw<ArgumentException>();
        store.Add("anna", TokenRole.Viewer, out var secret);
        File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace("\"anna\"", $"\"{name}\""));
        Open().Find(secret!)!.Name.Should().Be(name);
    }

    [Fact]
    public void Add_NameTaken_IsRefused()
    {
        var store = Initialised();
        store.Add(TokenStore.InitialName, TokenRole.Viewer, out var secret).Should().Be(TokenResult.Exists);
        secret.Should().BeNull();
    }

    [Fact]
    public void Change_DirectoryCannotBeWritten_ThrowsAndChangesNothing()
    {
        var store = Initialised();
        File.Delete(FilePath);
        // A directory in the file's place fails for root, too, where permissions would not.
        Directory.CreateDirectory(FilePath);
        var add = () => store.Add("vera", TokenRole.Viewer, out _);
        add.Should().Throw<Exception>().Which.Should().Match<Exception>(exception => exception is IOException || exception is UnauthorizedAccessException);
        store.Tokens.Should().ContainSingle();
        Directory.Delete(FilePath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pg_")]
    [InlineData("Bearer")]
    [InlineData("pg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Find_WrongSecret_IsNobody(string secret) => Initialised().Find(secret).Should().BeNull();

    [Fact]
    public void Open_NoFile_SaysInit()
    {
        var open = Open;
        open.Should().Throw<TokenFileException>().WithMessage("*--init*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"format":2,"tokens":[]}""")]
    [InlineData("""{"format":1,"tokens":[]}""")]
    [InlineData("""{"format":1,"tokens":[null]}""")]
    [InlineData("""{"format":1,"tokens":[{"name":"a","role":"administrator","created":"2026-01-01T00:00:00Z","sha256":"00"}]}""")]
    [InlineData("""{"format":1,"tokens":[{"name":"a","role":"king","created":"2026-01-01T00:00:00Z","sha256":"ZEROS"}]}""")]
    [InlineData("""{"format":1,"tokens":[{"name":"a","role":"viewer","created":"2026-01-01T00:00:00Z","sha256":"ZEROS"}]}""")]
    public void Open_DamagedFile_IsRefusedWithWhatToDo(string content)
    {
        File.WriteAllText(FilePath, content.Replace("ZEROS", new string('0', 64)));
        var open = Open;
        open.Should().Throw<TokenFileException>().WithMessage("*damaged*--init*");
    }

    [Fact]
    public void Open_FileTruncatedAnywhere_IsRefusedOrWhole()
    {
        var store = Initialised();
        store.Add("vera", TokenRole.Viewer, out _);
        var whole = File.ReadAllBytes(FilePath);
        for (var length = 0; length < whole.Length - 1; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            var open = Open;
            open.Should().Throw<TokenFileException>($"of {whole.Length} bytes {length} are left");
        }
    }
}
