using PodGate.Operator.Accounts;

namespace PodGate.Tests.Cli;

/// <summary>People, from the command line.</summary>
public sealed class UserTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task People_AreInvitedListedResetUnlockedAndRemoved()
    {
        IReadOnlyList<UserJson> list =
        [
            new UserJson("anna", "operator", Samples.Now, true) { LastSignIn = Samples.Now.AddHours(1), RecoveryCodes = 9 },
            new UserJson("otto", "viewer", Samples.Now, false) { InvitedUntil = Samples.Now.AddDays(1) },
            new UserJson("vera", "viewer", Samples.Now, true) { RecoveryCodes = 10, PausedUntil = Samples.Now.AddMinutes(4) },
        ];
        var invitation = new InvitationJson("anna@home", "operator", "ABCD-EFGH", Samples.Now.AddDays(1));
        await using var gate = await FakeGate.StartAsync(asked => (asked.Method, asked.Target.Split('/')[^1]) switch
        {
            ("GET", "users") => Told.Json(list),
            ("POST", "users") => Told.Json(invitation, 201),
            ("POST", "reset") => Told.Json(invitation),
            ("DELETE", _) => new Told(204, null, ""),
            _ => Told.Problem(404, "There is nothing here."),
        });
        var added = await _cli.RunAsync(gate, "user", "add", "anna@home", "--role", "operator");
        (added.Code, added.Output).Should().Be((0, "ABCD-EFGH" + Environment.NewLine), "the code alone is what was asked for");
        added.Error.Should().Contain("until 2026-11-23 14:10:00Z").And.Contain("/welcome").And.Contain("never again").And.NotContain("ABCD");
        gate.Only("POST").Body.Should().Be("""{"name":"anna@home","role":"operator"}""");

        var listed = (await _cli.RunAsync(gate, "user", "list")).Output.Split('\n');
        listed[1].Should().MatchRegex("^anna +operator +set up +2026-11-22 15:10:00Z +9 *$");
        listed[2].Should().MatchRegex("^otto +viewer +invited until 2026-11-23 14:10:00Z +never *$");
        listed[3].Should().MatchRegex("^vera +viewer +paused until 2026-11-22 14:14:00Z +never +10 *$");

        (await _cli.RunAsync(gate, "user", "reset", "anna@home", "--role", "viewer")).Output.Should().Be("ABCD-EFGH" + Environment.NewLine);
        gate.Requests.Last().Body.Should().Be("""{"role":"viewer"}""");
        (await _cli.RunAsync(gate, "user", "reset", "anna@home")).Code.Should().Be(0);
        gate.Requests.Last().Body.Should().Be("{}");
        (await _cli.RunAsync(gate, "user", "unlock", "anna")).Output.Should().Be("Nobody has to wait who wants to sign in as anna." + Environment.NewLine);
        gate.Requests.Last().Target.Should().Be("/api/v1/users/anna/pause");
        (await _cli.RunAsync(gate, "user", "remove", "anna")).Output.Should().Be("The account of anna is removed." + Environment.NewLine);
        gate.Requests.Last().Target.Should().Be("/api/v1/users/anna");
    }
}
