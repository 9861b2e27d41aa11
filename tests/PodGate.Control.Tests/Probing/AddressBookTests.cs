using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Probing;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Probing;

public sealed class AddressBookTests : IAsyncDisposable
{
    private readonly StepClock _clock = new();
    private readonly ConcurrentQueue<(string Pod, string Endpoints)> _changes = new();
    private readonly AddressBook _book;
    private Func<string, Task<IPAddress[]>> _resolver = _ => throw new InvalidOperationException("not to be asked");
    private Func<string, ValueTask> _taking = _ => ValueTask.CompletedTask;
    private int _lookUps;
    private int _running;
    private int _mostRunning;

    public AddressBookTests() => _book = new AddressBook(_clock, () => 0.5, TakeAsync, NullLogger<AddressBook>.Instance, LookUpAsync);

    public ValueTask DisposeAsync() => _book.DisposeAsync();

    [Fact]
    public async Task Apply_Literal_IsKnownAtOnceAndNeverLookedUp()
    {
        _book.Apply(Fleet(("pod-a", "http://127.0.0.7:9101"), ("pod-b", "https://[::1]")));
        _book.EndpointsOf("pod-a").Should().Equal(IPEndPoint.Parse("127.0.0.7:9101"));
        _book.EndpointsOf("pod-b").Should().Equal(IPEndPoint.Parse("[::1]:443"));
        await ChangesAsync(2);
        _changes.Should().BeEquivalentTo([("pod-a", "127.0.0.7:9101"), ("pod-b", "[::1]:443")]);
        for (var i = 0; i < 4; i++) await _clock.AdvanceToNextAsync();
        _changes.Should().HaveCount(2, "nothing changes");
        _lookUps.Should().Be(0);
    }

    [Fact]
    public async Task Name_ThatChanges_IsReportedOnceAndLookedUpEvery30Seconds()
    {
        Answer("10.0.0.1", "10.0.0.2");
        _book.Apply(Fleet(("pod-a", "http://pods.example:8080")));
        await ChangesAsync(1);
        _changes.Should().Equal(("pod-a", "10.0.0.1:8080 10.0.0.2:8080"));

        Answer("10.0.0.2", "10.0.0.1");
        (await NextLookUpAsync()).Should().Be(TimeSpan.FromSeconds(30));
        Answer("10.0.0.2", "::ffff:10.0.0.9", "10.0.0.9", "0.0.0.0");
        await NextLookUpAsync();
        await ChangesAsync(2);
        _changes.Last().Should().Be(("pod-a", "10.0.0.2:8080 10.0.0.9:8080"), "another order is no change, duplicates and 0.0.0.0 are left out");
        _book.EndpointsOf("pod-a").Should().HaveCount(2);
    }

    [Fact]
    public async Task Failures_KeepTheLastGoodAddresses_AndBackOff()
    {
        Answer("10.0.0.1");
        _book.Apply(Fleet(("pod-a", "http://pods.example:8080")));
        await ChangesAsync(1);

        _resolver = _ => Task.FromException<IPAddress[]>(new System.Net.Sockets.SocketException(11001));
        var pauses = new List<double> { (await NextLookUpAsync()).TotalSeconds };
        for (var i = 0; i < 12; i++) pauses.Add((await NextLookUpAsync()).TotalSeconds);
        // 1 s, doubling, at most 5 min; times 0.875 with this jitter.
        pauses.Should().Equal(30, 0.875, 1.75, 3.5, 7, 14, 28, 56, 112, 224, 262.5, 262.5, 262.5);
        _book.EndpointsOf("pod-a").Should().Equal(IPEndPoint.Parse("10.0.0.1:8080"));

        Answer();
        await NextLookUpAsync();
        _book.EndpointsOf("pod-a").Should().HaveCount(1, "no address at all is a failure too");

        Answer("10.0.0.1");
        await NextLookUpAsync();
        (await NextLookUpAsync()).Should().Be(TimeSpan.FromSeconds(30));
        _changes.Should().HaveCount(1);
    }

    [Fact]
    public async Task NameThatResolvesLate_IsReportedThen()
    {
        _resolver = _ => Task.FromException<IPAddress[]>(new System.Net.Sockets.SocketException(11001));
        _book.Apply(Fleet(("pod-a", "http://pods.example:8080")));
        await Eventually.TrueAsync(() => _lookUps == 1, "first look-up");
        _book.EndpointsOf("pod-a").Should().BeEmpty();
        Answer("10.0.0.1");
        await NextLookUpAsync();
        await ChangesAsync(1);
    }

    [Fact]
    public async Task SlowResolver_IsAskedOnceAtATime_AndDelaysNoOtherHost()
    {
        var slow = new TaskCompletionSource<IPAddress[]>();
        _resolver = host => host == "slow.example" ? slow.Task : Task.FromResult(new[] { IPAddress.Parse("10.0.0.5") });
        var fleet = Fleet(("pod-a", "http://slow.example:1"), ("pod-b", "http://quick.example:2"));
        _book.Apply(fleet);
        await ChangesAsync(1);
        for (var i = 0; i < 5; i++)
        {
            _book.Apply(fleet);
            await _clock.AdvanceToNextAsync();
        }

        _mostRunning.Should().BeLessThanOrEqualTo(2);
        _changes.Should().OnlyContain(change => change.Pod == "pod-b");
        slow.SetResult([IPAddress.Parse("10.0.0.6")]);
        await ChangesAsync(2);
        _changes.Last().Should().Be(("pod-a", "10.0.0.6:1"));
    }

