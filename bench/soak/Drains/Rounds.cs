using System.Net;

namespace Drains;

/// <summary>What one drain was like.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Stubborn">Whether somebody was on it who does not leave.</param>
/// <param name="Drained">From the acknowledgement to the moment the pod was seen drained.</param>
/// <param name="Long">Long-lived connections on the pod before.</param>
/// <param name="OnTheirWay">Requests that the pod saw within the first moments after the acknowledgement; the gate had sent them before.</param>
/// <param name="LastSeen">When the pod saw its last request, after the acknowledgement; negative: before.</param>
/// <param name="New">Requests that the pod saw after those moments.</param>
/// <param name="Closed">When the stubborn were closed, after the command was sent: the deadline counts from there.</param>
/// <param name="Told">Whether the stubborn WebSocket had been told 1001.</param>
internal sealed record Round(string Pod, bool Stubborn, TimeSpan Drained, int Long, long OnTheirWay, TimeSpan LastSeen, long New, (TimeSpan First, TimeSpan Last)? Closed, bool Told);

/// <summary>The drains: one pod after the other, each out for a moment and in again.</summary>
internal sealed class Rounds(Stage stage, Ledger ledger, IReadOnlyList<IPAddress> stubborn)
{
    /// <summary>The deadline when somebody does not leave. The goodbyes are over at three quarters of it.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(4);

    /// <summary>The deadline when everybody leaves: nobody should need it.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    // What the gate had handed to the kernel before it acknowledged may be read by a busy pod a little later.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(1);
    private static readonly string[] LongKinds = ["WebSocket", "EventStream", "Grpc"];

    public async Task<Round> DrainAsync(int number, CancellationToken cancel)
    {
        var pod = Stage.Pods[number % Stage.Pods.Count];
        var isStubborn = number % 2 == 1;
        foreach (var any in Stage.Pods) await stage.UntilAsync(any, "Open", Long, cancel);
        var running = await UntilAllKindsAsync(pod, cancel);
        var from = stubborn[number % Stage.Pods.Count];
        using var guests = isStubborn ? await Stubborn.SitDownAsync(stage.Plain, from, cancel) : null;
        while (isStubborn && await stage.RunningOfAsync(pod, from, cancel) < Stubborn.Count) await Task.Delay(20, cancel);
        var asked = DateTimeOffset.UtcNow;
        await stage.DrainAsync(pod, isStubborn ? Short : Long, cancel);
        var acknowledged = DateTimeOffset.UtcNow;
        ledger.Out(pod, acknowledged);
        var (atOnce, _) = await stage.SeenByAsync(pod, cancel);
        await Task.Delay(Moment, cancel);
        var (before, _) = await stage.SeenByAsync(pod, cancel);
        await stage.UntilAsync(pod, "Drained", Long, cancel);
        var drained = DateTimeOffset.UtcNow - acknowledged;
        var closed = guests is null ? default : await guests.ClosedAsync(Patience, cancel);
        await Task.Delay(Away, cancel);
        var (after, last) = await stage.SeenByAsync(pod, cancel);
        ledger.BackIn(pod, DateTimeOffset.UtcNow);
        await stage.EnableAsync(pod, cancel);
        await stage.UntilAsync(pod, "Open", TimeSpan.FromSeconds(20), cancel);
        return new Round(
            pod, isStubborn, drained, running, before - atOnce, last - acknowledged, after - before,
            guests is null ? null : (closed.First - asked, closed.Last - asked), closed.Told);
    }

    /// <summary>Waits until somebody of each kind that stays is on the pod: else its drain would show nothing.</summary>
    private async Task<int> UntilAllKindsAsync(string pod, CancellationToken cancel)
    {
        IReadOnlyDictionary<string, int> running;
        for (var until = DateTimeOffset.UtcNow.AddSeconds(30); ; await Task.Delay(100, cancel))
        {
            running = await stage.RunningAsync(pod, cancel);
            if (LongKinds.All(kind => running.GetValueOrDefault(kind) > 0) && running.GetValueOrDefault("WebSocket") >= Speech.All.Count) break;
            if (DateTimeOffset.UtcNow > until) throw new TimeoutException($"not everybody comes to {pod}: {string.Join(", ", running)}");
        }

        return LongKinds.Sum(kind => running[kind]);
    }
}
