using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// The listening sockets are systemd's: a gate that is restarted refuses nobody, since who comes meanwhile waits in their queues; it can be replaced while it runs as any other; and a socket
/// that its configuration does not name is an error.
/// </summary>
public sealed class SystemdOpensTheSockets
{
    [Fact]
    public async Task ARestart_RefusesNobody_AndATakeOverNeither()
    {
        using var data = Listening();
        using var admin = Listening();
        await using var story = await Story.BeginAsync(
            2,
            configuration =>
            {
                configuration["Listen"] = new JsonArray($"http://{data.LocalEndPoint}");
                configuration["Admin"] = new JsonObject { ["Listen"] = $"http://{admin.LocalEndPoint}" };
            },
            gate: gate => gate.HandedSockets.AddRange([("data", data), ("admin", admin)]));
        (await story.PodOfAsync(1)).Should().NotBeNull();
        await story.Gate.StopAsync();

        // Nobody takes it yet, and nobody refuses it.
        using var client = story.Customer(1);
        var waiting = client.GetAsync("/echo");
        await Task.WhenAny(waiting, Task.Delay(500));
        waiting.IsCompleted.Should().BeFalse();
        await story.Gate.StartAsync();
        (await waiting).StatusCode.Should().Be(HttpStatusCode.OK);

        var before = await story.Gate.UpgradeAsync();
        (await story.PodOfAsync(1)).Should().NotBeNull();
        client.Dispose();
        await story.Gate.UntilGoneAsync(before);
        await story.Gate.StopAsync();
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await late.ConnectAsync(data.LocalEndPoint!);
    }

    [Fact]
    public async Task ASocketThatNobodyNames_IsAnError()
    {
        using var data = Listening();
        using var stray = Listening();
        await using var story = await Story.BeginAsync(
            1, configuration => configuration["Listen"] = new JsonArray($"http://{data.LocalEndPoint}"), gate: gate => gate.HandedSockets.Add(("data", data)));
        await story.Gate.StopAsync();
        story.Gate.HandedSockets.Add(("data2", stray));
        var refused = await story.Gate.StartRefusedAsync();
        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain($"{stray.LocalEndPoint}").And.Contain("systemd");
    }

    private static Socket Listening()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(64);
        return socket;
    }
}
