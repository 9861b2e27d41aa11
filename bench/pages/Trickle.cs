using System.Net;
using PodGate.TestKit;

namespace Pages;

/// <summary>Fifty requests a second from ever other addresses: every pod has something to be drawn, and the gate is all but idle.</summary>
internal sealed class Trickle : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Trickle(Uri gate) => _running = Task.Run(() => RunAsync(gate));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Uri gate)
    {
        using var client = SourceClient.From(IPAddress.Loopback, gate, TimeSpan.FromSeconds(10));
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add("X-Forwarded-For", $"192.0.{(number >> 8) & 255}.{number & 255}");
            try
            {
                using var answer = await client.SendAsync(request, _stop.Token);
                await Task.Delay(Pace, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
