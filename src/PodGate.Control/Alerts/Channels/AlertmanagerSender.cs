using System.Text.Json;

namespace PodGate.Control.Alerts.Channels;

/// <summary>
/// Posts to the v2 API of Alertmanager. That forgets an alert whose end has passed, so what stands is told again each minute with a new end; what has no end by
/// itself is given one.
/// </summary>
/// <param name="url">What stands before <c>/api/v2/alerts</c>.</param>
/// <param name="post">Sends it.</param>
/// <param name="time">The clock.</param>
internal sealed class AlertmanagerSender(Uri url, AlertPost post, TimeProvider time) : IAlertSender
{
    /// <summary>From one telling to its end: a gate that is restarted, or a receiver that is, has that long.</summary>
    internal static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);

    private readonly Uri _alerts = new(url.AbsoluteUri.TrimEnd('/') + "/api/v2/alerts");

    /// <inheritdoc/>
    public string Receiver => url.Host;

    /// <inheritdoc/>
    public TimeSpan Timeout => AlertPost.Timeout;

    /// <inheritdoc/>
    public TimeSpan? Repeat => TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public Task<DeliveryOutcome> SendAsync(AlertMessage message, CancellationToken cancel) => RepeatAsync([message], cancel);

    /// <inheritdoc/>
    public Task<DeliveryOutcome> RepeatAsync(IReadOnlyList<AlertMessage> standing, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var body = AlertJson.Render(json =>
        {
            json.WriteStartArray();
            foreach (var message in standing) Write(json, message, now);
            json.WriteEndArray();
        });
        return post.SendAsync(_alerts, body, [], cancel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The connections are everybody's.
    }

    /// <summary>The labels are what an alert is known by, so they are the same at its end as at its beginning.</summary>
    private static void Write(Utf8JsonWriter json, AlertMessage message, DateTimeOffset now)
    {
        var alert = message.Alert;
        json.WriteStartObject();
        json.WriteStartObject("labels");
        json.WriteString("alertname", $"PodGate{char.ToUpperInvariant(alert.Kind[0])}{alert.Kind[1..]}");
        json.WriteString("severity", AlertKinds.WordOf(alert.Weight));
        json.WriteString("gate", message.Gate);
        if (alert.Pod is not null) json.WriteString("pod", alert.Pod);
        if (alert.About is not null) json.WriteString("about", alert.About);
        json.WriteEndObject();
        json.WriteStartObject("annotations");
        json.WriteString("summary", message.Sentence);
        json.WriteString("id", alert.Resolves?.Id ?? alert.Id);
        json.WriteString("runbook", message.Runbook);
        if (alert.Cause is { } cause) json.WriteString("cause", cause.ToString());
        json.WriteEndObject();
        json.WriteString("startsAt", alert.Resolves?.At ?? alert.At);
        json.WriteString("endsAt", alert.Resolved ? alert.At : now + Lasts);
        if (message.Link is { } link) json.WriteString("generatorURL", link.AbsoluteUri);
        json.WriteEndObject();
    }
}
