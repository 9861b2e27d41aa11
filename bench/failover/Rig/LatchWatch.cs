using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace Failover.Rig;

/// <summary>What a gate did to a pod, seen from outside.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="OutAt">When it was first seen not Open; null: never.</param>
/// <param name="LatchedAt">When it was first seen latched; null: never.</param>
/// <param name="Cause">The latch's cause.</param>
/// <param name="Sentence">The latch's sentence.</param>
/// <param name="State">The last state seen.</param>
internal sealed record Seat(string Pod, TimeSpan? OutAt, TimeSpan? LatchedAt, string? Cause, string? Sentence, string State);

/// <summary>Asks a gate's API twenty times a second how its pods are. A gate that does not answer is asked again.</summary>
internal sealed class LatchWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Seat> _seats = new(StringComparer.Ordinal);
    private readonly Task _running;

    public LatchWatch(GateProcess gate, Stage stage) => _running = Task.Run(() => RunAsync(gate, stage));

    public IReadOnlyDictionary<string, Seat> Seats => _seats;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(GateProcess gate, Stage stage)
    {
        using var client = gate.AdminClient();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var fleet = JsonNode.Parse(await client.GetStringAsync(new Uri("/api/v1/pods", UriKind.Relative), _stop.Token))!;
                var now = stage.Clock.Elapsed;
                foreach (var pod in fleet["pods"]!.AsArray()) Note(pod!, now);
                await Task.Delay(Pace, _stop.Token);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or JsonException)
            {
                // The gate is stopped or busy, or the run is over.
                await Task.Delay(Pace);
            }
        }
    }

    private void Note(JsonNode pod, TimeSpan now)
    {
        var (name, state, latch) = ((string)pod["name"]!, (string)pod["state"]!, pod["latch"]);
        var seat = _seats.GetValueOrDefault(name) ?? new Seat(name, null, null, null, null, state);
        if (state != "Open") seat = seat with { OutAt = seat.OutAt ?? now };
        if (latch is not null && seat.LatchedAt is null) seat = seat with { LatchedAt = now, Cause = (string?)latch["cause"], Sentence = (string?)latch["sentence"] };
        _seats[name] = seat with { State = state };
    }
}
