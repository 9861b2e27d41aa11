using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

/// <summary>Which slots have much, told from a few counts.</summary>
public sealed class SlotTallyTests
{
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.1)]
    [InlineData(0.03)]
    public void Slot_WithALargePart_IsTheHeaviest_AndHasHardlyLessThanItHad(double part)
    {
        const int Seed = 99;
        var random = new Random(Seed);
        var tally = new SlotTally();
        long heavy = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var isHeavy = random.NextDouble() < part;
            if (isHeavy) heavy++;
            tally.Count(isHeavy ? 4711 : random.Next(65_536));
        }

        var counts = tally.Take();

        counts.All.Should().Be(50_000);
        counts.Heaviest.Should().HaveCount(SlotTally.Told).And.BeInDescendingOrder(slot => slot.Count);
        counts.Heaviest[0].Slot.Should().Be(4711, "seed {0}", Seed);
        counts.Heaviest[0].Count.Should().BeInRange((long)(heavy * 0.95), heavy);
    }

    [Fact]
    public void TwoSlotsOfACell_TheHeavierStands()
    {
        var tally = new SlotTally();
        for (var i = 0; i < 300; i++) tally.Count(i % 3 == 0 ? 5 : 5 + SlotTally.Cells);
        tally.Take().Heaviest.Should().Equal(new SlotCount(5 + SlotTally.Cells, 100));
    }

    [Fact]
    public void WhatWasTaken_BeginsAnew()
    {
        var tally = new SlotTally();
        tally.Count(3);
        tally.Take().Should().BeEquivalentTo(new { All = 1L, Heaviest = new[] { new SlotCount(3, 1) } });
        tally.Take().Should().BeSameAs(SlotCounts.None);
        tally.Count(0);
        tally.Take().Heaviest.Should().Equal(new SlotCount(0, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_000_003)]
    public void OneInEight_IsCounted_WhateverTheClocksGrain(long grain)
    {
        var tally = new SlotTally();
        var random = new Random(5);
        var now = 1_234_567_890_123L;
        for (var i = 0; i < 80_000; i++) tally.Count(1, (now += random.Next(1, 2_000) * grain) / grain * grain);
        tally.Take().All.Should().BeInRange(9_000, 11_000);
    }

    [Fact]
    public void Count_AllocatesNothing()
    {
        var tally = new SlotTally();
        var moment = 0L;
        Chance.AllocatedBytes(() => tally.Count(7, moment++)).Should().Be(0);
    }
}
