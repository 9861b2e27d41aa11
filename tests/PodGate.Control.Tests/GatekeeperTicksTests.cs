using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.TestKit;

namespace PodGate.Control.Tests;

public sealed class GatekeeperTicksTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly GatekeeperQueue _queue;
    private readonly GatekeeperTicks _ticks;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _looks;

    public GatekeeperTicksTests()
    {
        _queue = new GatekeeperQueue(_time);
        _ticks = new GatekeeperTicks(new TrafficWatch(_time), _time);
        var hashing = new SlotHashing(new Key128(1, 2));
        var fleet = new Fleet { Settings = new FleetSettings(), Pods = ImmutableSortedDictionary<string, Pod>.Empty };
        var view = new FleetView(fleet, new RoutingSnapshot(1, [], hashing), _time.GetUtcNow());
        _running = _ticks.RunAsync(() => Look(view), _queue, NullLogger.Instance, _stop.Token);
    }

    [Fact]
    public async Task Nothing_Happens_TimePassesTenTimesASecondAndNoMore()
    {
        for (var i = 1; i <= 10; i++)
        {
            await AsleepAsync(100);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await LooksAsync(i);
        }

        await AsleepAsync(100);
        var passed = 0;
        while (_queue.TryTake(out var step)) passed += step.Input is TimePassed ? 1 : 0;
        passed.Should().Be(10);
    }

    [Fact]
    public async Task Call_WhileItSleeps_LooksAtOnce_AndForManyOnceMoreAfterTheShortestTime()
    {
        await AsleepAsync(100);
        _time.Advance(TimeSpan.FromMilliseconds(30));
        await AsleepAsync(70);
        _ticks.Call();
        await LooksAsync(1);
        for (var i = 0; i < 1000; i++) _ticks.Call();
        await AsleepAsync(25);
        Volatile.Read(ref _looks).Should().Be(1);
        _time.Advance(TimeSpan.FromMilliseconds(25));
        await LooksAsync(2);
        await AsleepAsync(45);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _ticks.Dispose();
        _queue.Dispose();
        _stop.Dispose();
    }

    private FleetView Look(FleetView view)
    {
        Interlocked.Increment(ref _looks);
        return view;
    }

    private Task AsleepAsync(int milliseconds) =>
        Soon.BeTrueAsync(() => _time.NextDue == TimeSpan.FromMilliseconds(milliseconds), $"it sleeps for {milliseconds} ms");

    private Task LooksAsync(int count) => Soon.BeTrueAsync(() => Volatile.Read(ref _looks) == count, $"it has looked {count} times");
}
