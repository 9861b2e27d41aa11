using System.Net;
using System.Net.Sockets;

namespace Drains;

/// <summary>Clients that ask, one request after the other over connections that they keep: each from an address of its own.</summary>
internal static class Askers
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    /// <summary>GET and POST in turn.</summary>
    public static async Task AskAsync(Tally tally, Uri gate, IPAddress from, Version version, CancellationToken stop)
    {
        using var client = Client(gate, from, version);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            await OnceAsync(tally, () => number % 2 == 0 ? client.GetAsync("/echo", CancellationToken.None) : client.PostAsync("/echo", new StringContent("an order"), CancellationToken.None));
            await Waits.ForAsync(Pause, stop);
        }
    }

    /// <summary>Requests whose answer takes its time: they run when a drain begins.</summary>
    public static async Task AskSlowlyAsync(Tally tally, Uri gate, IPAddress from, CancellationToken stop)
    {
        using var client = Client(gate, from, HttpVersion.Version11);

        // One that waits may be sent on to another pod, long after it was begun.
        while (!stop.IsCancellationRequested) await OnceAsync(tally, () => client.GetAsync("/slow?ms=1500", CancellationToken.None), isTimed: false);
    }

    /// <summary>Requests whose body takes its time.</summary>
    public static async Task UploadAsync(Tally tally, Uri gate, IPAddress from, CancellationToken stop)
    {
        using var client = Client(gate, from, HttpVersion.Version11);
        while (!stop.IsCancellationRequested) await OnceAsync(tally, () => client.PostAsync("/echo", new TrickledContent(), CancellationToken.None), $"\"bodyLength\":{TrickledContent.Length}");
    }

    public static HttpClient Client(Uri gate, IPAddress from, Version version)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(IPAddress.Loopback, gate.Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = gate, Timeout = TimeSpan.FromSeconds(20), DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static async Task OnceAsync(Tally tally, Func<Task<HttpResponseMessage>> ask, string? expected = null, bool isTimed = true)
    {
        var begun = DateTimeOffset.UtcNow;
        try
        {
            using var answer = await ask();
            var body = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            if (answer.StatusCode != HttpStatusCode.OK) tally.Fail($"{(int)answer.StatusCode} {body}");
            else if (expected is not null && !body.Contains(expected, StringComparison.Ordinal)) tally.Fail($"answered {body}");
            else tally.Answered(answer.Headers.GetValues("X-Pod").Single(), isTimed ? begun : DateTimeOffset.MinValue);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            tally.Fail(Waits.Words(failure));
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>A body of unknown length that comes in twenty pieces over two seconds.</summary>
    private sealed class TrickledContent : HttpContent
    {
        public const int Length = Pieces * Piece;
        private const int Pieces = 20;
        private const int Piece = 1000;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var piece = new byte[Piece];
            for (var i = 0; i < Pieces; i++)
            {
                await stream.WriteAsync(piece);
                await stream.FlushAsync();
                await Task.Delay(100);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
