using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

/// <summary>The memory of when slots were last used.</summary>
public sealed class SlotUseTests
{
    private const long Second = 1_000_000_000;
    private const long Begun = 77 * Second;
    private readonly SlotUse _use = new(256, Second, Begun);

    [Fact]
    public void AtFirst_EverySlotCountsAsUsed_ButNoneWasSeen()
    {
        Used(3, within: 10, after: 9).Should().BeTrue("the gate does not know better");
        Used(3, within: 10, after: 12).Should().BeFalse();
        _use.WasSeen(3, TimeSpan.FromHours(1), Begun + Second).Should().BeFalse();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(9, true)]
    [InlineData(11.1, false)]
    public void AUse_CountsForItsTime(double later, bool counts)
    {
        var at = Begun + (1000 * Second);
        _use.Touch(3, at);
        _use.WasUsed(3, TimeSpan.FromSeconds(10), at + (long)(later * Second)).Should().Be(counts);
        _use.WasSeen(3, TimeSpan.FromSeconds(10), at + (long)(later * Second)).Should().Be(counts);
        _use.WasSeen(2, TimeSpan.FromSeconds(10), at).Should().BeFalse("it is another slot");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(10_000_000)]
    [InlineData(1_000_000_000)]
    public void TheGrain_IsHalfASecondAtMost_OrOneTick(long frequency)
    {
        var use = new SlotUse(256, frequency, 0);
        use.Grain.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(frequency == 1 ? 1 : 0.5));
    }

    [Fact]
    public void FiftyYears_DoNotRunOver()
    {
        var late = Begun + (long)(50 * 365.25 * 24 * 3600 * Second);
        _use.Touch(3, late);
        _use.WasSeen(3, TimeSpan.FromMinutes(1), late + (30 * Second)).Should().BeTrue();
        _use.WasSeen(3, TimeSpan.FromMinutes(1), late + (90 * Second)).Should().BeFalse();
    }

    private bool Used(int slot, double within, double after) => _use.WasUsed(slot, TimeSpan.FromSeconds(within), Begun + (long)(after * Second));
}
