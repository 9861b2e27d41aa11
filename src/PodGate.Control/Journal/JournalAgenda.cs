using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>The text of what is planned in the journal's files. A journal in which nothing was ever planned has none, as those before it.</summary>
internal static class JournalAgenda
{
    internal static string Write(Agenda agenda) => JournalJson.Render(json =>
    {
        json.WriteStartArray("plans");
        foreach (var plan in agenda.Plans) Write(json, plan);
        json.WriteEndArray();
        json.WriteStartObject("reminded");
        foreach (var (pod, since) in agenda.Reminded) json.WriteString(pod, since);
        json.WriteEndObject();
    });

    internal static Agenda Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        if (json.ValueKind == JsonValueKind.Null) return Agenda.Empty;
        return new Agenda
        {
            Plans = [.. json.GetProperty("plans").EnumerateArray().Select(ReadPlan)],
            Reminded = json.GetProperty("reminded").EnumerateObject()
                .ToImmutableSortedDictionary(pod => pod.Name, pod => pod.Value.GetDateTimeOffset(), StringComparer.Ordinal),
        };
    }

    /// <summary>The same without what must not happen by itself after something may have been lost.</summary>
    internal static string AfterALoss(string text) => Write(Read(text).WithoutEnables());

    private static void Write(Utf8JsonWriter json, MaintenancePlan plan)
    {
        json.WriteStartObject();
        json.WriteString("id", plan.Id);
        json.WriteString("pod", plan.Pod);
        json.WriteString("who", plan.Who);
        json.WriteString("why", plan.Why);
        json.WriteString("from", plan.From);
        json.WriteString("until", plan.Until);
        json.WriteString("zone", plan.Zone);
        json.WriteString("planned", plan.Planned);
        json.WriteBoolean("force", plan.Force);
        json.WriteBoolean("enableWhenWell", plan.EnableWhenWell);
        if (plan.Deadline is { } deadline) json.WriteString("deadline", deadline.ToString("c", CultureInfo.InvariantCulture));
        json.WriteString("stage", plan.Stage.ToString());
        json.WriteString("changed", plan.Changed);
        json.WriteString("sentence", plan.Sentence);
        if (plan.BegunAt is { } begun) json.WriteString("begunAt", begun);
        json.WriteEndObject();
    }

    private static MaintenancePlan ReadPlan(JsonElement json) => new(
        JournalJson.Text(json, "id"), JournalJson.Text(json, "pod"), JournalJson.Text(json, "who"), JournalJson.Text(json, "why"),
        Moment(json, "from"), Moment(json, "until"), JournalJson.Text(json, "zone"), Moment(json, "planned"))
    {
        Force = json.GetProperty("force").GetBoolean(),
        EnableWhenWell = json.GetProperty("enableWhenWell").GetBoolean(),
        Deadline = json.TryGetProperty("deadline", out _) ? TimeSpan.ParseExact(JournalJson.Text(json, "deadline"), "c", CultureInfo.InvariantCulture) : null,
        Stage = JournalJson.Word<MaintenanceStage>(JournalJson.Text(json, "stage")),
        Changed = Moment(json, "changed"),
        Sentence = JournalJson.Text(json, "sentence"),
        BegunAt = json.TryGetProperty("begunAt", out var begun) ? begun.GetDateTimeOffset() : null,
    };

    private static DateTimeOffset Moment(JsonElement json, string name) => json.GetProperty(name).GetDateTimeOffset();
}
