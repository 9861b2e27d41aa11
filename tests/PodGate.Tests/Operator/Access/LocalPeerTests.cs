using PodGate.Operator;
using PodGate.Operator.Access;

namespace PodGate.Tests.Operator.Access;

/// <summary>A user of this machine: what it is called in the journal, and what it may.</summary>
public sealed class LocalPeerTests
{
    private const uint Own = 990;

    private static readonly Dictionary<string, string> Roles = new()
    {
        ["anna"] = "operator", ["@oncall"] = "viewer", ["@admins"] = "administrator", ["root"] = "viewer",
    };

    [Theory]
    [InlineData("anna", null, "anna@local")]
    [InlineData("root", "anna", "anna@local")]
    [InlineData("anna@corp.example", null, "anna@corp.example@local")]
    [InlineData("CORP\\anna", null, "uid-1000@local")]
    [InlineData("CORP\\anna", "anna", "anna@local")]
    [InlineData("root", "CORP\\anna", "root@local")]
    [InlineData(null, null, "uid-1000@local")]
    [InlineData("a-name-that-is-longer-than-what-a-journal-takes-for-one-which-is-64-characters", null, "uid-1000@local")]
    public void Name_IsThePersons_AndFitForAJournal(string? user, string? login, string expected) => Peer(1000, user, login: login).Name.Should().Be(expected);

    [Theory]
    [InlineData(0u, "root", "", TokenRole.Administrator)]
    [InlineData(Own, "podgate", "", TokenRole.Administrator)]
    [InlineData(1000u, "anna", "", TokenRole.Operator)]
    [InlineData(1000u, "anna", "oncall", TokenRole.Operator)]
    [InlineData(1000u, "anna", "oncall admins", TokenRole.Administrator)]
    [InlineData(1001u, "otto", "oncall", TokenRole.Viewer)]
    [InlineData(1001u, "otto", "users", null)]
    [InlineData(1001u, "@admins", "", null)]
    [InlineData(1001u, null, "", null)]
    public void Role_IsTheHighestThatFits(uint id, string? user, string groups, object? expected) =>
        Peer(id, user, groups).RoleBy(Roles, Own).Should().Be((TokenRole?)expected);

    [Fact]
    public void From_SaysUserAndProcess() => Peer(1000, "anna").From.Should().Be("local uid 1000 pid 123");

    [Theory]
    [InlineData(CallerProof.Local, "local")]
    [InlineData(CallerProof.Certificate, "certificate")]
    public void Proof_HasItsWord(object proof, string word) => Caller.WordOf((CallerProof)proof).Should().Be(word);

    private static LocalPeer Peer(uint id, string? user, string groups = "", string? login = null) =>
        new(id, 123, user, [.. groups.Split(' ', StringSplitOptions.RemoveEmptyEntries)], login);
}
