using System.Text.Json;
using PodGate.Control.Journal;
using PodGate.Core.Pods;

namespace PodGate.Control.Alerts;

/// <summary>
/// The text of the outbox's rows. Written by hand like the journal's own: the format must not change because somebody renames a property, and what is unknown
/// in a row is left alone.
/// </summary>
internal static class OutboxJson
{
    internal static string Write(OutboxItem item) => JournalJson.Render(json =>
    {
        var alert = item.Alert;
        json.WriteNumber("number", item.Number);
        json.WriteString("id", alert.Id);
        json.WriteString("kind", alert.Kind);
        json.WriteString("severity", alert.Severity.ToString());
        if (alert.Pod is not null) json.WriteString("pod", alert.Pod);
        if (alert.About is not null) json.WriteString("about", alert.About);
        if (alert.Cause is { } cause) json.WriteNumber("cause", (int)cause);
        json.WriteString("sentence", alert.Sentence);
        json.WriteString("at", alert.At);
        json.WriteBoolean("resolved", alert.Resolved);
        if (alert.Resolves is { } began)
        {
            json.WriteStartObject("resolves");
            json.WriteString("id", began.Id);
            json.WriteString("at", began.At);
            json.WriteString("severity", began.Severity.ToString());
            json.WriteEndObject();
        }

        if (item.Stage != 1) json.WriteNumber("stage", item.Stage);
        if (item.AcknowledgedBy is { } who)
        {
            json.WriteString("acknowledgedBy", who);
            json.WriteString("acknowledgedAt", item.AcknowledgedAt!.Value);
        }

        if (item.Over is { } over) json.WriteString("over", over);
        json.WriteStartObject("to");
        foreach (var (channel, delivery) in item.To) json.WriteString(channel, delivery.ToString());
        json.WriteEndObject();
    });

    internal static OutboxItem ReadItem(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        var alert = new Alert(
            JournalJson.Text(json, "id"), JournalJson.Text(json, "kind"), JournalJson.Word<AlertSeverity>(JournalJson.Text(json, "severity")),
            Optional(json, "pod"), json.TryGetProperty("cause", out var cause) ? (Cause)cause.GetInt32() : null, JournalJson.Text(json, "sentence"),
            json.GetProperty("at").GetDateTimeOffset(), json.GetProperty("resolved").GetBoolean())
        {
            About = Optional(json, "about"),
            Resolves = json.TryGetProperty("resolves", out var began)
                ? new AlertBeginning(
                    JournalJson.Text(began, "id"), began.GetProperty("at").GetDateTimeOffset(),
                    JournalJson.Word<AlertSeverity>(JournalJson.Text(began, "severity")))
                : null,
        };
        var item = new OutboxItem(alert, json.GetProperty("number").GetInt64())
        {
            IsFound = true,
            Stage = json.TryGetProperty("stage", out var stage) ? stage.GetInt32() : 1,
            AcknowledgedBy = Optional(json, "acknowledgedBy"),
            AcknowledgedAt = Moment(json, "acknowledgedAt"),
            Over = Moment(json, "over"),
        };
        foreach (var channel in json.GetProperty("to").EnumerateObject()) item.To[channel.Name] = JournalJson.Word<Delivery>(channel.Value.GetString() ?? "");
        return item;
    }

    internal static string Write(Silence silence) => JournalJson.Render(json =>
    {
        json.WriteString("id", silence.Id);
        json.WriteString("who", silence.Who);
        json.WriteString("why", silence.Why);
        json.WriteString("from", silence.From);
        json.WriteString("until", silence.Until);
        Write(json, "kinds", silence.Kinds);
        Write(json, "pods", silence.Pods);
    });

    internal static Silence ReadSilence(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        return new Silence(
            JournalJson.Text(json, "id"), JournalJson.Text(json, "who"), JournalJson.Text(json, "why"), json.GetProperty("from").GetDateTimeOffset(),
            json.GetProperty("until").GetDateTimeOffset())
        {
            Kinds = Names(json, "kinds"),
            Pods = Names(json, "pods"),
        };
    }

    private static string? Optional(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static DateTimeOffset? Moment(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetDateTimeOffset() : null;

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string[] Names(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetString() ?? "")];
}
