using System.Collections.Immutable;
using PodGate.Core.Health;

namespace PodGate.Core.Pods;

/// <summary>What a new configuration changes, and how a fleet begins.</summary>
public static class FleetReconfiguration
{
    private const string Configuration = "configuration";

    /// <summary>
    /// The fleet of a gate that starts: what is configured, with what the journal knows of it. Apply a <see cref="Reconfigured"/> to it
    /// next.
    /// </summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="known">What the journal knows, by name.</param>
    /// <param name="freeze">The freeze in force, or null.</param>
    /// <param name="lastNumber">The number of the newest transition in the journal.</param>
    /// <param name="distrustsUnknown">The journal was recovered and may have lost pods: those it does not know begin disabled.</param>
    /// <param name="agenda">What people have planned; null means nothing.</param>
    public static Fleet Begin(
        FleetSettings settings, IReadOnlyDictionary<string, PodRecord> known, FreezeOrder? freeze, long lastNumber, bool distrustsUnknown = false,
        Agenda? agenda = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(known);
        var pods = ImmutableSortedDictionary.CreateBuilder<string, Pod>(StringComparer.Ordinal);
        foreach (var (name, podSettings) in settings.Pods)
        {
            if (!known.TryGetValue(name, out var record) || !record.Configured) continue;

            // Nothing can be on a pod of a gate that only starts; and one that was open is presumed open until its probes say otherwise.
            var kept = Keeping.AtStart(record);
            var pod = new Pod
            {
                Settings = podSettings, Record = record, Kept = kept, Emptied = kept.IsEmpty, Sentence = "as it was when the gate last ran",
            };
            pods.Add(name, pod with { State = InitialState(pod), StateSince = record.Latch?.Since ?? record.Intent.Since });
        }

        var gone = known.Where(pair => !pods.ContainsKey(pair.Key));
        return new Fleet
        {
            Settings = settings,
            Pods = pods.ToImmutable(),
            Gone = ImmutableDictionary.CreateRange(StringComparer.Ordinal, gone),
            Freeze = freeze,
            Agenda = agenda ?? Agenda.Empty,
            LastNumber = lastNumber,
            DistrustsUnknown = distrustsUnknown,
            LastAutomaticLatch = known.Values.Max(record => record.Latch?.Since),
        };
    }

    internal static void Take(FleetDraft draft, FleetSettings settings)
    {
        if (draft.Running && PinSentences.Changes(draft.Settings.Pins, settings.Pins) is { Count: > 0 } changes)
            draft.Tell(Cause.Reconfigured, PinSentences.Sentence(changes), Configuration);
        draft.Settings = settings;
        foreach (var name in draft.Names.Where(name => !settings.Pods.ContainsKey(name) && !draft.Find(name)!.Removing)) Remove(draft, name);
        foreach (var record in draft.Gone.Values.Where(record => record.Configured && !settings.Pods.ContainsKey(record.Name)).ToArray())
            draft.RecordGone(record with { Version = record.Version + 1, Configured = false }, $"{record.Name} left the configuration while the gate did not run");
        foreach (var pod in settings.Pods.Values)
        {
            if (draft.Find(pod.Name) is { } known) Change(draft, known, pod);
            else Add(draft, pod, live: draft.Running);
        }

        draft.Running = true;
        draft.DistrustsUnknown = false;
    }

    private static PodState InitialState(Pod pod) => StateTable.Derive(new StateFacts(
        pod.Record.Intent.Kind == IntentKind.Disabled, pod.Emptied, pod.Record.Latch is not null, pod.Record.FirstPassed is not null,
        false, false, false, false));

    private static void Remove(FleetDraft draft, string name)
    {
        draft.Record(name, record => record with { Configured = false });
        draft.Update(name, pod => pod with { RemovingUntil = draft.Now + draft.Settings.DrainDeadline, GivesUpSince = null, PendingVersion = null });
        draft.Because(name, Cause.Removed, $"{name} was taken out of the configuration and is drained first", Configuration);
    }

    private static void Change(FleetDraft draft, Pod known, PodSettings settings)
    {
        if (known.Removing)
        {
            draft.Record(known.Name, record => record with { Configured = true, FirstPassed = null });
            draft.Update(known.Name, pod => pod with { RemovingUntil = null, GivesUpSince = null, Emptied = false, Closed = false, AddedLive = true });
            draft.Because(known.Name, Cause.Added, $"{known.Name} is back in the configuration", Configuration);
        }

        if (known.Settings == settings && known.Record.Address == settings.Address.ToString()) return;
        var moved = known.Record.Address != settings.Address.ToString();
        if (moved) draft.Record(known.Name, record => record with { Address = settings.Address.ToString() });
        draft.Update(known.Name, pod => pod with
        {
            Settings = settings,
            Endpoints = moved ? [] : pod.Endpoints,
            PendingVersion = moved ? null : pod.PendingVersion,
            Health = moved || pod.Settings.Health != settings.Health ? PodHealth.From(draft.Now) : pod.Health,
        });
        if (moved) draft.Because(known.Name, Cause.Reconfigured, $"{known.Name} is at {settings.Address} now", Configuration);
    }

    private static void Add(FleetDraft draft, PodSettings settings, bool live)
    {
        var address = settings.Address.ToString();
        var back = draft.Gone.GetValueOrDefault(settings.Name);
        var heir = back is null ? Predecessor(draft, address) : null;
        var fresh = draft.DistrustsUnknown
            ? new PodIntent(IntentKind.Disabled, "recovery", "the recovered journal does not know this pod: it may have been latched", draft.Now, draft.Now)
            : new PodIntent(IntentKind.Enabled, Configuration, "configured", draft.Now);
        var record = back is not null
            ? back with { Version = back.Version + 1, Address = address, Configured = true, FirstPassed = null }
            : new PodRecord(settings.Name, address, 1, heir?.Intent ?? fresh, heir?.Latch, null);
        draft.Gone = draft.Gone.Remove(settings.Name);
        draft.Add(new Pod { Settings = settings, Record = record, AddedLive = live, Emptied = true });
        if (heir is not null)
        {
            draft.Because(
                settings.Name, Cause.LatchInherited,
                $"{settings.Name} stands at the address of {heir.Name}, which was out of the traffic, and stays out like it until it is enabled", Configuration);
        }
        else if (back is null && draft.DistrustsUnknown)
        {
            draft.Because(
                settings.Name, Cause.Recovered,
                $"{settings.Name} is not known to the recovered journal and may have been latched: it stays out until it is enabled", Configuration);
        }
        else
        {
            var sentence = back is null ? $"{settings.Name} was added to the configuration" : $"{settings.Name} is back in the configuration, as it was when it left";
            draft.Because(settings.Name, Cause.Added, sentence, Configuration);
        }
    }

    /// <summary>
    /// A new name does not make a sick pod well: who stands at the address of a latched or disabled pod inherits that. It is whoever stood
    /// there last who counts: a latch that was
    /// handed on and cleared there is over.
    /// </summary>
    private static PodRecord? Predecessor(FleetDraft draft, string address)
    {
        var last = draft.Pods.Where(pod => pod.Removing && pod.Record.Address == address).Select(pod => pod.Record).FirstOrDefault()
            ?? draft.Gone.Values.Where(record => record.Address == address).OrderByDescending(LastChange).FirstOrDefault();
        return last is not null && (last.Latch is not null || last.Intent.Kind == IntentKind.Disabled) ? last : null;
    }

    private static DateTimeOffset LastChange(PodRecord record) =>
        record.Latch is { } latch && latch.Since > record.Intent.Since ? latch.Since : record.Intent.Since;
}
