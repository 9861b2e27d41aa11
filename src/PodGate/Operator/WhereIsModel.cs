namespace PodGate.Operator;

/// <summary>The answer of <c>GET /api/v1/whereis/{address}</c>.</summary>
/// <param name="Address">The address asked for.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="Pod">The pod that its requests go to, or went to then; null when there is none, or nobody knows.</param>
/// <param name="Next">Where a retry would go, or null; null too of a moment that is past.</param>
public sealed record WhereIsJson(string Address, int Slot, string? Pod, string? Next)
{
    /// <summary>The moment asked for; null: now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The pin that its network falls under, or fell under then; null: none.</summary>
    public PinJson? Pin { get; init; }

    /// <summary>The stay in which that moment is; null when the history does not reach there.</summary>
    public StayJson? Stay { get; init; }

    /// <summary>The stay before that one; null when it is the first one that is known.</summary>
    public StayJson? Before { get; init; }

    /// <summary>The stay after that one; null when it lasts.</summary>
    public StayJson? After { get; init; }

    /// <summary>What the answer does not cover, in sentences; null from a gate that only knows where clients are now.</summary>
    public IReadOnlyList<string>? Notes { get; init; }
}

/// <summary>A pin.</summary>
/// <param name="Network">Address and prefix length.</param>
/// <param name="Pod">The pod that its clients belong to.</param>
/// <param name="Otherwise">Spread or Refuse.</param>
public sealed record PinJson(string Network, string Pod, string Otherwise);

/// <summary>A while in which a client's requests went to one pod, or to none.</summary>
/// <param name="Kind">OnPod, Nowhere (none might serve), NoGate (it did not run) or NotKnown.</param>
/// <param name="Pod">The pod, or null.</param>
/// <param name="Since">Since when; null: since before the history begins.</param>
/// <param name="Until">Until when; null: it lasts.</param>
/// <param name="Why">Why it began, in the sentences of the events of that moment; empty when nobody knows.</param>
public sealed record StayJson(string Kind, string? Pod, DateTimeOffset? Since, DateTimeOffset? Until, IReadOnlyList<string> Why)
{
    /// <summary>Where the client was instead if a soft drain of the pod had let it go; null: that is not in question.</summary>
    public string? Or { get; init; }
}
