using System.Net.Sockets;
using PodGate.Hosting;
using PodGate.Hosting.Takeover;

namespace PodGate.Tests.Hosting;

/// <summary>The file of the local socket: who may connect, who takes it away, and what is never taken away.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LocalSocketTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-socket-").FullName;

    private string FilePath => Path.Combine(_directory, "podgate.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Bind_Fresh_HasItsMode_AndCanBeConnectedToOnceItListens()
    {
        var local = LocalSocket.Bind(FilePath, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        File.GetUnixFileMode(FilePath).Should().Be(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        this.Invoking(_ => Connect()).Should().Throw<SocketException>("it does not listen yet");
        local.Socket.Listen();
        using (Connect()) local.IsOwn.Should().BeTrue();
        local.Socket.Dispose();
        File.Exists(FilePath).Should().BeTrue("another process may listen at it");
        local.Remove();
        File.Exists(FilePath).Should().BeFalse();
    }

    [Fact]
    public void Bind_WhereAGateWasKilled_TakesItsFileAway()
    {
        using (var dead = Descriptors.BoundTo(FilePath)) dead.Listen();
        File.Exists(FilePath).Should().BeTrue();
        using var socket = LocalSocket.Bind(FilePath, OwnerOnly).Socket;
        socket.Listen();
        using var client = Connect();
        client.Connected.Should().BeTrue();
    }

    [Fact]
    public void Bind_WhereSomebodyListens_IsRefused_AndHarmsHimNot()
    {
        using var other = Descriptors.BoundTo(FilePath);
        other.Listen();
        this.Invoking(_ => LocalSocket.Bind(FilePath, OwnerOnly)).Should().Throw<ListenException>().WithMessage($"Admin.Socket: {FilePath} is listened on by another program*");
        using var client = Connect();
        client.Connected.Should().BeTrue();
    }

    [Fact]
    public void Bind_WhereSomethingElseIs_IsRefused_AndLeavesIt()
    {
        File.WriteAllText(FilePath, "precious");
        this.Invoking(_ => LocalSocket.Bind(FilePath, OwnerOnly)).Should().Throw<ListenException>().WithMessage("*is no socket*");
        File.ReadAllText(FilePath).Should().Be("precious");
        File.Delete(FilePath);
        File.CreateSymbolicLink(FilePath, "/dev/null");
        this.Invoking(_ => LocalSocket.Bind(FilePath, OwnerOnly)).Should().Throw<ListenException>().WithMessage("*is no socket*");
    }

    [Fact]
    public void Bind_WithoutADirectory_SaysWhatWouldBeRight() =>
        this.Invoking(_ => LocalSocket.Bind(Path.Combine(_directory, "nowhere", "podgate.sock"), OwnerOnly)).Should().Throw<ListenException>()
            .WithMessage("Admin.Socket: *cannot be listened on: *directory that is there*");

    [Fact]
    public void Bind_WhereTheProcessBeforeListens_TakesItUp_AndLeavesItsFile()
    {
        using var before = Descriptors.BoundTo(FilePath);
        before.Listen();
        using var inherited = Inherited(before);
        var local = LocalSocket.Bind(FilePath, OwnerOnly, inherited);
        local.IsOwn.Should().BeFalse();
        inherited.Unclaimed.Should().BeEmpty();
        local.Remove();
        File.Exists(FilePath).Should().BeTrue();
        InheritedSockets.CloseHere(local.Socket);
        using (Connect())
        {
            using var taken = before.Accept();
            taken.Connected.Should().BeTrue();
        }

        local.BecomeOwn();
        local.Remove();
        File.Exists(FilePath).Should().BeFalse();
    }

    [Fact]
    public void Bind_WhoseFileWasTakenAwayMeanwhile_BindsANewOne()
    {
        using var before = Descriptors.BoundTo(FilePath);
        before.Listen();
        using var inherited = Inherited(before);
        File.Delete(FilePath);
        var local = LocalSocket.Bind(FilePath, OwnerOnly, inherited);
        using var socket = local.Socket;
        local.IsOwn.Should().BeTrue();
        inherited.Unclaimed.Should().ContainSingle();
    }

    [Fact]
    public async Task ClosedHere_WhileSomebodyWaitsAtIt_ListensOnElsewhere()
    {
        for (var i = 0; i < 20; i++)
        {
            using var theirs = Descriptors.BoundTo(FilePath);
            theirs.Listen();
            using var inherited = Inherited(theirs);
            var ours = inherited.ClaimLocal(FilePath)!;
            ours.Listen();
            var waiting = ours.AcceptAsync();
            InheritedSockets.CloseHere(ours);
            await waiting.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<SocketException>();

            using var client = Connect();
            using var taken = await theirs.AcceptAsync().WaitAsync(Patience);
            await client.SendAsync(new byte[] { 1 });
            (await taken.ReceiveAsync(new byte[1]).WaitAsync(Patience)).Should().Be(1);
            File.Delete(FilePath);
        }
    }

    [Fact]
    public void ADescriptorOfAnotherKind_IsRefused()
    {
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        tcp.Listen();
        this.Invoking(_ => Inherited(tcp)).Should().Throw<ListenException>().WithMessage("*no listening Unix socket*");
    }

    private static InheritedSockets Inherited(Socket socket) =>
        InheritedSockets.Of("the test", [(Ports.SocketKey, Descriptors.Heritable((int)socket.Handle))]);

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(FilePath));
        return client;
    }
}
