using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>A gate that is told to stop says so first, goes on until others have seen it, asks who would stay for hours to leave, and ends.</summary>
public sealed class TheGateStops
{
    [Fact]
    public async Task Sigterm_FailsReadyzAtOnce_ServesOn_SaysGoodbye_AndEnds()
    {
        await using var story = await Story.BeginAsync(2, configuration => configuration["Stopping"] = new JsonObject { ["Grace"] = "00:00:03", ["Deadline"] = "00:00:20" });
        using var admin = story.Gate.AdminClient();
        using var client = story.Customer(1);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(story.Gate.Data) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        var buffer = new byte[1024];
        await socket.ReceiveAsync(buffer, CancellationToken.None);

        var stopping = story.Gate.StopAsync();
        await story.EventuallyAsync(
            async () =>
            {
                using var ready = await admin.GetAsync("/readyz");
                return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            "it is not ready any more", seconds: 2);

        // A client that comes now is served as ever, on a new connection too.
        (await client.GetStringAsync("/echo")).Should().NotBeEmpty();
        stopping.IsCompleted.Should().BeFalse();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var ended = await socket.ReceiveAsync(buffer, limit.Token);
        ended.MessageType.Should().Be(WebSocketMessageType.Close);
        socket.CloseStatus.Should().Be(WebSocketCloseStatus.EndpointUnavailable);
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, CancellationToken.None);
        (await stopping).Should().Be(0);
    }
}
