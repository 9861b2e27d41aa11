using System.Collections.Immutable;

namespace PodGate.Core.Routing;

/// <summary>A pod's part of a picture.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Admission">What it may get. One that is closed routes as one that is excluded, and is shown as that.</param>
/// <param name="Share">How much of its own slots it may serve.</param>
public readonly record struct PodPart(string Name, Admission Admission, int Share);

/// <summary>
/// What of a snapshot decides where clients go, small enough to be written down at each change: with it and the key the table of that time can be made again.
/// It is coarse where exactness would be a line a second: in the share of a ramp, and in the slots that a soft drain keeps, which it does not tell.
/// </summary>
/// <param name="Mark">Of the hashing (<see cref="SlotHashing.Mark"/>): with another one nothing can be said of any address.</param>
/// <param name="Pods">Every pod, in ordinal order of names.</param>
/// <param name="Pins">Networks that belong to a pod.</param>
public sealed record RoutingPicture(string Mark, ImmutableArray<PodPart> Pods, Pins Pins)
{
    // A ramp may have as many steps as there are shares; a sixteenth of it is exact enough, and the usual ten are told one by one.
    private const int ShareStep = PodRoute.FullShare / 16;

    /// <summary>The picture of a snapshot.</summary>
    /// <param name="snapshot">It.</param>
    public static RoutingPicture Of(RoutingSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new RoutingPicture(snapshot.Hashing.Mark, [.. snapshot.Pods.Select(PartOf)], snapshot.Pins);
    }

    /// <summary>Whether it tells as much of a snapshot as another picture would; a share may be some more by now. Allocates nothing.</summary>
    /// <param name="snapshot">The snapshot.</param>
    public bool IsOf(RoutingSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (Mark != snapshot.Hashing.Mark || Pods.Length != snapshot.Pods.Length || !Pins.Equals(snapshot.Pins)) return false;
        for (var pod = 0; pod < Pods.Length; pod++)
        {
            if (Told(Pods[pod]) != Told(PartOf(snapshot.Pods[pod]))) return false;
        }

        return true;
    }

    /// <summary>By value.</summary>
    public bool Equals(RoutingPicture? other) =>
        other is not null && Mark == other.Mark && Pods.AsSpan().SequenceEqual(other.Pods.AsSpan()) && Pins.Equals(other.Pins);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mark, Pods.Length, Pins);

    private static PodPart PartOf(PodRoute route) => new(
        route.Name,
        route.Admission == Admission.Closed ? Admission.Excluded : route.Admission,
        route.Share);

    private static PodPart Told(in PodPart part) => part with { Share = part.Share / ShareStep };
}
