using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>Events with the number to go on from.</summary>
/// <param name="Events">Oldest first, each with the JSON it came as.</param>
/// <param name="Next">What to ask for next.</param>
internal sealed record EventPage(IReadOnlyList<(EventJson Happened, JsonElement Document)> Events, long Next)
{
    /// <summary>The page in the API's form.</summary>
    public JsonElement Document()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("events");
            foreach (var (_, document) in Events) document.WriteTo(writer);
            writer.WriteEndArray();
            writer.WriteNumber("next", Next);
            writer.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return JsonElement.ParseValue(ref reader);
    }
}

/// <summary>Reads the gate's events page by page; the gate keeps a bounded number of them, so there is a last page.</summary>
internal sealed class EventReader(GateClient gate, string? pod)
{
    /// <summary>As many as a gate keeps.</summary>
    public const int MostKept = 10_000;

    private const int PageSize = 500;

    // A gate that gives out ever new pages faster than they are read must not keep a command busy for good.
    private const int MostPages = 1_000;

    /// <summary>The oldest events after a number.</summary>
    /// <param name="after">The number.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<EventPage> FirstAfterAsync(long after, int most, CancellationToken cancel)
    {
        List<(EventJson, JsonElement)> events = [];
        for (var pages = 0; pages < MostPages && events.Count < most; pages++)
        {
            // Of one pod's events a page may hold few, so pages stay large and what is too much is left for the next time.
            var page = await PageAsync(after, pod is null ? Math.Min(PageSize, most - events.Count) : PageSize, cancel);
            var room = most - events.Count;
            events.AddRange(page.Events.Take(room));
            if (page.Next <= after) break;
            after = page.Events.Count > room ? page.Events[room - 1].Happened.Number : page.Next;
        }

        return new EventPage(events, after);
    }

    /// <summary>The newest events.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<EventPage> NewestAsync(int most, CancellationToken cancel)
    {
        var newest = new Queue<(EventJson, JsonElement)>();
        var after = 0L;
        for (var pages = 0; pages < MostPages; pages++)
        {
            var page = await PageAsync(after, PageSize, cancel);
            foreach (var happened in page.Events)
            {
                newest.Enqueue(happened);
                if (newest.Count > most) newest.Dequeue();
            }

            if (page.Next <= after) break;
            after = page.Next;
        }

        return new EventPage([.. newest], after);
    }

    /// <summary>One page.</summary>
    /// <param name="after">The number of the last event already known.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<EventPage> PageAsync(long after, int most, CancellationToken cancel)
    {
        var only = pod is null ? "" : "&pod=" + Uri.EscapeDataString(pod);
        var answer = await gate.GetAsync<EventsJson>(PlainText.Invariant($"api/v1/events?after={after}&most={most}") + only, cancel);
        var documents = answer.Document.GetProperty("events").EnumerateArray();
        var events = answer.Value.Events.Zip(documents);
        // A gate that does not know the question's `pod` answers with all pods' events.
        return new EventPage([.. pod is null ? events : events.Where(happened => happened.First.Pod == pod)], answer.Value.Next);
    }
}
