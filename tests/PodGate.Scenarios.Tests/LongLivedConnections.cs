using System.Net.WebSockets;
using System.Text;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>WebSockets and event streams through the real gate: idle ones stay, and a drain lets them go on until its deadline.</summary>
public sealed class LongLivedConnections
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task WebSocket_Idle_StaysOpen_EchoesDuringADrain_AndFinishesNormally()
    {
        await using var story = await Story.BeginAsync(2);
        using var limit = new CancellationTokenSource(Patience);
        using var socket = await OpenAsync(story, limit.Token);
        var pod = (await ReceiveAsync(socket, limit.Token))["hello from ".Length..];
        await story.EventuallyAsync(async () => await RunningAsync(story, pod) == 1, "the WebSocket is counted on its pod");
        await Task.Delay(TimeSpan.FromSeconds(3), limit.Token);

        (await story.Gate.CliAsync("drain", pod, "--reason", "update", "--deadline", "5m")).ExitCode.Should().Be(0);
        (await story.Gate.StateAsync(pod)).Should().Be("Draining", "somebody is still on it");
        (await EchoAsync(socket, "still here", limit.Token)).Should().Be("still here");

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        socket.State.Should().Be(WebSocketState.Closed);
        await story.Gate.UntilAsync(pod, "Drained");
    }

    [Fact]
    public async Task WebSocket_AtTheDeadline_IsCut()
    {
        await using var story = await Story.BeginAsync(2);
        using var limit = new CancellationTokenSource(Patience);
        using var socket = await OpenAsync(story, limit.Token);
        var pod = (await ReceiveAsync(socket, limit.Token))["hello from ".Length..];
        (await story.Gate.CliAsync("drain", pod, "--reason", "update", "--deadline", "2s", "--wait")).ExitCode.Should().Be(0);

        var cut = await Record.ExceptionAsync(() => EchoAsync(socket, "anybody?", limit.Token));
        cut.Should().BeOfType<WebSocketException>("what is left at the deadline is closed, without a goodbye");
        await story.EventuallyAsync(async () => await RunningAsync(story, pod) == 0, "nothing is left on it");
    }

    [Fact]
    public async Task EventStream_Idle_StaysOpen_AndIsCutAtTheDeadline()
    {
        await using var story = await Story.BeginAsync(2);
        using var limit = new CancellationTokenSource(Patience);
        using var client = story.Customer(1);
        // One event, and then nothing for ten minutes.
        using var answer = await client.GetAsync("/events?ms=600000", HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var pod = answer.Headers.GetValues("X-Pod").Single();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
        (await lines.ReadLineAsync(limit.Token)).Should().Be("id: 1", "the first event is passed on before the stream ends");
        (await lines.ReadLineAsync(limit.Token)).Should().Be($"data: {pod} 1");
        (await lines.ReadLineAsync(limit.Token)).Should().BeEmpty();

        var next = lines.ReadLineAsync(limit.Token).AsTask();
        await Task.Delay(TimeSpan.FromSeconds(3), limit.Token);
        next.IsCompleted.Should().BeFalse("an idle stream is left alone");
        (await story.Gate.CliAsync("drain", pod, "--reason", "update", "--deadline", "2s")).ExitCode.Should().Be(0);
        next.IsCompleted.Should().BeFalse("what runs may finish until the deadline");

        var end = await Record.ExceptionAsync(() => next);
        end.Should().BeAssignableTo<IOException>("a stream that is cut must not look as if it had ended well");
        await story.Gate.UntilAsync(pod, "Drained");
    }

    private static async Task<ClientWebSocket> OpenAsync(Story story, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        await socket.ConnectAsync(new UriBuilder(story.Gate.Data) { Scheme = "ws", Path = "/ws" }.Uri, cancel);
        return socket;
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text, CancellationToken cancel)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancel);
        return await ReceiveAsync(socket, cancel);
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[1024];
        var part = await socket.ReceiveAsync(buffer, cancel);
        return Encoding.UTF8.GetString(buffer, 0, part.Count);
    }

    private static async Task<long> RunningAsync(Story story, string pod) => (long)(await story.Gate.PodAsync(pod))["requestsInFlight"]!;
}
