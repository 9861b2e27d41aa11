using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PodGate.Control.Configuration;
using PodGate.Hosting.Takeover;
using PodGate.Operator;

namespace PodGate.Tests.Operator.Access;

/// <summary>Requests at the local socket: the kernel says who it is, and everything else is as at the port.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LocalUserTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync(local: UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task OwnUser_WithoutAToken_IsAdministrator_AndTheJournalSaysWho()
    {
        using var client = Client();
        (await client.GetAsync("/api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.OK);
        using var drained = await client.PostAsync("/api/v1/pods/pod-a/drain", new StringContent("""{"reason":"new disk"}""", Encoding.UTF8, "application/json"));
        drained.StatusCode.Should().Be(HttpStatusCode.OK);
        var events = await client.GetFromJsonAsync("/api/v1/events", ApiJson.Default.EventsJson);
        events!.Events.Single(happened => happened.Sentence.Contains("new disk", StringComparison.Ordinal)).Who.Should().MatchRegex("^[^@]+@local$");
    }

    [Fact]
    public async Task Token_AtTheSocket_CountsAsItself()
    {
        using var client = Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", _rig.Viewer);
        (await client.GetAsync("/api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.Forbidden, "vera is a viewer wherever she asks");
        _rig.Tokens.LastUse(_rig.Tokens.Find(_rig.Viewer)!)!.From.Should().StartWith("local uid ");
        client.DefaultRequestHeaders.Authorization = new("Bearer", "pg_nobody");
        (await client.GetAsync("/api/v1/pods")).StatusCode.Should().Be(HttpStatusCode.Unauthorized, "who shows a token is known by that alone");
    }

    [Theory]
    [InlineData("localhost:9090", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Host_IsCheckedAtTheSocketToo(string host, HttpStatusCode status)
    {
        // A forwarded socket is a port of this machine to a browser.
        using var client = Client();
        client.DefaultRequestHeaders.Host = host;
        (await client.GetAsync("/api/v1/pods")).StatusCode.Should().Be(status);
    }

    [Fact]
    public async Task Page_AtTheSocket_AsksToSignIn_AndAnotherSiteChangesNothing()
    {
        using var client = Client();
        using var page = await client.GetAsync("/");
        page.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        page.Headers.Location!.ToString().Should().StartWith("/sign-in");
        client.DefaultRequestHeaders.Add("Origin", "http://evil.example");
        (await client.PostAsync("/api/v1/reload", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task AnotherUser_HasTheRoleThatTheConfigurationGives_AndNoneWithoutOne()
    {
        // Only root can be somebody else.
        if (Descriptors.User() != 0) return;
        var refused = await AskAsNobodyAsync("/api/v1/pods");
        refused.Status.Should().Be(401);
        refused.Body.GetProperty("detail").GetString().Should().Contain("nobody").And.Contain("Admin.SocketRoles");

        _rig.Settings = Roles(("nobody", "viewer"));
        (await AskAsNobodyAsync("/api/v1/pods")).Status.Should().Be(200);
        var low = await AskAsNobodyAsync("/api/v1/tokens");
        low.Status.Should().Be(403);
        low.Body.GetProperty("detail").GetString().Should().Contain("nobody@local is a viewer");

        _rig.Settings = Roles(("@nogroup", "administrator"));
        (await AskAsNobodyAsync("/api/v1/tokens")).Status.Should().Be(200);
    }

    [Fact]
    public async Task EventStream_EndsWhenTheRoleIsTakenAway()
    {
        if (Descriptors.User() != 0) return;
        _rig.Settings = Roles(("nobody", "viewer"));
        using var asks = Start("/api/v1/events/stream?after=0");
        var first = new char[1];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        (await asks.StandardOutput.ReadAsync(first.AsMemory(), limit.Token)).Should().Be(1, "the stream has begun");
        _rig.Settings = new AdminSettings();
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/freeze", _rig.Operator, """{"reason":"something happens","for":"00:05:00"}""")).EnsureSuccessStatusCode();
        await asks.WaitForExitAsync(limit.Token);
    }

    private static AdminSettings Roles(params (string Who, string Role)[] roles) =>
        new() { SocketRoles = roles.ToImmutableSortedDictionary(one => one.Who, one => one.Role, StringComparer.Ordinal) };

    private HttpClient Client() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_rig.SocketPath), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost/"), Timeout = TimeSpan.FromSeconds(20) };

    private async Task<(int Status, JsonElement Body)> AskAsNobodyAsync(string path)
    {
        using var asks = Start(path);
        var output = await asks.StandardOutput.ReadToEndAsync();
        await asks.WaitForExitAsync();
        var end = output.LastIndexOf('\n');
        return (int.Parse(output[(end + 1)..], System.Globalization.CultureInfo.InvariantCulture), JsonDocument.Parse(output[..end]).RootElement);
    }

    private Process Start(string path) => Process.Start(new ProcessStartInfo("setpriv",
    [
        "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
        "curl", "-s", "-N", "--max-time", "30", "--unix-socket", _rig.SocketPath, "-w", "\n%{http_code}", "http://localhost" + path,
    ])
    { RedirectStandardOutput = true })!;
}
