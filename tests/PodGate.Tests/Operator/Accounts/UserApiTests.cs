using System.Net;
using System.Net.Http.Json;
using PodGate.Operator;
using PodGate.Operator.Accounts;

namespace PodGate.Tests.Operator.Accounts;

/// <summary>People, as an administrator invites and removes them.</summary>
public sealed class UserApiTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task People_InvitedListedResetRemoved_AreTold()
    {
        using var made = await SendAsync(HttpMethod.Post, "", """{"name":"anna@example.org","role":"operator"}""");
        made.StatusCode.Should().Be(HttpStatusCode.Created);
        var invitation = (await made.Content.ReadFromJsonAsync(ApiJson.Default.InvitationJson))!;
        (invitation.Name, invitation.Role).Should().Be(("anna@example.org", "operator"));
        invitation.Until.Should().BeCloseTo(_rig.Time.GetUtcNow() + UserStore.InvitationLasts, TimeSpan.FromMinutes(1));
        _rig.Users.Invited(invitation.Code)!.Name.Should().Be("anna@example.org");
        var told = (await ListAsync()).Should().ContainSingle().Subject;
        told.Should().BeEquivalentTo(new { Name = "anna@example.org", IsSetUp = false, InvitedUntil = (DateTimeOffset?)invitation.Until, RecoveryCodes = 0 });

        using var twice = await SendAsync(HttpMethod.Post, "", """{"name":"anna@example.org","role":"viewer"}""");
        await AdminPortTests.ShouldBeProblemAsync(twice, HttpStatusCode.Conflict, "exists");
        using var token = await _rig.SendAsync(HttpMethod.Post, "/api/v1/tokens", _rig.Administrator, """{"name":"anna@example.org","role":"viewer"}""");
        await AdminPortTests.ShouldBeProblemAsync(token, HttpStatusCode.Conflict, "exists");

        using var reset = await SendAsync(HttpMethod.Post, "/anna@example.org/reset", """{"role":"viewer"}""");
        var again = (await reset.Content.ReadFromJsonAsync(ApiJson.Default.InvitationJson))!;
        again.Role.Should().Be("viewer");
        _rig.Users.Invited(invitation.Code).Should().BeNull();
        _rig.Users.Invited(again.Code).Should().NotBeNull();

        using var removed = await SendAsync(HttpMethod.Delete, "/anna@example.org");
        removed.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Pause_IsTold_AndEndsWhenAnAdministratorSaysSo()
    {
        (await SendAsync(HttpMethod.Post, "", """{"name":"anna","role":"operator"}""")).Dispose();
        var stranger = AccountRig.From("192.0.2.7");
        for (var i = 0; i < Pauses.FailuresToPause; i++)
            (await _rig.People.SignIn.BeginAsync("anna", "not the password", "/", stranger, CancellationToken.None)).Should().BeNull();
        (await ListAsync())[0].PausedUntil.Should().NotBeNull();
        using var unlocked = await SendAsync(HttpMethod.Delete, "/anna/pause");
        unlocked.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await ListAsync())[0].PausedUntil.Should().BeNull();
    }

    [Fact]
    public async Task Invitation_IsNotKeptForARepeat()
    {
        using var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/users", _rig.Administrator, """{"name":"anna","role":"operator"}""",
            more: request => request.Headers.Add("Idempotency-Key", "once"));
        await AdminPortTests.ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest, "bad-request");
        _rig.Users.Accounts.Should().BeEmpty();
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null) =>
        _rig.SendAsync(method, "/api/v1/users" + path, _rig.Administrator, body);

    private async Task<IReadOnlyList<UserJson>> ListAsync()
    {
        using var answer = await SendAsync(HttpMethod.Get, "");
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.IReadOnlyListUserJson))!;
    }
}
