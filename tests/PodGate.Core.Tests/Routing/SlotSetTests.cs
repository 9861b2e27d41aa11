using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

public sealed class SlotSetTests
{
    [Fact]
    public void Of_HasWhatBelongs()
    {
        var set = SlotSet.Of(300, slot => slot % 7 == 0);
        set.Count.Should().Be(43);
        for (var slot = -1; slot < 400; slot++) set.Contains(slot).Should().Be(slot is >= 0 and < 300 && slot % 7 == 0, "of slot {0}", slot);
    }

    [Fact]
    public void Where_TakesOthersOut()
    {
        var set = SlotSet.Of(300, slot => slot % 7 == 0);
        var half = set.Where(slot => slot % 2 == 0);
        half.Count.Should().Be(22);
        for (var slot = 0; slot < 300; slot++) half.Contains(slot).Should().Be(slot % 14 == 0);
        set.Where(_ => true).Should().BeSameAs(set, "nothing changed");
        set.Where(_ => false).Should().BeSameAs(SlotSet.Empty);
    }

    [Fact]
    public void All_HasEverySlot_AndNobodyCountsThem()
    {
        SlotSet.All.Contains(4_000_000).Should().BeTrue();
        SlotSet.All.IsEmpty.Should().BeFalse();
        FluentActions.Invoking(() => SlotSet.All.Where(_ => false)).Should().Throw<InvalidOperationException>();
    }
}
