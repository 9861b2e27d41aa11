using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

/// <summary>What a preview says would move is what moves.</summary>
public sealed class MovePreviewTests
{
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(5);

    [Fact]
    public void Drain_MovesWhoWasSeen_ToWhereTheyGo()
    {
        var (snapshot, now) = (Fleets.Open(1, 3).Snapshot(), 1000 * TimeSpan.TicksPerSecond);
        for (var slot = 0; slot < Fleets.Slots; slot += 4) snapshot.Use.Touch(slot, now);
        var preview = MovePreview.Of(snapshot, "pod-2", Admission.Excluded, SlotSet.Empty, Lately, now);
        var then = Fleets.Open(1, 3).With(new PodCase("pod-2", Admission.Excluded)).Owners();
        var moving = Enumerable.Range(0, Fleets.Slots).Where(slot => snapshot.Owner(slot)!.Name == "pod-2").ToArray();

        preview.Moves.Should().OnlyContain(move => move.From == "pod-2").And.HaveCount(2);
        foreach (var move in preview.Moves)
        {
            move.Slots.Should().Be(moving.Count(slot => then[slot] == move.To));
            move.Used.Should().Be(moving.Count(slot => then[slot] == move.To && slot % 4 == 0));
        }

        preview.Used.Values.Sum().Should().Be(Fleets.Slots / 4);
    }

    [Fact]
    public void Enable_BringsItsOwnBack()
    {
        var fleet = Fleets.Open(1, 3).With(new PodCase("pod-2", Admission.Closed));
        var preview = MovePreview.Of(fleet.Snapshot(), "pod-2", Admission.Serving, SlotSet.Empty, Lately, 0);
        preview.Moves.Should().OnlyContain(move => move.To == "pod-2" && move.Used == 0);
        preview.Moves.Sum(move => move.Slots).Should().Be(Fleets.Open(1, 3).Owners().Count(owner => owner == "pod-2"));
    }

    [Fact]
    public void TheLastPod_LeavesNobody()
    {
        var preview = MovePreview.Of(Fleets.Open(1, 1).Snapshot(), "pod-1", Admission.Excluded, SlotSet.Empty, Lately, 0);
        preview.Moves.Should().Equal(new SlotMove("pod-1", null, Fleets.Slots, 0));
    }

    [Fact]
    public void SoftDrain_LeavesWhatIsKept()
    {
        var snapshot = Fleets.Open(1, 3).Snapshot();
        var kept = SlotSet.Of(Fleets.Slots, slot => slot < 100 && snapshot.Owner(slot)!.Name == "pod-2");
        var preview = MovePreview.Of(snapshot, "pod-2", Admission.Keeping, kept, Lately, 0);
        preview.Moves.Sum(move => move.Slots).Should().Be(snapshot.SlotCounts[1] - kept.Count);
    }
}