    [Fact]
    public async Task Apply_OtherPods_FollowsThoseAndForgetsTheRest()
    {
        Answer("10.0.0.1");
        _book.Apply(Fleet(("pod-a", "http://pods.example:1")));
        await ChangesAsync(1);
        _book.Apply(Fleet(("pod-a", "http://pods.example:1"), ("pod-b", "http://pods.example:2")));
        await ChangesAsync(2);
        _changes.Last().Should().Be(("pod-b", "10.0.0.1:2"), "a known host needs no look-up for another pod");
        _lookUps.Should().Be(1);

        _book.Apply(Fleet(("pod-a", "http://127.0.0.3:3")));
        await ChangesAsync(3);
        _changes.Last().Should().Be(("pod-a", "127.0.0.3:3"));
        _book.EndpointsOf("pod-b").Should().BeEmpty();
        _book.AddressesOf("pods.example").Should().BeEmpty();
    }

    [Fact]
    public async Task HealthHost_IsFollowedToo()
    {
        Answer("10.0.0.1");
        var pod = HttpProbeTests.Pod("http://127.0.0.1:1", "http://monitor.example:2/health");
        _book.Apply(new FleetSettings { Pods = ImmutableSortedDictionary<string, PodSettings>.Empty.Add(pod.Name, pod) });
        await Eventually.TrueAsync(() => !_book.AddressesOf("MONITOR.example").IsEmpty, "looked up");
        _book.AddressesOf("monitor.example").Should().Equal(IPAddress.Parse("10.0.0.1"));
        await ChangesAsync(1);
        _changes.Should().Equal(("pod-a", "127.0.0.1:1"));
    }

    [Fact]
    public async Task ReferenceHost_IsFollowedToo_AndItsLastAddressStays()
    {
        Answer("10.0.0.53");
        _book.Apply(new FleetSettings { References = [new Uri("dns://names.example/example.com"), new Uri("tcp://10.0.0.1:22")] });
        await Eventually.TrueAsync(() => !_book.AddressesOf("names.example").IsEmpty, "looked up");
        _resolver = _ => Task.FromException<IPAddress[]>(new System.Net.Sockets.SocketException(11001));
        await NextLookUpAsync();
        _book.AddressesOf("names.example").Should().Equal(IPAddress.Parse("10.0.0.53"));
        _book.AddressesOf("10.0.0.1").Should().Equal(IPAddress.Parse("10.0.0.1"));
        _changes.Should().BeEmpty("no pod is there");
    }

    [Fact]
    public async Task ReceiverThatThrows_IsToldAgain()
    {
        Answer("10.0.0.1");
        _taking = _ => throw new InvalidOperationException("not now");
        _book.Apply(Fleet(("pod-a", "http://pods.example:1")));
        (await _clock.AdvanceToNextAsync()).Should().Be(TimeSpan.FromSeconds(1));
        _changes.Should().BeEmpty();
        _taking = _ => ValueTask.CompletedTask;
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return !_changes.IsEmpty;
        }, "told again");
        _lookUps.Should().BeLessThan(10);
    }

    [Fact]
    public async Task Dispose_WhileTheResolverHangs_Ends()
    {
        _resolver = _ => new TaskCompletionSource<IPAddress[]>().Task;
        _book.Apply(Fleet(("pod-a", "http://pods.example:1")));
        await Eventually.TrueAsync(() => _lookUps == 1, "asked");
        await _book.DisposeAsync().AsTask().WaitAsync(Eventually.Limit);
        _book.Apply(Fleet(("pod-b", "http://other.example:1")));
        _lookUps.Should().Be(1);
    }

    [Fact]
    public async Task PlatformResolver_KnowsLocalhost()
    {
        var told = new TaskCompletionSource<ImmutableArray<IPEndPoint>>();
        await using var book = new AddressBook(TimeProvider.System, () => 0.5, (_, endpoints) =>
        {
            told.TrySetResult(endpoints);
            return ValueTask.CompletedTask;
        }, NullLogger<AddressBook>.Instance);
        book.Apply(Fleet(("pod-a", "http://localhost:9101")));
        (await told.Task.WaitAsync(Eventually.Limit)).Should().OnlyContain(endpoint => IPAddress.IsLoopback(endpoint.Address) && endpoint.Port == 9101);
    }

    internal static FleetSettings Fleet(params (string Name, string Address)[] pods) => new()
    {
        Pods = pods.ToImmutableSortedDictionary(pod => pod.Name, pod => HttpProbeTests.Pod(pod.Address, name: pod.Name), StringComparer.Ordinal),
    };

    private void Answer(params string[] addresses) => _resolver = _ => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());

    private Task ChangesAsync(int count) => Eventually.TrueAsync(() => _changes.Count >= count, $"{count} changes");

    /// <summary>Lets time pass until the next look-up is over and its pause begun; returns the time that passed.</summary>
    private async Task<TimeSpan> NextLookUpAsync()
    {
        var before = Volatile.Read(ref _lookUps);
        var passed = TimeSpan.Zero;
        while (Volatile.Read(ref _lookUps) == before)
        {
            passed += await _clock.AdvanceToNextAsync();
            await Eventually.TrueAsync(() => Volatile.Read(ref _lookUps) > before || _clock.Sleepers > 0, "looked up or asleep again");
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref _running) == 0 && _clock.Sleepers > 0, "asleep again");
        return passed;
    }

    private async Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancel)
    {
        var running = Interlocked.Increment(ref _running);
        _mostRunning = Math.Max(_mostRunning, running);
        Interlocked.Increment(ref _lookUps);
        try
        {
            return await _resolver(host);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async ValueTask TakeAsync(string pod, ImmutableArray<IPEndPoint> endpoints)
    {
        await _taking(pod);
        _changes.Enqueue((pod, string.Join(' ', endpoints)));
    }
}
