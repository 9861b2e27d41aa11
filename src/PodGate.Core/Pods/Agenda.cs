using System.Collections.Immutable;

namespace PodGate.Core.Pods;

/// <summary>What people have planned for their pods, and of what they were reminded. Durable as a whole, immutable.</summary>
public sealed record Agenda
{
    /// <summary>The most plans that are open at a time.</summary>
    public const int MostOpen = 100;

    /// <summary>How many of the ended ones are kept to be shown.</summary>
    public const int EndedKept = 20;

    /// <summary>Nothing is planned.</summary>
    public static readonly Agenda Empty = new();

    /// <summary>The open plans in the order in which they begin, then the newest ended ones in the order in which they ended.</summary>
    public ImmutableArray<MaintenancePlan> Plans { get; init; } = [];

    /// <summary>By pod, since when the intent holds whose expiry people were told of; so each is told once, also over restarts.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> Reminded { get; init; } =
        ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>Those for which there is still something to do.</summary>
    public IEnumerable<MaintenancePlan> Open => Plans.Where(plan => plan.IsOpen);

    /// <summary>The open plan of that id, or null.</summary>
    /// <param name="id">The id.</param>
    public MaintenancePlan? FindOpen(string id) => Open.FirstOrDefault(plan => plan.Id == id);

    /// <summary>The first open plan of a pod, or null.</summary>
    /// <param name="pod">The pod's name.</param>
    public MaintenancePlan? NextOf(string pod) => Open.FirstOrDefault(plan => plan.Pod == pod);

    /// <summary>The agenda with a new plan, or with another stage of a known one.</summary>
    /// <param name="plan">It.</param>
    public Agenda With(MaintenancePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var all = Plans.Where(other => other.Id != plan.Id).Append(plan).ToArray();
        var open = all.Where(other => other.IsOpen).OrderBy(other => other.From).ThenBy(other => other.Id, StringComparer.Ordinal);
        return this with { Plans = [.. open, .. all.Where(other => !other.IsOpen).TakeLast(EndedKept)] };
    }

    /// <summary>
    /// The agenda as a recovered journal may keep it: what was lost may have been a person's word that a pod shall stay out, so nothing is enabled by itself.
    /// </summary>
    public Agenda WithoutEnables() =>
        this with { Plans = [.. Plans.Select(plan => plan.IsOpen ? plan with { EnableWhenWell = false } : plan)] };
}
