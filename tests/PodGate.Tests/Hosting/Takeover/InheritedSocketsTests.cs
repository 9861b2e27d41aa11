using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Configuration;
using PodGate.Hosting;
using PodGate.Hosting.Takeover;

namespace PodGate.Tests.Hosting.Takeover;

/// <summary>Listening sockets that somebody else opened and still has: they are claimed by address, and closing them here harms nobody there.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class InheritedSocketsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task ClosedHere_WhileSomebodyWaitsAtIt_ListensOnElsewhere_AndResetsNobody()
    {
        for (var i = 0; i < 20; i++)
        {
            using var theirs = Listening();
            var ours = new Socket(new SafeSocketHandle(Descriptors.Heritable((int)theirs.Handle), ownsHandle: true));
            var waiting = ours.AcceptAsync();
            InheritedSockets.CloseHere(ours);
            await waiting.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<SocketException>();
            InheritedSockets.CloseHere(ours);

            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync((IPEndPoint)theirs.LocalEndPoint!).WaitAsync(Patience);
            using var taken = await theirs.AcceptAsync().WaitAsync(Patience);
            taken.LingerState!.Enabled.Should().BeFalse("else what is closed with something unread is reset");
        }
    }

    [Fact]
    public async Task AQueuedConnection_SurvivesThatOneOfBothCloses()
    {
        using var theirs = Listening();
        var ours = new Socket(new SafeSocketHandle(Descriptors.Heritable((int)theirs.Handle), ownsHandle: true));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync((IPEndPoint)theirs.LocalEndPoint!);
        InheritedSockets.CloseHere(ours);
        using var taken = await theirs.AcceptAsync().WaitAsync(Patience);
        await client.SendAsync(new byte[] { 1 });
        (await taken.ReceiveAsync(new byte[1]).WaitAsync(Patience)).Should().Be(1);
    }

    [Fact]
    public async Task APortThatFailsHalfWay_LeavesAnInheritedListenerToTheOthers()
    {
        for (var i = 0; i < 20; i++)
        {
            using var theirs = Listening();
            using var inherited = Inherited((Ports.DataKey, theirs));
            var listeners = Listeners.Bind(
                Ports.DataKey, [new ListenSettings(new Uri($"http://{theirs.LocalEndPoint}")), new ListenSettings(new Uri("http://127.0.0.1:0"))], inherited);

            // Bound by both, and listened on by whoever is faster.
            using var faster = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            faster.Bind(listeners.Bound[1].EndPoint);
            faster.Listen(1);
            await using var port = new WebPort(Ports.DataKey, listeners, _ => { }, _ => { }, _ => { }, NullLoggerFactory.Instance, TimeProvider.System);
            await port.Awaiting(p => p.StartAsync(CancellationToken.None)).Should().ThrowAsync<ListenException>();

            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync((IPEndPoint)theirs.LocalEndPoint!).WaitAsync(Patience);
            using var taken = await theirs.AcceptAsync().WaitAsync(Patience);
            taken.LingerState!.Enabled.Should().BeFalse("else what is closed with something unread is reset");
        }
    }

    [Fact]
    public void Sockets_AreClaimedByAddress_AndPortZeroTakesAny()
    {
        using var first = Listening();
        using var second = Listening();
        var port = ((IPEndPoint)second.LocalEndPoint!).Port;
        using var inherited = Inherited((Ports.DataKey, first), (Ports.DataKey, second));
        inherited.Claim(Ports.AdminKey, new IPEndPoint(IPAddress.Loopback, port)).Should().BeNull("it is meant for the data port");
        inherited.Claim(Ports.DataKey, new IPEndPoint(IPAddress.Any, port)).Should().BeNull();
        using var claimed = inherited.Claim(Ports.DataKey, new IPEndPoint(IPAddress.Loopback, port));
        ((IPEndPoint)claimed!.LocalEndPoint!).Port.Should().Be(port);
        inherited.Claim(Ports.DataKey, new IPEndPoint(IPAddress.Loopback, port)).Should().BeNull("it was claimed");
        inherited.Unclaimed.Should().ContainSingle();
        using var any = inherited.Claim(Ports.DataKey, new IPEndPoint(IPAddress.Loopback, 0));
        any.Should().NotBeNull();
        inherited.Unclaimed.Should().BeEmpty();
    }

    [Fact]
    public void Listeners_TakeWhatFits_AndOpenTheRest()
    {
        using var theirs = Listening();
        var url = new Uri($"http://{theirs.LocalEndPoint}");
        using var inherited = Inherited((Ports.DataKey, theirs));
        using var listeners = Listeners.Bind(Ports.DataKey, [new ListenSettings(new Uri("http://127.0.0.1:0")), new ListenSettings(new Uri("http://127.0.0.1:0"))], inherited);
        listeners.AreShared.Should().BeTrue();
        listeners.Urls[0].Should().Be(url.ToString().TrimEnd('/'), "port 0 takes the first that is there");
        listeners.Urls[1].Should().NotBe(listeners.Urls[0]);
    }

    [Fact]
    public void Systemd_WhoMeansAnotherProcess_IsNotHeard() => InheritedSockets.OfSystemd(Systemd(18, "1", "data"), 17).Should().BeNull();

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    [InlineData("257")]
    [InlineData(null)]
    public void Systemd_ThatSaysNonsense_IsRefused(string? count)
    {
        var wrong = () => InheritedSockets.OfSystemd(Systemd(17, count, null), 17);
        wrong.Should().Throw<ListenException>().Which.Message.Should().Contain("LISTEN_FDS");
    }

    [Fact]
    public void ADescriptorThatIsNoListener_IsRefused()
    {
        using var idle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var wrong = () => Inherited((Ports.DataKey, idle));
        wrong.Should().Throw<ListenException>().Which.Message.Should().Contain("no listening TCP socket");
        var nothing = () => InheritedSockets.Of("the running gate", [(Ports.DataKey, 999_999)]);
        nothing.Should().Throw<ListenException>().Which.Message.Should().Contain("999999");
    }

    [Theory]
    [InlineData("")]
    [InlineData("protocol=1;Listen=7")]
    [InlineData("protocol=1;line=x")]
    [InlineData("protocol=1;line=7;Listen=a")]
    [InlineData("protocol=1;line=999999")]
    [InlineData("protocol=2;line=7")]
    public void AnHeir_OfNobody_IsRefused(string said)
    {
        var wrong = () => Heir.Of(said, TimeProvider.System);
        wrong.Should().Throw<ListenException>();
    }

    [Fact]
    public void Heir_DescribesWhatItReads() =>
        Heir.Describe(57, [(Ports.DataKey, [58, 59]), (Ports.AdminKey, [60])]).Should().Be("protocol=1;line=57;Listen=58,59;Admin.Listen=60");

    private static InheritedSockets Inherited(params (string? Key, Socket Socket)[] sockets) =>
        InheritedSockets.Of("the test", sockets.Select(one => (one.Key, Descriptors.Heritable((int)one.Socket.Handle))));

    private static Socket Listening()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(16);
        return socket;
    }

    private static Func<string, string?> Systemd(int pid, string? count, string? names) => name => name switch
    {
        "LISTEN_PID" => pid.ToString(CultureInfo.InvariantCulture),
        "LISTEN_FDS" => count,
        "LISTEN_FDNAMES" => names,
        _ => null,
    };
}
