using System.Net.WebSockets;
using System.Text;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>WebSockets and event streams pass, may be idle, keep a drain waiting, and are closed at its deadline.</summary>
public sealed class LongLivedConnections
{
    [Fact]
    public async Task AnIdleWebSocket_OutlivesAShortFirstByteTimeout_AndIsClosedAtTheDrainsDeadline()
    {
        await using var story = await Story.BeginAsync(
            2, configuration => configuration["Forwarding"] = new System.Text.Json.Nodes.JsonObject { ["FirstByteTimeout"] = "00:00:01" });
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(story.Gate.Data) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        var pod = (await ReceiveAsync(socket)).Replace("hello from ", "", StringComparison.Ordinal).Trim();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await socket.SendAsync(Encoding.UTF8.GetBytes("still here"), WebSocketMessageType.Text, true, CancellationToken.None);
        (await ReceiveAsync(socket)).Should().Be("still here");

        (await story.Gate.CliAsync("drain", pod, "--reason", "update", "--deadline", "1s")).ExitCode.Should().Be(0);
        (await story.Gate.StateAsync(pod)).Should().Be("Draining", "the socket is still on it");
        var ended = await Record.ExceptionAsync(() => ReceiveAsync(socket));
        (ended is WebSocketException || socket.State != WebSocketState.Open).Should().BeTrue("it is closed at the deadline");
        await story.Gate.UntilAsync(pod, "Drained");
    }

    [Fact]
    public async Task AnEventStream_Streams_AndIsCountedAsRunning()
    {
        await using var story = await Story.BeginAsync(2);
        using var client = story.Customer(1);
        using var answer = await client.GetAsync("/events?ms=300", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var lines = 0; lines < 4;)
        {
            if (!string.IsNullOrEmpty(await reader.ReadLineAsync())) lines++;
        }

        var pod = answer.Headers.GetValues("X-Pod").Single();
        ((long)(await story.Gate.PodAsync(pod))["requestsInFlight"]!).Should().Be(1);
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[4096];
        var result = await socket.ReceiveAsync(buffer, limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, result.Count);
    }
}
