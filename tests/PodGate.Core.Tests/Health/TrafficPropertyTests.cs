using PodGate.Core.Health;
using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Health;

/// <summary>What holds of every traffic there can be; random lives of sources with a printed seed.</summary>
public sealed class TrafficPropertyTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly TrafficSettings Settings = new();

    [Fact]
    public void FewerSourcesThanTheLimit_NeverAccuse_WhateverTheyMeet()
    {
        var random = Random();
        for (var life = 0; life < 150; life++)
        {
            var broken = random.Next(1, Settings.Sources);
            Live(random, (slot, _) => slot < broken ? SlotOutcome.ServerError : SlotOutcome.Fine, slot => slot < broken ? 0 : random.Next(3),
                verdict => verdict.IsSuspicion.Should().BeFalse());
        }
    }

    [Fact]
    public void OneSourceAlone_NeverCondemns_AlsoWhenItSendsMostOfTheRequests()
    {
        var random = Random();
        for (var life = 0; life < 100; life++)
            Live(random, (slot, _) => slot == 7 ? SlotOutcome.Broken : SlotOutcome.Fine, slot => slot % 3, verdict => verdict.IsSuspicion.Should().BeFalse(), often: 7);
    }

    [Fact]
    public void SourcesThatFailWhereverTheyGo_NeverConfirmAPod()
    {
        var random = Random();
        for (var life = 0; life < 150; life++)
        {
            var broken = random.Next(1, 40);
            Live(random, (slot, _) => slot < broken ? SlotOutcome.ServerError : SlotOutcome.Fine, _ => random.Next(3),
                verdict => verdict.Verdict.Should().NotBe(TrafficVerdict.Confirmed));
        }
    }

    [Fact]
    public void OrderOfArrivalWithinAnInstant_GivesTheSamePicture()
    {
        var random = Random();
        for (var round = 0; round < 200; round++)
        {
            // Two requests of one source in one instant would be a matter of order: each source sends one.
            var requests = Enumerable.Range(0, 60).Select(slot => (Slot: slot, Pod: random.Next(3), Outcome: (SlotOutcome)random.Next(1, 7), Milliseconds: random.Next(2000))).ToArray();
            var first = PictureOf(requests);
            random.Shuffle(requests);
            PictureOf(requests).Pods.Should().Equal(first.Pods);
        }

        static TrafficPicture PictureOf((int Slot, int Pod, SlotOutcome Outcome, int Milliseconds)[] requests)
        {
            var outcomes = Enumerable.Range(0, 3).Select(_ => new SlotOutcomes()).ToArray();
            foreach (var request in requests)
                outcomes[request.Pod].Record(request.Slot, request.Outcome, SlotOutcomes.MomentOf(Start), TimeSpan.FromMilliseconds(request.Milliseconds));
            return TrafficLook.Take([.. outcomes.Select((o, i) => new TrafficSubject($"pod-{i}", o, true, TrafficHealth.Quiet))], Start, Settings);
        }
    }

    private Random Random()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PODGATE_TEST_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    /// <summary>20 s of 40 sources on three pods; every pod is judged at each look.</summary>
    private static void Live(Random random, Func<int, int, SlotOutcome> outcome, Func<int, int> home, Action<TrafficHealth> check, int often = -1)
    {
        var outcomes = Enumerable.Range(0, 3).Select(_ => new SlotOutcomes()).ToArray();
        var health = Enumerable.Repeat(TrafficHealth.Quiet, 3).ToArray();
        for (var tick = 0; tick < 200; tick++)
        {
            var now = Start.AddMilliseconds(100 * tick);
            for (var request = 0; request < 20; request++)
            {
                var slot = often >= 0 && random.Next(2) == 0 ? often : random.Next(40);
                var pod = home(slot);
                outcomes[pod].Record(slot, outcome(slot, pod), SlotOutcomes.MomentOf(now), TimeSpan.FromMilliseconds(random.Next(1, 20)));
            }

            var picture = TrafficLook.Take([.. outcomes.Select((o, i) => new TrafficSubject($"pod-{i}", o, true, health[i]))], now, Settings);
            for (var i = 0; i < 3; i++)
            {
                health[i] = TrafficJudge.Judge(health[i], picture.Pods.GetValueOrDefault($"pod-{i}"), random.Next(2) == 0, Settings, now);
                check(health[i]);
            }
        }
    }
}
