using System.Net;
using PodGate.Control.History;
using PodGate.Core.Routing;

namespace PodGate.Control.Tests.History;

/// <summary>One client's way through a history.</summary>
public sealed class ClientTrailTests
{
    private static readonly DateTimeOffset Night = new(2026, 11, 27, 22, 0, 0, TimeSpan.Zero);
    private static readonly SlotHashing Hashing = new(new Key128(1, 2), 512);
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    [Fact]
    public void AClientThatMoved_HasStaysAndReasons()
    {
        var trail = Of(
            Routed(0, ("a", Admission.Serving)),
            Routed(10, ("b", Admission.Serving)), Told(9.9995, "a", "a is routed around"), Told(10, "z", "somebody else"),
            Routed(12, ("b", Admission.Serving)),
            Routed(60, ("a", Admission.Serving)), Told(60, "a", "a is back"));

        trail.Stays.Select(stay => (stay.Pod, Minutes(stay.From), stay.Until is { } until ? Minutes(until) : -1)).Should().Equal(("a", 0, 10), ("b", 10, 60), ("a", 60, -1));
        trail.WhyBegan(0).Should().BeEmpty();
        trail.WhyBegan(1).Should().Equal("a is routed around");
        trail.WhyBegan(2).Should().Equal("a is back");
    }

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(0, 0)]
    [InlineData(9, 0)]
    [InlineData(10, 1)]
    [InlineData(5000, 1)]
    public void AMoment_IsInOneStay(double minutes, int index) =>
        Of(Routed(0, ("a", Admission.Serving)), Routed(10, ("b", Admission.Serving))).IndexAt(Night.AddMinutes(minutes)).Should().Be(index);

    [Fact]
    public void AGateThatStopped_AndOneThatWasKilled_AreGaps()
    {
        var trail = Of(
            Mark(0, RoutingEntryKind.Began), Routed(0, ("a", Admission.Serving)), Mark(10, RoutingEntryKind.Ended),
            Mark(20, RoutingEntryKind.Began), Routed(20, ("a", Admission.Serving)), Mark(29, RoutingEntryKind.Ran),
            Mark(40, RoutingEntryKind.Began), Routed(40, ("a", Admission.Serving)));

        trail.Stays.Select(stay => (stay.Kind, Minutes(stay.From))).Should().Equal(
            (StayKind.OnPod, 0), (StayKind.NoGate, 10), (StayKind.OnPod, 20), (StayKind.NoGate, 29), (StayKind.OnPod, 40));
        trail.Stays.Select(stay => stay.WasKilled).Should().Equal(false, false, false, true, false);
    }

    [Fact]
    public void ATakeOver_IsNoGap_UnlessNobodyTookOver()
    {
        Of(Routed(0, ("a", Admission.Serving)), Mark(10, RoutingEntryKind.HandedOver), Mark(10.1, RoutingEntryKind.Began), Routed(10.1, ("a", Admission.Serving)))
            .Stays.Should().ContainSingle();
        Of(Routed(0, ("a", Admission.Serving)), Mark(10, RoutingEntryKind.HandedOver), Mark(15, RoutingEntryKind.Began), Routed(15, ("a", Admission.Serving)))
            .Stays.Select(stay => stay.Kind).Should().Equal(StayKind.OnPod, StayKind.NoGate, StayKind.OnPod);
    }

    [Fact]
    public void ASoftDrain_IsSaidToBeUncertain()
    {
        var stay = Of(Routed(0, ("a", Admission.Keeping), ("b", Admission.Standby))).Stays.Single();
        (stay.Pod, stay.Or).Should().Be(("a", "b"));
    }

    [Fact]
    public void AnotherKey_AndNobodyWhoServes_AreSaid()
    {
        var other = Routed(10, ("a", Admission.Serving));
        Of(Routed(0, ("a", Admission.Excluded)), other with { Picture = other.Picture! with { Mark = "other" } })
            .Stays.Select(stay => stay.Kind).Should().Equal(StayKind.Nowhere, StayKind.NotKnown);
    }

    [Fact]
    public void AStay_HasThePinOfItsTime()
    {
        var pin = new Pin(IPNetwork.Parse("192.0.2.0/24"), "a", PinOtherwise.Refuse);
        var pinned = Routed(5, ("a", Admission.Excluded), ("b", Admission.Serving));
        var trail = Of(
            Routed(0, ("b", Admission.Serving)), pinned with { Picture = pinned.Picture! with { Pins = Pins.Of([pin]) } },
            Told(5, "", "192.0.2.0/24 is pinned to a now, and refused elsewhere"));
        trail.Stays.Select(stay => (stay.Kind, stay.Pin)).Should().Equal((StayKind.OnPod, null), (StayKind.Nowhere, pin));
        trail.WhyBegan(1).Should().ContainSingle().Which.Should().StartWith("192.0.2.0/24 is pinned");
    }

    [Fact]
    public void WhatIsMissing_IsTold() =>
        Of(Routed(0, ("a", Admission.Serving)), Routed(10, ("a", Admission.Serving)) with { Missed = 3 }).Missed.Select(entry => entry.Missed).Should().Equal(3);

    private static ClientTrail Of(params RoutingEntry[] entries) => ClientTrail.Of(entries, Hashing, Client);

    private static RoutingEntry Routed(double minutes, params (string Name, Admission Admission)[] pods) => Mark(minutes, RoutingEntryKind.Routed) with
    {
        Picture = new RoutingPicture(Hashing.Mark, [.. pods.Select(pod => new PodPart(pod.Name, pod.Admission, PodRoute.FullShare))], Pins.None),
    };

    private static RoutingEntry Told(double minutes, string pod, string sentence) => Mark(minutes, RoutingEntryKind.Told) with { Pod = pod, Sentence = sentence };

    private static RoutingEntry Mark(double minutes, RoutingEntryKind kind) => new(Night.AddMinutes(minutes), kind);

    private static int Minutes(DateTimeOffset moment) => (int)Math.Round((moment - Night).TotalMinutes);
}
