using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

/// <summary>What is told of a snapshot, and how exactly.</summary>
public sealed class RoutingPictureTests
{
    [Theory]
    [InlineData(Admission.Serving, 100, Admission.Serving, 111, true)]
    [InlineData(Admission.Serving, 100, Admission.Serving, 112, false)]
    [InlineData(Admission.Serving, 255, Admission.Serving, 256, false)]
    [InlineData(Admission.Serving, 256, Admission.Standby, 256, false)]
    [InlineData(Admission.Excluded, 256, Admission.Closed, 256, true)]
    [InlineData(Admission.Keeping, 256, Admission.Excluded, 256, false)]
    public void Picture_OfAPodThatChanged_IsAnotherOne(Admission before, int shareBefore, Admission after, int shareAfter, bool same)
    {
        var picture = RoutingPicture.Of(Fleets.Of(new PodCase("a", before, shareBefore), new PodCase("b")).Snapshot());
        picture.IsOf(Fleets.Of(new PodCase("a", after, shareAfter), new PodCase("b")).Snapshot()).Should().Be(same);
    }

    [Fact]
    public void Picture_OfTheUsualRamp_TellsEveryStep()
    {
        var shares = Enumerable.Range(1, 10).Select(step => 256 * step / 10).ToArray();
        for (var step = 1; step < shares.Length; step++)
        {
            RoutingPicture.Of(Fleets.Of(new PodCase("a", Admission.Serving, shares[step - 1])).Snapshot())
                .IsOf(Fleets.Of(new PodCase("a", Admission.Serving, shares[step])).Snapshot()).Should().BeFalse("of {0} and {1}", shares[step - 1], shares[step]);
        }
    }

    [Fact]
    public void Picture_OfOtherPodsOrPins_IsAnotherOne()
    {
        var snapshot = Fleets.Of(new PodCase("a"), new PodCase("b")).Snapshot();
        var picture = RoutingPicture.Of(snapshot);
        picture.IsOf(snapshot.Next(Fleets.Routes([new PodCase("a")]))).Should().BeFalse();
        picture.IsOf(snapshot.Next(snapshot.Pods, Pins.Of([PinsTests.Pin("10.0.0.0/8", "a")]))).Should().BeFalse();
        picture.IsOf(snapshot.Next(snapshot.Pods)).Should().BeTrue();
    }

    [Fact]
    public void Mark_IsOfKeySlotsAndPrefixes_AndTellsNoKey()
    {
        var key = Fleets.Key(7);
        var mark = new SlotHashing(key, 512).Mark;
        mark.Should().Be(new SlotHashing(key, 512).Mark).And.NotContain(key.ToString()[..8]);
        new[] { new SlotHashing(Fleets.Key(8), 512), new SlotHashing(key, 1024), new SlotHashing(key, 512, 24), new SlotHashing(key, 512, 32, 48) }
            .Select(other => other.Mark).Should().NotContain(mark).And.OnlyHaveUniqueItems();
    }
}
