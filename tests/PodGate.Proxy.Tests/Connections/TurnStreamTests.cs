using PodGate.Proxy.Connections;

namespace PodGate.Proxy.Tests.Connections;

/// <summary>Whoever carries much gives others their turn: what never waits goes on elsewhere after a while.</summary>
public sealed class TurnStreamTests
{
    // The sizes of reads, or writes, that all complete at once; a bar follows each one after which the copying goes on elsewhere.
    [Theory]
    [InlineData("100 100 100")]
    [InlineData("65535")]
    [InlineData("65536|")]
    [InlineData("65536| 65536| 65536|")]
    [InlineData("32768 32768| 32768 32768| 100")]
    [InlineData("65535 0 0 1| 65535")]
    public async Task CarryingWithoutAPause_HasTurns(string carried)
    {
        await using var endless = new Carrier(pauses: false);
        await using var stream = new TurnStream(endless);
        foreach (var isRead in new[] { true, false })
        {
            foreach (var word in carried.Split(' '))
            {
                var buffer = new byte[int.Parse(word.TrimEnd('|'))];
                var (hopped, count) = await CarryAsync(stream, buffer, isRead);
                hopped.Should().Be(word.EndsWith('|'), $"{word} in {carried}, read: {isRead}");
                count.Should().Be(buffer.Length);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CarryingWithPauses_NeedsNoTurns(bool isRead)
    {
        await using var slow = new Carrier(pauses: true);
        await using var stream = new TurnStream(slow);
        for (var i = 0; i < 10; i++)
        {
            slow.Pauses = i % 2 == 1;
            (await CarryAsync(stream, new byte[60_000], isRead, slow)).Should().Be((false, 60_000));
        }
    }

    // A handshake computes after each read.
    [Fact]
    public async Task HopsAlways_EachReadGoesOnElsewhere_UntilItIsOver()
    {
        await using var slow = new Carrier(pauses: true);
        await using var stream = new TurnStream(slow) { HopsAlways = true };
        for (var i = 0; i < 4; i++)
        {
            slow.Pauses = i % 2 == 1;
            (await CarryAsync(stream, new byte[10], isRead: true, slow)).Should().Be((true, 10));
        }

        stream.HopsAlways = false;
        (await CarryAsync(stream, new byte[10], isRead: true, slow)).Should().Be((false, 10));
    }

    // An idle pool may be through with its part before the reader has looked, and then the reader keeps its thread for one more turn:
    // that is harmless, as long as it does not happen each time.
    [Fact]
    public void Turn_ThatIsOver_GoesOnOnThePool()
    {
        var turns = 0;
        do
        {
            turns.Should().BeLessThan(1_000, "a turn must end elsewhere at some time");
            turns++;
        }
        while (!EndsOnPool());

        static bool EndsOnPool()
        {
            var onPool = new TaskCompletionSource<bool>();
            var thread = new Thread(() => _ = ReadAsync(onPool));
            thread.Start();
            thread.Join();
            return onPool.Task.Wait(TimeSpan.FromSeconds(10)) ? onPool.Task.Result : throw new TimeoutException("The read did not end.");
        }

        static async Task ReadAsync(TaskCompletionSource<bool> onPool)
        {
            await using var endless = new Carrier(pauses: false);
            await using var stream = new TurnStream(endless);
            await stream.ReadExactlyAsync(new byte[TurnStream.Turn]);
            onPool.SetResult(Thread.CurrentThread.IsThreadPoolThread);
        }
    }

    /// <summary>Carries a buffer and tells whether the stream hopped meanwhile, which it does by way of the context that it finds.</summary>
    private static async Task<(bool Hopped, int Count)> CarryAsync(TurnStream stream, byte[] buffer, bool isRead, Carrier? slow = null)
    {
        var (before, hops) = (SynchronizationContext.Current, new Hops());
        ValueTask<int> carrying;
        try
        {
            SynchronizationContext.SetSynchronizationContext(hops);
            carrying = isRead ? stream.ReadAsync(buffer.AsMemory()) : WriteAsync();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        // Only now what pauses goes on: before, the stream could find it complete already.
        slow?.GoOn();
        var count = await carrying;
        return (hops.Count > 0, count);

        async ValueTask<int> WriteAsync()
        {
            await stream.WriteAsync(buffer.AsMemory()).ConfigureAwait(false);
            return buffer.Length;
        }
    }

    private sealed class Hops : SynchronizationContext
    {
        public int Count;

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref Count);
            ThreadPool.QueueUserWorkItem(_ => d(state));
        }
    }

    /// <summary>A peer that always has something, and always takes something.</summary>
    private sealed class Carrier(bool pauses) : MemoryStream
    {
        private TaskCompletionSource _go = new();

        public bool Pauses { get; set; } = pauses;

        public void GoOn() => Interlocked.Exchange(ref _go, new TaskCompletionSource()).SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Pauses) await _go.Task.ConfigureAwait(false);
            return buffer.Length;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Pauses) await _go.Task.ConfigureAwait(false);
        }
    }
}
