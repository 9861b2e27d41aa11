using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// So many requests a second, half of them over connections that are kept and half each over a new one, some with a body; and WebSockets that talk now and then. Each customer has an
/// address of his own. Nothing is tried again: every request that is not answered with 200, every connection that is refused or reset, and every WebSocket that ends without its goodbye is a failure.
/// </summary>
public sealed class Passers : IAsyncDisposable
{
    private const int Callers = 50;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, bool> _talking = new();
    private readonly Uri _gate;
    private readonly TimeSpan _pause;
    private readonly Task _running;
    private int _requests;
    private int _goodbyes;
    private int _connections;

    public Passers(Story story, int requestsPerSecond, int sockets)
    {
        _gate = story.Gate.Data;
        Sockets = sockets;
        _pause = TimeSpan.FromSeconds((double)Callers / requestsPerSecond);
        _running = Task.WhenAll(
            Enumerable.Range(0, Callers).Select(number => Task.Run(() => AskAsync(number)))
                .Concat(Enumerable.Range(0, sockets).Select(number => Task.Run(() => StayAsync(number)))));
    }

    /// <summary>What went wrong, in words.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>How many WebSockets there should be.</summary>
    public int Sockets { get; }

    /// <summary>Requests that were answered.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>WebSockets that were asked to end.</summary>
    public int Goodbyes => Volatile.Read(ref _goodbyes);

    /// <summary>Connections that were made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Waits until all WebSockets are there, and so many more requests were answered.</summary>
    public async Task UntilBusyAsync(int requests = 100)
    {
        var enough = Requests + requests;
        var begun = Stopwatch.GetTimestamp();
        while (_talking.Count < Sockets || Requests < enough)
        {
            if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(60))
                throw new TimeoutException($"{_talking.Count} of {Sockets} WebSockets, {Requests} of {enough} requests; {string.Join("; ", Failures.Take(5))}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _running;
    }

    private async Task AskAsync(int number)
    {
        var kept = number % 2 == 0 ? ClientOf(number) : null;
        await Task.Delay(_pause * (number / (double)Callers));
        var next = Stopwatch.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var client = kept ?? ClientOf(number);
            try
            {
                using var answer = number % 4 < 2 ? await client.GetAsync("/echo") : await client.PostAsync("/echo", new StringContent("order"));
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsStringAsync();
                Interlocked.Increment(ref _requests);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TaskCanceledException)
            {
                Failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} a request of {number} ({(kept is null ? "new connection" : "kept")}): {failure.GetBaseException().Message}");
            }

            if (kept is null) client.Dispose();
            next += (long)(_pause.TotalSeconds * Stopwatch.Frequency);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next) is { Ticks: > 0 } rest) await Task.Delay(rest);
        }

        kept?.Dispose();
    }

    private async Task StayAsync(int number)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await TalkAsync(number);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is WebSocketException or HttpRequestException or IOException or InvalidDataException)
            {
                Failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} WebSocket {number}: {failure.GetBaseException().Message}");
            }
            finally
            {
                _talking.TryRemove(number, out _);
            }
        }
    }

    private async Task TalkAsync(int number)
    {
        using var invoker = ClientOf(100 + number);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(_gate) { Scheme = "ws", Path = "/ws" }.Uri, invoker, _stop.Token);
        var buffer = new byte[1024];
        await socket.ReceiveAsync(buffer, _stop.Token);
        _talking[number] = true;
        while (true)
        {
            if (socket.State == WebSocketState.Open) await socket.SendAsync(buffer.AsMemory(0, 100), WebSocketMessageType.Binary, true, _stop.Token);
            var got = await socket.ReceiveAsync(buffer, _stop.Token);
            if (got.MessageType == WebSocketMessageType.Close) break;
            await Task.Delay(500, _stop.Token);
        }

        if (socket.CloseStatus != WebSocketCloseStatus.EndpointUnavailable) throw new InvalidDataException($"closed with {socket.CloseStatus}");
        Interlocked.Increment(ref _goodbyes);
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, _stop.Token);
    }

    private HttpClient ClientOf(int number)
    {
        // Kept for as long as the gate keeps it; what the gate closes in between must not be hidden by a client that repeats the request, and a POST is not repeated.
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    socket.Bind(new IPEndPoint(new IPAddress([127, 6, (byte)(number / 250), (byte)((number % 250) + 1)]), 0));
                    await socket.ConnectAsync(IPAddress.Loopback, _gate.Port, cancel);
                    Interlocked.Increment(ref _connections);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { BaseAddress = _gate, Timeout = TimeSpan.FromSeconds(20) };
    }
}
