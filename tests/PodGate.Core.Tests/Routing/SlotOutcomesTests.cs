using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

public sealed class SlotOutcomesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, SlotOutcome.Fine, 0)]
    [InlineData(8191, SlotOutcome.ServerError, 1)]
    [InlineData(8192, SlotOutcome.CutOff, 1500)]
    [InlineData(65_535, SlotOutcome.Broken, 262_080)]
    [InlineData(7, SlotOutcome.NoAnswer, 4095)]
    [InlineData(7, SlotOutcome.Fine, 16_000)]
    [InlineData(4_194_303, SlotOutcome.Unavailable, 20)]
    public void Record_IsReadAsItWasWritten(int slot, SlotOutcome outcome, int milliseconds)
    {
        var outcomes = new SlotOutcomes();
        outcomes.Record(slot, outcome, SlotOutcomes.MomentOf(Now), TimeSpan.FromMilliseconds(milliseconds));

        outcomes[SlotOutcomes.CellOf(slot)].Should().Be(
            new SlotEntry(slot, outcome, outcome == SlotOutcome.Fine ? 0 : 1, SlotOutcomes.MomentOf(Now), TimeSpan.FromMilliseconds(milliseconds)));
        outcomes.Of(slot).Outcome.Should().Be(outcome);
        outcomes.Troubles.Should().Be(outcome == SlotOutcome.Fine ? 0 : 1);
    }

    // F: failed, o: well; the newest last.
    [Theory]
    [InlineData("o", false, false, SlotOutcome.Fine)]
    [InlineData("F", true, false, SlotOutcome.Broken)]
    [InlineData("oooF", true, false, SlotOutcome.Broken)]
    [InlineData("FF", true, true, SlotOutcome.Broken)]
    [InlineData("FoF", true, true, SlotOutcome.Broken)]
    [InlineData("FooF", true, true, SlotOutcome.Broken)]
    [InlineData("FoooF", true, false, SlotOutcome.Broken)]
    [InlineData("FFo", false, true, SlotOutcome.Broken)]
    [InlineData("FFoo", false, true, SlotOutcome.Broken)]
    [InlineData("FFooo", false, false, SlotOutcome.Broken)]
    [InlineData("FFoooo", false, false, SlotOutcome.Fine)]
    public void ASource_IsAffectedWhenTwoOfItsLastFourFailed(string requests, bool failedLast, bool affected, SlotOutcome kind)
    {
        var outcomes = new SlotOutcomes();
        foreach (var request in requests) outcomes.Record(70_001, request == 'F' ? SlotOutcome.Broken : SlotOutcome.Fine, 0, TimeSpan.Zero);

        var entry = outcomes.Of(70_001);
        (entry.IsFailure, entry.IsAffected, entry.Kind).Should().Be((failedLast, affected, kind));
        entry.Outcome.Should().Be(failedLast ? SlotOutcome.Broken : SlotOutcome.Fine);
    }

    [Fact]
    public void Of_ASlotThatAnotherHides_IsNone()
    {
        var outcomes = new SlotOutcomes();
        outcomes.Record(5, SlotOutcome.ServerError, 100, TimeSpan.Zero);
        outcomes.Record(5 + SlotOutcomes.Cells, SlotOutcome.ServerError, 101, TimeSpan.Zero);

        outcomes.Of(5).Kind.Should().Be(SlotOutcome.None);
        outcomes.Of(5 + SlotOutcomes.Cells).IsAffected.Should().BeFalse("what the other one met is not its own");
        outcomes.Of(6).Kind.Should().Be(SlotOutcome.None);
    }

    [Fact]
    public void LongerThanFits_IsSaturated_AndNegativeIsZero()
    {
        var outcomes = new SlotOutcomes();
        outcomes.Record(1, SlotOutcome.Fine, 0, TimeSpan.FromHours(1));
        outcomes.Record(2, SlotOutcome.Fine, 0, TimeSpan.FromSeconds(-1));

        outcomes[1].FirstByte.Should().Be(TimeSpan.FromMilliseconds(262_080));
        outcomes[2].FirstByte.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void SlowAnswers_AreCountedFromWhereTheyAreWatched()
    {
        var outcomes = new SlotOutcomes();
        outcomes.Record(1, SlotOutcome.Fine, 0, TimeSpan.FromSeconds(9));
        outcomes.Slow.Should().Be(0, "nobody asked");
        outcomes.SlowFrom = TimeSpan.FromMilliseconds(500);
        outcomes.Record(1, SlotOutcome.Fine, 0, TimeSpan.FromMilliseconds(499));
        outcomes.Record(1, SlotOutcome.Fine, 0, TimeSpan.FromMilliseconds(500));
        outcomes.Slow.Should().Be(1);
        outcomes.Troubles.Should().Be(0);
    }

    [Fact]
    public void NeverWritten_IsNone() => new SlotOutcomes()[77].Outcome.Should().Be(SlotOutcome.None);

    [Fact]
    public void TwoSourcesOfACell_TheLastOneStands_AndIsKnownByItsSlot()
    {
        var outcomes = new SlotOutcomes();
        outcomes.Record(5, SlotOutcome.ServerError, 100, TimeSpan.Zero);
        outcomes.Record(5 + SlotOutcomes.Cells, SlotOutcome.Fine, 101, TimeSpan.Zero);

        outcomes[5].Slot.Should().Be(5 + SlotOutcomes.Cells);
        outcomes[5].IsFailure.Should().BeFalse();
    }

    [Fact]
    public void Moments_AreComparedAlsoWhereTheClockRunsOver()
    {
        SlotOutcomes.Between(5, uint.MaxValue - 4).Should().Be(TimeSpan.FromMilliseconds(100));
        SlotOutcomes.Between(uint.MaxValue - 4, 5).Should().Be(TimeSpan.FromMilliseconds(-100));
        SlotOutcomes.Between(SlotOutcomes.MomentOf(Now.AddSeconds(3)), SlotOutcomes.MomentOf(Now)).Should().Be(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Record_AllocatesNothing()
    {
        var outcomes = new SlotOutcomes();
        outcomes.Record(1, SlotOutcome.Fine, 0, TimeSpan.Zero);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) outcomes.Record(i, SlotOutcome.Fine, (uint)i, TimeSpan.FromMilliseconds(2));
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
