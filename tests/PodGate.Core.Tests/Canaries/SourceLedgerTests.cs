using PodGate.Core.Canaries;
using PodGate.Core.Routing;
using PodGate.Core.Tests.Routing;

namespace PodGate.Core.Tests.Canaries;

public sealed class SourceLedgerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(40);

    [Fact]
    public void Tallies_AreCountedBySource()
    {
        var ledger = new SourceLedger(Now, Kept);
        foreach (var outcome in Enum.GetValues<SlotOutcome>()) ledger.Record(7, outcome, Now, Time);
        ledger.Record(65_535, SlotOutcome.Fine, Now, Time);

        var tallies = ledger.Tallies(Now);

        tallies.Keys.Should().BeEquivalentTo([7, 65_535]);
        (tallies[7].Requests, tallies[7].Failures).Should().Be((6, 5), "what says nothing is not counted");
        tallies[7].Times.ToArray().Sum().Should().Be(1);
        tallies[65_535].Times[FirstByteScale.StepOf(Time)].Should().Be(1);
    }

    [Fact]
    public void Tallies_ForgetWhatIsOlderThanIsKept()
    {
        var ledger = new SourceLedger(Now, Kept);
        for (var minute = 0; minute < 180; minute++) ledger.Record(1, SlotOutcome.Fine, Now.AddMinutes(minute), Time);
        ledger.Record(2, SlotOutcome.Broken, Now.AddMinutes(100), default);

        ledger.Tallies(Now.AddMinutes(179))[1].Requests.Should().Be(60);
        ledger.Tallies(Now.AddMinutes(180))[1].Requests.Should().Be(55, "a new span of five minutes has begun");
        ledger.Tallies(Now.AddMinutes(159)).Should().ContainKey(2);
        ledger.Tallies(Now.AddMinutes(160)).Should().NotContainKey(2);
        ledger.Tallies(Now.AddDays(1)).Should().BeEmpty();
    }

    [Fact]
    public void Record_BeforeItBegins_IsNothing()
    {
        var ledger = new SourceLedger(Now, Kept);
        ledger.Record(1, SlotOutcome.Fine, Now.AddTicks(-1), Time);

        ledger.Tallies(Now).Should().BeEmpty();
    }

    [Fact]
    public void Record_OfMoreSourcesThanThereArePlaces_KeepsTheFirst_AndMakesPlaceInTime()
    {
        var ledger = new SourceLedger(Now, Kept);
        for (var slot = 0; slot < 3 * SourceLedger.Places; slot++) ledger.Record(slot, SlotOutcome.Fine, Now, Time);
        var first = ledger.Tallies(Now);
        for (var slot = 100_000; slot < 101_000; slot++) ledger.Record(slot, SlotOutcome.Fine, Now + Kept, Time);

        first.Count.Should().BeInRange(SourceLedger.Places * 9 / 10, SourceLedger.Places);
        ledger.Uncounted.Should().Be((3 * SourceLedger.Places) - first.Count);
        first.Values.All(tally => tally.Requests == 1).Should().BeTrue();
        ledger.Tallies(Now + Kept).Keys.Order().Should().Equal(Enumerable.Range(100_000, 1000));
    }

    [Fact]
    public void Record_FromManyThreads_LosesLittle()
    {
        var ledger = new SourceLedger(Now, Kept);
        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < 100_000; i++) ledger.Record(i % 997, SlotOutcome.Fine, Now.AddMilliseconds(i), Time);
        });

        ledger.Tallies(Now).Should().HaveCount(997);
        ledger.Tallies(Now).Values.Sum(tally => tally.Requests).Should().BeInRange(600_000, 800_000);
    }

    [Fact]
    public void Record_OfAKnownSource_AllocatesNothing()
    {
        var ledger = new SourceLedger(Now, Kept);

        Chance.AllocatedBytes(() => ledger.Record(1, SlotOutcome.Fine, Now, Time)).Should().Be(0);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.4, 0)]
    [InlineData(0.72, 1)]
    [InlineData(1.01, 2)]
    [InlineData(1.45, 3)]
    [InlineData(100, 15)]
    [InlineData(23_200, 31)]
    [InlineData(1e9, 31)]
    public void StepOf_IsHalfAnOctave(double milliseconds, int step) => FirstByteScale.StepOf(TimeSpan.FromMilliseconds(milliseconds)).Should().Be(step);
}
