using System.Collections.Immutable;
using PodGate.Core.Routing;

namespace PodGate.Core.Canaries;

/// <summary>A source before the canary and since.</summary>
/// <param name="Slot">The source.</param>
/// <param name="Before">What its requests came to before anybody was moved.</param>
/// <param name="During">What they come to now: on the canary if it is of the group, else on the other pods.</param>
public sealed record SourcePair(int Slot, SourceTally Before, SourceTally During);

/// <summary>What a look compares. Sources of which nothing is known from before, or nothing now, are on neither side.</summary>
/// <param name="Group">Those that the canary serves.</param>
/// <param name="Others">Those that it does not serve.</param>
public sealed record CanarySample(ImmutableArray<SourcePair> Group, ImmutableArray<SourcePair> Others);

/// <summary>
/// What is counted while a canary runs. Whoever is served by the canary is of its group, however the group is chosen. Any thread may write.
/// </summary>
public sealed class CanaryTrial
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(12);

    private readonly Dictionary<int, SourceTally> _before;
    private readonly SourceLedger _group;
    private readonly SourceLedger _others;

    /// <summary>Begins it, at the moment before the group is moved.</summary>
    /// <param name="before">
    /// What everybody met until now, on all pods. When it does not reach back for all of <see cref="CanarySettings.Before"/>, no more than it does is compared
    /// with it later on.
    /// </param>
    /// <param name="now">The moment.</param>
    /// <param name="settings">The limits.</param>
    public CanaryTrial(SourceLedger before, DateTimeOffset now, CanarySettings settings)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(settings);
        _before = before.Tallies(now);
        Since = now + settings.WarmUp;
        var reach = before.Reach(now);
        var kept = reach > settings.Before ? settings.Before : reach < Shortest ? Shortest : reach;
        (_group, _others) = (new SourceLedger(Since, kept), new SourceLedger(Since, kept));
    }

    /// <summary>From here on it counts.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>Requests that are not counted, since there were too many sources.</summary>
    public long Uncounted => _group.Uncounted + _others.Uncounted;

    /// <summary>Counts how a request ended.</summary>
    /// <param name="onCanary">The canary's pod had it.</param>
    /// <param name="slot">The source.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="now">When.</param>
    /// <param name="firstByte">Time to the first byte.</param>
    public void Record(bool onCanary, int slot, SlotOutcome outcome, DateTimeOffset now, TimeSpan firstByte) =>
        (onCanary ? _group : _others).Record(slot, outcome, now, firstByte);

    /// <summary>Who is compared with whom. A source that comes to the canary and elsewhere (several people behind one address) is of the group.</summary>
    /// <param name="now">The moment.</param>
    public CanarySample Sample(DateTimeOffset now)
    {
        var (onCanary, elsewhere) = (_group.Tallies(now), _others.Tallies(now));
        var group = ImmutableArray.CreateBuilder<SourcePair>();
        var others = ImmutableArray.CreateBuilder<SourcePair>();
        foreach (var (slot, before) in _before)
        {
            if (onCanary.TryGetValue(slot, out var tried)) group.Add(new SourcePair(slot, before, tried));
            else if (elsewhere.TryGetValue(slot, out var stayed)) others.Add(new SourcePair(slot, before, stayed));
        }

        return new CanarySample(group.DrainToImmutable(), others.DrainToImmutable());
    }
}
