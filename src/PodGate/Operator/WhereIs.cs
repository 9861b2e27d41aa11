using System.Net;
using Microsoft.AspNetCore.Http;
using PodGate.Control.History;
using PodGate.Core.Routing;

namespace PodGate.Operator;

/// <summary>Where a client's requests go, and where they went: the table that is in force, and what is written down of those before it.</summary>
internal static class WhereIs
{
    /// <summary>The words of <see cref="StayJson.Kind"/>.</summary>
    public const string OnPod = nameof(StayKind.OnPod), Nowhere = nameof(StayKind.Nowhere), NoGate = nameof(StayKind.NoGate);

    /// <summary>The word of a pin that refuses its clients elsewhere.</summary>
    public const string Refuses = nameof(PinOtherwise.Refuse);

    private const string OnlyMostly =
        "a retry, or a second attempt beside a slow one, may have carried single requests elsewhere, and what was open when the client moved may have gone on where it was";

    /// <summary>Answers.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="text">The client's address.</param>
    /// <param name="at">The moment; null: now.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<WhereIsJson> AnswerAsync(OperatorSources sources, string text, DateTimeOffset? at, CancellationToken cancel)
    {
        if (ParseAddress(text) is not { } address)
            throw ApiProblem.BadRequest($"{RequestReading.Shown(text)} is not an IP address; write it like 192.0.2.17 or 2001:db8::17.");
        var now = sources.Time.GetUtcNow();
        if (at > now) throw ApiProblem.BadRequest($"at is {at:u}, which is still to come; leave it out to ask where the client is now.");
        ClientTrail? trail = null;
        string? wrong = sources.Trail is null ? "nothing is written down of where clients were" : null;
        try
        {
            if (sources.Trail is not null) trail = await sources.Trail(address, cancel);
        }
        catch (HistoryException exception)
        {
            wrong = exception.Message;
        }

        if (at is null) return Now(sources.View().Snapshot, address, trail, wrong);
        if (trail is null)
        {
            throw new ApiProblem(
                StatusCodes.Status503ServiceUnavailable, "no-history", "Nobody knows where the client was", $"{wrong}; leave at out to ask where it is now.");
        }

        return Then(sources.View().Snapshot.Hashing.SlotOf(address), address, at.Value, trail, now);
    }

    /// <summary>Takes whole addresses only: .NET would also read "1" as 0.0.0.1, and a zone means nothing to anyone else.</summary>
    private static IPAddress? ParseAddress(string text)
    {
        if (!IPAddress.TryParse(text, out var address)) return null;
        if (text.Contains(':', StringComparison.Ordinal))
            return text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal) ? null : address;
        return address.ToString() == text ? address : null;
    }

    private static WhereIsJson Now(RoutingSnapshot snapshot, IPAddress address, ClientTrail? trail, string? wrong)
    {
        var slot = snapshot.Hashing.SlotOf(address);
        var pod = snapshot.For(address, slot, [])?.Name;
        var next = pod is null ? null : snapshot.For(address, slot, [pod])?.Name;
        var found = new WhereIsJson(address.ToString(), slot, pod, next) { Pin = PinOf(snapshot.Pins.Find(address)), Notes = wrong is null ? [] : [wrong] };

        // What was published a moment ago may not be noted yet; then there is nothing to tell of it.
        var last = (trail?.Stays.Length ?? 0) - 1;
        if (last < 0 || (trail!.Stays[last].Pod != pod && trail.Stays[last].Or != pod)) return found;
        return found with { Stay = StayOf(trail, last) with { Pod = pod, Or = null }, Before = last > 0 ? StayOf(trail, last - 1) : null };
    }

    private static WhereIsJson Then(int slot, IPAddress address, DateTimeOffset at, ClientTrail trail, DateTimeOffset now)
    {
        var index = trail.IndexAt(at);
        if (index < 0)
        {
            var begins = trail.Stays.Length == 0 ? "nothing is written down yet" : $"the history begins at {trail.Stays[0].From:u}, and does not reach back so far";
            return new WhereIsJson(address.ToString(), slot, null, null) { At = at, Notes = [begins] };
        }

        var stay = trail.Stays[index];
        return new WhereIsJson(address.ToString(), slot, stay.Pod, null)
        {
            At = at,
            Pin = PinOf(stay.Pin),
            Stay = StayOf(trail, index),
            Before = index > 0 ? StayOf(trail, index - 1) : null,
            After = index + 1 < trail.Stays.Length ? StayOf(trail, index + 1) : null,
            Notes = [.. NotesOf(trail, index, now)],
        };
    }

    private static IEnumerable<string> NotesOf(ClientTrail trail, int index, DateTimeOffset now)
    {
        var stay = trail.Stays[index];
        if (stay.Kind == StayKind.OnPod) yield return OnlyMostly;
        if (stay.Kind == StayKind.NotKnown) yield return "the slots were made with another key, number or prefix then, so the table of that time cannot be made again";
        if (stay.Or is { } or)
            yield return $"{stay.Pod} was drained softly then: the client was there as long as it went on asking, and on {or} after it had been quiet";
        if (index == 0) yield return $"the history begins at {stay.From:u}: it may have been so for longer";
        foreach (var gap in trail.Stays.Take(index + 2).Skip(index - 1).Where(near => near.Kind == StayKind.NoGate))
        {
            var killed = gap.WasKilled ? $" (it was killed then, or up to {RoutingHistory.Beat.TotalSeconds} s later)" : "";
            yield return $"the gate did not run from {gap.From:u}{killed} to {gap.Until ?? now:u}";
        }

        foreach (var entry in trail.Missed.Where(entry => entry.At > stay.From && entry.At <= (stay.Until ?? now)))
            yield return $"{entry.Missed} {(entry.Missed == 1 ? "change" : "changes")} before {entry.At:u} were not written down, or cannot be read";
    }

    private static StayJson StayOf(ClientTrail trail, int index)
    {
        var stay = trail.Stays[index];
        IReadOnlyList<string> why = index > 0 && trail.Stays[index - 1].Kind == StayKind.NoGate ? ["the gate began to run"] : trail.WhyBegan(index);
        return new StayJson(stay.Kind.ToString(), stay.Pod, index == 0 ? null : stay.From, stay.Until, why) { Or = stay.Or };
    }

    private static PinJson? PinOf(Pin? pin) => pin is null ? null : new PinJson(pin.Network.ToString(), pin.Pod, pin.Otherwise.ToString());
}
