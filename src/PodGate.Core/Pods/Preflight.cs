namespace PodGate.Core.Pods;

/// <summary>What a command would meet if it were given now, without force.</summary>
/// <param name="Allowed">It would be carried out (or there is nothing to do).</param>
/// <param name="Sentence">Why, or the refusal as it would be.</param>
public sealed record Preflight(bool Allowed, string Sentence)
{
    /// <summary>What forbids it gives way to force. <value>Default false, as where nothing forbids it.</value></summary>
    public bool ForceHelps { get; init; }

    /// <summary>It would change something. <value>Default true.</value></summary>
    public bool Changes { get; init; } = true;

    /// <summary>The same of a drain or a disable.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="now">The moment.</param>
    public static Preflight OfLeaving(Fleet fleet, Pod pod, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(pod);
        var draft = new FleetDraft(fleet, new StepContext(now, _ => 0, Guid.Empty));
        if (FleetCommands.Objection(draft, new DisableCommand(pod.Name, Transition.Automation, "", false, null)) is { } refusal)
            return Refused(refusal);
        var left = fleet.InTraffic - (FleetSettling.IsCandidate(pod) && pod.Suspension is null ? 1 : 0);
        var (least, spare) = (fleet.Settings.EffectiveMinimumOpen, left - fleet.Settings.EffectiveMinimumOpen);
        var then = spare > 0 ? $"{spare} more may fail before the guard holds" : "the guard holds with the next failure";
        return new Preflight(true, $"{left} pods would be left in the traffic, {least} are needed: {then}");
    }

    /// <summary>Asks the very check that an enable meets. Changes nothing.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="now">The moment.</param>
    /// <param name="hold">At how many percent of its slots it would be held, 1 to 99; null: it would not be.</param>
    public static Preflight OfEnable(Fleet fleet, Pod pod, DateTimeOffset now, int? hold = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(pod);
        var draft = new FleetDraft(fleet, new StepContext(now, _ => 0, Guid.Empty));
        if (FleetCommands.Objection(draft, new EnableCommand(pod.Name, Transition.Automation, "", false, null) { Hold = hold }) is { } refusal)
            return Refused(refusal);
        if (!FleetCommands.NeedsEnable(pod)) return OfHold(pod, hold);
        return new Preflight(true, pod.Record.FirstPassed is null && pod.Record.Latch is null
            ? $"{pod.Name} can be enabled; it never passed its probes, so it then waits for them"
            : $"{pod.Name} can be enabled: it is {pod.Health.Level}, with {pod.Health.GoodInARow} good probes in a row ({fleet.Settings.Rise} are needed)");
    }

    private static Preflight OfHold(Pod pod, int? hold) => (pod.Record.Intent.Hold, hold) switch
    {
        (null, null) => new(true, $"there is nothing to enable: {pod.Name} is neither disabled nor latched") { Changes = false },
        ({ } held, { } wanted) when held == wanted => new(true, $"there is nothing to enable: {pod.Name} is held at {held} % already") { Changes = false },
        (_, { } wanted) => new(true, $"{pod.Name} is in the traffic, and would be held at {wanted} % of its own slots"),
        ({ } held, null) => new(true, $"{pod.Name} is held at {held} %, and would get all of its own slots again"),
    };

    private static Preflight Refused(Refusal refusal) =>
        new(false, refusal.Sentence) { ForceHelps = refusal.Kind is RefusalKind.NotWell or RefusalKind.Guard };
}
