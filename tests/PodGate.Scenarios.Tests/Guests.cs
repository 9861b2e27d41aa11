using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Clients of every kind, each from an address of its own: requests one after the other over kept-alive connections of HTTP/1.1 and HTTP/2, WebSockets that talk, and readers of event
/// streams. Whoever is asked to leave properly connects again; whatever is cut off is a failure.
/// </summary>
public sealed class Guests : IAsyncDisposable
{
    private const int OfEachKind = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentQueue<(string Pod, long Begun)> _answers = new();
    private readonly ConcurrentDictionary<int, (string Pod, int Time)> _staying = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _plain;
    private readonly Uri _http2;
    private readonly Task _running;
    private CancellationTokenSource _again = new();
    private int _goodbyes;
    private int _time;

    public Guests(Story story)
    {
        var listeners = Regex.Match(story.Gate.Output, "data port listening on (.*?); admin").Groups[1].Value.Split(", ");
        (_plain, _http2) = (new Uri(listeners[0]), new Uri(listeners[1]));
        Func<int, Task>[] kinds = [number => AskAsync(number, HttpVersion.Version11), number => AskAsync(number, HttpVersion.Version20), TalkAsync, ListenAsync];
        _running = Task.WhenAll(kinds.SelectMany((kind, i) => Enumerable.Range(i * OfEachKind, OfEachKind).Select(number => Task.Run(() => StayAsync(kind, number)))));
    }

    /// <summary>What went wrong, in words.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>How often a long-lived connection was asked to end.</summary>
    public int Goodbyes => Volatile.Read(ref _goodbyes);

    /// <summary>Requests that were answered.</summary>
    public int Requests => _answers.Count;

    /// <summary>Long-lived connections on a pod now.</summary>
    public int OnPod(string pod) => _staying.Values.Count(guest => guest.Pod == pod);

    /// <summary>Answers of a pod to requests that began after a moment.</summary>
    public IEnumerable<(string Pod, long Begun)> BegunOn(string pod, long since) => _answers.Where(answer => answer.Pod == pod && answer.Begun > since);

    /// <summary>Waits until every long-lived connection is there.</summary>
    public async Task UntilAllAreThereAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        while (_staying.Values.Count(guest => guest.Time == _time) < 2 * OfEachKind)
        {
            if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(20)) throw new TimeoutException($"not all long-lived connections are there; {string.Join("; ", Failures)}");
            await Task.Delay(20);
        }
    }

    /// <summary>Lets all long-lived connections leave by themselves and connect anew.</summary>
    public async Task ReconnectAsync()
    {
        Interlocked.Increment(ref _time);
        var before = Interlocked.Exchange(ref _again, new CancellationTokenSource());
        await before.CancelAsync();
        await UntilAllAreThereAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _again.CancelAsync();
        await _running;
    }

    private async Task StayAsync(Func<int, Task> stay, int number)
    {
        while (!_stop.IsCancellationRequested)
        {
            var leaves = _again.Token;
            try
            {
                await stay(number);
            }
            catch (Exception) when (_stop.IsCancellationRequested || leaves.IsCancellationRequested)
            {
                // It was told to leave, in the middle of something.
            }
            catch (Exception failure)
            {
                Failures.Enqueue($"{stay.Method.Name} {number} on {_staying.GetValueOrDefault(number).Pod}: {failure.Message}");
                await Task.Delay(Pause);
            }
            finally
            {
                _staying.TryRemove(number, out _);
            }
        }
    }

    private async Task AskAsync(int number, Version version)
    {
        using var client = ClientOf(number, version);
        while (!_stop.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            using var answer = number % 2 == 0 ? await client.GetAsync("/echo") : await client.PostAsync("/echo", new StringContent("order"));
            answer.EnsureSuccessStatusCode();
            _answers.Enqueue((answer.Headers.GetValues("X-Pod").Single(), begun));
            await Task.Delay(Pause);
        }
    }

    private async Task TalkAsync(int number)
    {
        var time = Volatile.Read(ref _time);
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _again.Token);
        using var invoker = ClientOf(number, HttpVersion.Version11);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(_plain) { Scheme = "ws", Path = "/ws" }.Uri, invoker, leaves.Token);
        var buffer = new byte[1024];
        var hello = await socket.ReceiveAsync(buffer, leaves.Token);
        _staying[number] = (Encoding.UTF8.GetString(buffer, 0, hello.Count).Replace("hello from ", "", StringComparison.Ordinal), time);
        while (true)
        {
            // Who speaks just when the other one says goodbye gets no answer any more, and knows it by the close.
            if (socket.State == WebSocketState.Open) await socket.SendAsync(buffer.AsMemory(0, 100), WebSocketMessageType.Binary, true, leaves.Token);
            var got = await socket.ReceiveAsync(buffer, leaves.Token);
            if (got.MessageType == WebSocketMessageType.Close) break;
            await Task.Delay(Pause, leaves.Token);
        }

        if (socket.CloseStatus != WebSocketCloseStatus.EndpointUnavailable) throw new InvalidDataException($"closed with {socket.CloseStatus}");
        Interlocked.Increment(ref _goodbyes);
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, leaves.Token);
    }

    private async Task ListenAsync(int number)
    {
        var time = Volatile.Read(ref _time);
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _again.Token);
        using var client = ClientOf(number, HttpVersion.Version11);
        using var answer = await client.GetAsync("/events?ms=30", HttpCompletionOption.ResponseHeadersRead, leaves.Token);
        answer.EnsureSuccessStatusCode();
        _staying[number] = (answer.Headers.GetValues("X-Pod").Single(), time);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(leaves.Token));
        var last = "";
        while (await reader.ReadLineAsync(leaves.Token) is { } line) last = line;
        if (last.Length > 0) throw new InvalidDataException($"the stream ended in the middle of an event: {last}");
        Interlocked.Increment(ref _goodbyes);
    }

    private HttpClient ClientOf(int number, Version version)
    {
        var url = version.Major == 2 ? _http2 : _plain;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(new IPAddress([127, 5, 0, (byte)(number + 1)]), 0));
                await socket.ConnectAsync(IPAddress.Loopback, url.Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = url, Timeout = TimeSpan.FromSeconds(20), DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }
}
