using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

public sealed class SlotOutcomesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, SlotOutcome.Fine, 0)]
    [InlineData(8191, SlotOutcome.ServerError, 1)]
    [InlineData(8192, SlotOutcome.CutOff, 1500)]
    [InlineData(65_535, SlotOutcome.Broken, 262_143)]
    [InlineData(4_194_303, SlotOutcome.Unavailable, 20)]
    public void Record_IsReadAsItWasWritten(int slot, SlotOutcome outcome, int milliseconds)
    {
        var outcomes = new SlotOutcomes();
        outcomes.Record(slot, outcome, SlotOutcomes.MomentOf(Now), TimeSpan.FromMilliseconds(milliseconds));

        outcomes[SlotOutcomes.CellOf(slot)].Should().Be(new SlotEntry(slot, outcome, SlotOutcomes.MomentOf(Now), TimeSpan.FromMilliseconds(milliseconds)));
        outcomes.Troubles.Should().Be(outcome == SlotOutcome.Fine ? 0 : 1);
    }

    [Fact]
    public void LongerThanFits_IsSaturated_AndNegativeIsZero()
    {
        var outcomes = new SlotOutcomes();
        outcomes.Record(1, SlotOutcome.Fine, 0, TimeSpan.FromHours(1));
        outcomes.Record(2, SlotOutcome.Fine, 0, TimeSpan.FromSeconds(-1));

        outcomes[1].FirstByte.Should().Be(TimeSpan.FromMilliseconds(262_143));
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
