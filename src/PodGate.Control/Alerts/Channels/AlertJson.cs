using System.Text.Json;

namespace PodGate.Control.Alerts.Channels;

/// <summary>PodGate's own JSON of an alert, as webhooks and commands get it; <c>docs/operating/alerts.md</c> describes it.</summary>
internal static class AlertJson
{
    internal static byte[] Write(AlertMessage message) => Render(json => Write(json, message));

    internal static byte[] Render(Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body)) write(json);
        return body.ToArray();
    }

    private static void Write(Utf8JsonWriter json, AlertMessage message)
    {
        var alert = message.Alert;
        json.WriteStartObject();
        json.WriteString("id", alert.Id);
        json.WriteString("key", alert.Key);
        json.WriteString("kind", alert.Kind);
        json.WriteString("severity", AlertKinds.WordOf(alert.Severity));
        json.WriteString("pod", alert.Pod);
        json.WriteString("about", alert.About);
        json.WriteString("cause", alert.Cause?.ToString());
        json.WriteString("sentence", message.Sentence);
        json.WriteString("at", alert.At);
        json.WriteBoolean("resolved", alert.Resolved);
        json.WriteString("resolves", alert.Resolves?.Id);
        json.WriteString("link", message.Link?.AbsoluteUri);
        json.WriteString("runbook", message.Runbook);
        json.WriteString("gate", message.Gate);
        Write(json, message.Audit);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AuditHead? head)
    {
        json.WritePropertyName("audit");
        if (head is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("number", head.Number);
        json.WriteString("hash", head.Hash);
        json.WriteEndObject();
    }
}
