using System.Diagnostics;
using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Routing;

/// <summary>The counters under real threads. Every run is bounded by a number of rounds and by a deadline.</summary>
public sealed class PodLoadTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void Counts_OneThread_AreExact()
    {
        var load = new PodLoad();
        (load.InFlight, load.Unsent).Should().Be((0, 0));

        load.Enter();
        load.Enter();
        (load.InFlight, load.Unsent).Should().Be((2, 2));

        load.Sent();
        (load.InFlight, load.Unsent).Should().Be((2, 1));

        load.Leave();
        load.Sent();
        (load.InFlight, load.Unsent).Should().Be((1, 0));

        load.Leave();
        (load.InFlight, load.Unsent).Should().Be((0, 0));
    }

    [Fact]
    public void Counts_ManyThreadsThatComeAndGo_EndAtZero()
    {
        var load = new PodLoad();
        var seed = NewSeed();
        OnThreads(8, index =>
        {
            var random = new Random(seed + index);
            var running = 0;
            for (var i = 0; i < 50_000; i++)
            {
                if (running > 0 && random.Next(2) == 0)
                {
                    load.Leave();
                    running--;
                }
                else
                {
                    load.Enter();
                    load.Sent();
                    running++;
                }
            }

            for (; running > 0; running--) load.Leave();
        });

        (load.InFlight, load.Unsent).Should().Be((0, 0));
    }

    [Fact]
    public void InFlight_ReadWhileRequestsComeAndGo_IsNeverLessThanTheTruth()
    {
        // Each worker always has at least one request running (it enters the next before it leaves the last), and may end on other
        // processors than they began on. So no sum may ever be below the number of workers.
        const int Workers = 4;
        var load = new PodLoad();
        for (var i = 0; i < Workers; i++)
        {
            load.Enter();
            load.Sent();
        }

        var seed = NewSeed();
        var running = Workers;
        long reads = 0, least = long.MaxValue, leastUnsent = long.MaxValue;
        OnThreads(Workers + 1, index =>
        {
            if (index == Workers)
            {
                do
                {
                    least = Math.Min(least, load.InFlight);
                    leastUnsent = Math.Min(leastUnsent, load.Unsent);
                    reads++;
                }
                while (Volatile.Read(ref running) > 0);
                return;
            }

            var random = new Random(seed + index);
            for (var i = 0; i < 100_000; i++)
            {
                load.Enter();
                if (random.Next(64) == 0) Thread.Yield();
                load.Sent();
                load.Leave();
            }

            Interlocked.Decrement(ref running);
        });

        output.WriteLine($"{reads} sums taken, the least was {least}");
        least.Should().BeGreaterThanOrEqualTo(Workers);
        leastUnsent.Should().BeGreaterThanOrEqualTo(0);
        load.InFlight.Should().Be(Workers);
        load.Unsent.Should().Be(0);
    }

    [Fact]
    public void Unsent_ZeroAfterAPublication_NobodySendsByTheOldSnapshotAnyMore()
    {
        // The protocol of the request path against that of a command: the request enters and reads again; the publisher publishes and
        // waits for zero. From then on, until the pod is admitted again, no request may be sent to it.
        var load = new PodLoad();
        var admitted = 1;
        var acknowledged = 0;
        var stop = 0;
        long sent = 0, turned = 0, sentAfterwards = 0, rounds = 0;
        OnThreads(4, index =>
        {
            if (index == 0)
            {
                var until = Stopwatch.GetTimestamp() + (2 * Stopwatch.Frequency);
                for (; rounds < 200_000 && Stopwatch.GetTimestamp() < until; rounds++)
                {
                    Volatile.Write(ref admitted, 0);
                    SpinWait.SpinUntil(() => load.Unsent == 0, Limit).Should().BeTrue();
                    Volatile.Write(ref acknowledged, 1);
                    Thread.SpinWait(20);
                    Volatile.Write(ref acknowledged, 0);
                    Volatile.Write(ref admitted, 1);
                    Thread.SpinWait((int)(rounds % 50));
                }

                Volatile.Write(ref stop, 1);
                return;
            }

            while (Volatile.Read(ref stop) == 0)
            {
                if (Volatile.Read(ref admitted) == 0) continue;
                load.Enter();
                if (Volatile.Read(ref admitted) == 1)
                {
                    if (Volatile.Read(ref acknowledged) == 1) Interlocked.Increment(ref sentAfterwards);
                    Interlocked.Increment(ref sent);
                }
                else
                {
                    Interlocked.Increment(ref turned);
                }

                load.Sent();
                load.Leave();
            }
        });

        output.WriteLine($"{rounds} publications, {sent} requests sent, {turned} turned round");
        sentAfterwards.Should().Be(0);
        sent.Should().BePositive();
        (load.InFlight, load.Unsent).Should().Be((0, 0));
    }

    [Fact]
    public void EnterAndUnsent_AtTheSameMoment_AtLeastOneSideSeesTheOther()
    {
        // The core of the protocol, in rounds: one thread enters and reads the published number, the other publishes and reads the sum.
        // Without a full fence on both sides a processor may do the read before its own write is seen, and both miss each other. (With
        // the fence of the sums taken out, an optimised build missed a few of 300,000 rounds on x64; an unoptimised one is too slow to.)
        const int Rounds = 300_000;
        var load = new PodLoad();
        var words = new int[256];
        var empty = new bool[Rounds];
        var unseen = new bool[Rounds];
        var until = Stopwatch.GetTimestamp() + (3 * Stopwatch.Frequency);
        var last = 0;
        OnThreads(2, index =>
        {
            ref var number = ref words[32];
            for (var round = 1; round < Rounds; round++)
            {
                if (index == 0 && Stopwatch.GetTimestamp() > until) Volatile.Write(ref words[192], 1);
                Meet(words, index, round * 2);
                if (Volatile.Read(ref words[192]) == 1) return;

                if (index == 0)
                {
                    for (var i = round % 13; i > 0; i--) Thread.SpinWait(1);
                    load.Enter();
                    unseen[round] = Volatile.Read(ref number) < round;
                }
                else
                {
                    for (var i = round % 7; i > 0; i--) Thread.SpinWait(1);
                    Volatile.Write(ref number, round);
                    empty[round] = load.Unsent == 0;
                    last = round;
                }

                Meet(words, index, (round * 2) + 1);
                if (index == 0)
                {
                    load.Sent();
                    load.Leave();
                }
            }
        });

        var missed = empty.Zip(unseen).Count(pair => pair.First && pair.Second);
        output.WriteLine($"{last} rounds; the request was first in {unseen.Count(yes => yes)}, the publication in {empty.Count(yes => yes)}; {missed} missed");
        missed.Should().Be(0);
    }

    [Fact]
    public void EnterSentLeave_Always_AllocateNothing()
    {
        var load = new PodLoad();
        long sum = 0;

        Chance.AllocatedBytes(() =>
        {
            load.Enter();
            load.Sent();
            sum += load.InFlight + load.Unsent;
            load.Leave();
        }).Should().Be(0, $"(sum {sum})");
    }

    private int NewSeed()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return seed;
    }

    // Two threads wait for each other, close enough to collide afterwards.
    private static void Meet(int[] words, int index, int number)
    {
        Volatile.Write(ref words[64 + (index * 64)], number);
        var wait = new SpinWait();
        while (Volatile.Read(ref words[128 - (index * 64)]) < number)
            wait.SpinOnce(sleep1Threshold: -1);
    }

    // Threads of their own: the pool's would start one after another. What one throws fails the test.
    private static void OnThreads(int count, Action<int> work)
    {
        using var start = new Barrier(count);
        var failures = new Exception?[count];
        var threads = Enumerable.Range(0, count).Select(index => new Thread(() =>
        {
            try
            {
                start.SignalAndWait(Limit).Should().BeTrue();
                work(index);
            }
            catch (Exception failure)
            {
                failures[index] = failure;
            }
        }) { IsBackground = true }).ToArray();

        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join(Limit).Should().BeTrue("the threads must end");
        failures.Should().OnlyContain(failure => failure == null);
    }
}
