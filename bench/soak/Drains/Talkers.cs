using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace Drains;

/// <summary>How a client speaks over its WebSocket.</summary>
/// <param name="Name">What it is, for tables.</param>
/// <param name="Bytes">Of a message.</param>
/// <param name="Pieces">Frames of a message.</param>
internal sealed record Speech(string Name, int Bytes, int Pieces = 1)
{
    /// <summary>With permessage-deflate.</summary>
    public bool Compressed { get; init; }

    /// <summary>Over HTTP/2, with extended CONNECT.</summary>
    public bool OverHttp2 { get; init; }

    /// <summary>Whether the pod answers in one frame, whatever came.</summary>
    public bool Whole { get; init; }

    /// <summary>Between two messages.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);

    public static readonly IReadOnlyList<Speech> All =
    [
        new("WebSocket, 100 bytes", 100),
        new("WebSocket, permessage-deflate", 20_000) { Compressed = true },
        new("WebSocket, fragmented", 10_000, 5),
        new("WebSocket, frames of 1 MB", 1_000_000) { Whole = true, Pause = TimeSpan.FromSeconds(1) },
        new("WebSocket over HTTP/2", 100) { OverHttp2 = true },
    ];
}

/// <summary>
/// A client that talks over a WebSocket: every message comes back. It leaves by itself after some seconds and connects anew, so that clients go home to their pod; who
/// is asked to leave says goodbye too, and goes on at once.
/// </summary>
internal sealed class Talker(Tally tally, Stage stage, IPAddress from, Speech speech, Random chance)
{
    private readonly byte[] _message = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("what the client says; ", (speech.Bytes / 22) + 1)))[..speech.Bytes];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private string? _sentAwayBy;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await TalkAsync(stop);
            }
            catch (Exception failure) when (failure is WebSocketException or HttpRequestException or OperationCanceledException or IOException or InvalidDataException)
            {
                tally.Fail(Waits.Words(failure));
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private async Task TalkAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var gate = speech.OverHttp2 ? stage.Http2 : stage.Plain;
        using var client = Askers.Client(gate, from, speech.OverHttp2 ? HttpVersion.Version20 : HttpVersion.Version11);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (speech.Compressed) socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        if (speech.OverHttp2) (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        var begun = DateTimeOffset.UtcNow;
        await socket.ConnectAsync(new UriBuilder(gate) { Scheme = "ws", Path = speech.Whole ? "/ws/whole" : "/ws" }.Uri, client, limit.Token);
        if (speech.Compressed && socket.HttpResponseHeaders?.ContainsKey("Sec-WebSocket-Extensions") != true) throw new InvalidDataException("nothing was agreed on compression");
        var pod = socket.HttpResponseHeaders!["X-Pod"].Single();
        tally.Answered(pod, begun, done: 0);
        if (_sentAwayBy is { } before) tally.WentOn(before, pod);
        _sentAwayBy = null;

        var hello = $"hello from {pod}";
        if (await ReceiveAsync(socket, limit.Token) is not { } first)
        {
            await LeaveAsync(socket, pod, limit.Token);
            return;
        }

        if (Encoding.UTF8.GetString(first) != hello) throw new InvalidDataException($"the first message of {pod} is {first.Length} bytes of something else");
        for (var until = begun.AddMilliseconds(chance.Next(4_000, 6_000)); DateTimeOffset.UtcNow < until && !stop.IsCancellationRequested;)
        {
            await SayAsync(socket, limit.Token);
            if (await ReceiveAsync(socket, limit.Token) is not { } back)
            {
                await LeaveAsync(socket, pod, limit.Token);
                return;
            }

            if (!back.AsSpan().SequenceEqual(_message)) throw new InvalidDataException($"a message of {_message.Length} bytes came back from {pod} as {back.Length} others");
            tally.Add();
            await Waits.ForAsync(speech.Pause, stop);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
    }

    private async Task SayAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        var piece = _message.Length / speech.Pieces;
        for (var i = 0; i < speech.Pieces; i++)
        {
            await socket.SendAsync(_message.AsMemory(i * piece, piece), WebSocketMessageType.Text, i == speech.Pieces - 1, cancel);
            if (i < speech.Pieces - 1) await Task.Delay(5, cancel);
        }
    }

    /// <summary>A whole message; null when a close came instead, or in the middle of it.</summary>
    private async Task<byte[]?> ReceiveAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        using var message = new MemoryStream();
        while (true)
        {
            var got = await socket.ReceiveAsync(_buffer.AsMemory(), cancel);
            if (got.MessageType == WebSocketMessageType.Close) return null;
            message.Write(_buffer, 0, got.Count);
            if (got.EndOfMessage) return message.ToArray();
        }
    }

    private async Task LeaveAsync(ClientWebSocket socket, string pod, CancellationToken cancel)
    {
        if (socket.CloseStatus != WebSocketCloseStatus.EndpointUnavailable) throw new InvalidDataException($"{pod} closed with {(int?)socket.CloseStatus}, and 1001 was expected");
        tally.SaidGoodbye();
        _sentAwayBy = pod;
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, cancel);
    }
}

/// <summary>A reader of an event stream; leaves by itself after some seconds, and comes back when the stream ends.</summary>
internal sealed class Listener(Tally tally, Stage stage, IPAddress from, Random chance)
{
    private string? _sentAwayBy;

    public async Task RunAsync(CancellationToken stop)
    {
        using var client = Askers.Client(stage.Plain, from, HttpVersion.Version11);
        while (!stop.IsCancellationRequested)
        {
            using var home = CancellationTokenSource.CreateLinkedTokenSource(stop);
            home.CancelAfter(chance.Next(4_000, 6_000));
            try
            {
                await ListenAsync(client, home.Token);
            }
            catch (OperationCanceledException) when (home.IsCancellationRequested)
            {
                // It left by itself.
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException or InvalidDataException)
            {
                tally.Fail(Waits.Words(failure));
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private async Task ListenAsync(HttpClient client, CancellationToken cancel)
    {
        var begun = DateTimeOffset.UtcNow;
        using var answer = await client.GetAsync("/events?ms=50", HttpCompletionOption.ResponseHeadersRead, cancel);
        answer.EnsureSuccessStatusCode();
        var pod = answer.Headers.GetValues("X-Pod").Single();
        tally.Answered(pod, begun, done: 0);
        if (_sentAwayBy is { } before) tally.WentOn(before, pod);
        _sentAwayBy = null;
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        var last = "";
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            last = line;
            if (line.Length == 0) tally.Add();
        }

        if (last.Length > 0) throw new InvalidDataException($"the stream of {pod} ended in the middle of an event: {last}");
        tally.SaidGoodbye();
        _sentAwayBy = pod;
    }
}
