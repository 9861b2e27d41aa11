using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Operator;
using PodGate.Operator.Accounts;
using PodGate.TestKit;

namespace PodGate.Tests.Operator.Accounts;

/// <summary>Accounts in a state directory of their own, on a clock that the test sets, with hashes that cost nothing: what a hash costs is tested by itself.</summary>
internal sealed class AccountRig : IDisposable
{
    public const string Password = "correct horse battery";

    public AccountRig()
    {
        TokenStore.Initialise(Directory, Time);
        Reopen();
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("podgate-accounts-").FullName;

    public string FilePath => Path.Combine(Directory, UserFile.Name);

    public ManualTime Time { get; } = new();

    public TokenStore Tokens { get; private set; } = null!;

    public UserStore Users { get; private set; } = null!;

    public People People { get; private set; } = null!;

    public static Visitor From(string address, string? browser = null) => new(address, Visitor.NetworkOf(IPAddress.Parse(address)), browser);

    /// <summary>What another process would find.</summary>
    public void Reopen(int iterations = 1)
    {
        Tokens = TokenStore.Open(Directory, Time);
        Users = UserStore.Open(Directory, Tokens, Time);
        People = new People(Users, Time, Time, NullLogger.Instance, iterations);
    }

    /// <summary>The code that an app shows now.</summary>
    public string CodeOf(ImmutableArray<byte> secret) => OneTimeCode.Of(secret.AsSpan(), OneTimeCode.StepOf(Time.GetUtcNow()));

    /// <summary>Invites a person, who sets the account up and waits for the next code.</summary>
    public async Task<SetUpAccount> SetUpAsync(string name, TokenRole role = TokenRole.Operator)
    {
        Users.Add(name, role, out var invitation).Should().Be(UserResult.Done);
        return await SetUpWithAsync(invitation!);
    }

    public async Task<SetUpAccount> SetUpWithAsync(string invitation)
    {
        var home = From("192.0.2.1");
        var account = People.Welcome.Invited(invitation, home)!;
        var secret = await People.Welcome.BeginAsync(account, Password, CancellationToken.None);
        var begun = People.Welcome.Find(secret)!;
        People.Welcome.Finish(secret, begun, CodeOf(begun.Secret), home, out var codes).Should().NotBeNull();
        Time.Advance(OneTimeCode.Step);
        return new SetUpAccount(account.Name, begun.Secret, codes);
    }

    /// <summary>Signs in, and gives back what the browser keeps; null when something was wrong.</summary>
    public async Task<string?> SignInAsync(SetUpAccount person, string? browser = null, string address = "192.0.2.1", string? code = null)
    {
        var visitor = From(address, browser);
        if (await People.SignIn.BeginAsync(person.Name, Password, "/", visitor, CancellationToken.None) is not { } half) return null;
        var signedIn = People.SignIn.Finish(half, People.SignIn.Find(half)!, code ?? CodeOf(person.Secret), visitor);
        Time.Advance(OneTimeCode.Step);
        return signedIn?.Browser;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

/// <summary>A person with an account, and what the person has of it.</summary>
internal sealed record SetUpAccount(string Name, ImmutableArray<byte> Secret, IReadOnlyList<string> Codes);
