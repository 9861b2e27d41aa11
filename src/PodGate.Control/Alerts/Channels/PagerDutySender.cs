using System.Security.Cryptography;
using System.Text;

namespace PodGate.Control.Alerts.Channels;

/// <summary>Sends events of PagerDuty's Events API v2: a trigger opens an incident or adds to the one of the same key, a resolve ends it.</summary>
/// <param name="url">Where to.</param>
/// <param name="keyFile">The file with the routing key.</param>
/// <param name="post">Sends it.</param>
internal sealed class PagerDutySender(Uri url, string keyFile, AlertPost post) : IAlertSender
{
    private const int LongestKey = 255;

    /// <inheritdoc/>
    public string Receiver => url.Host;

    /// <inheritdoc/>
    public TimeSpan Timeout => AlertPost.Timeout;

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(AlertMessage message, CancellationToken cancel)
    {
        var key = await AlertSenders.SecretAsync(keyFile, cancel).ConfigureAwait(false);
        return await post.SendAsync(url, Write(message, key), [], cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The connections are everybody's.
    }

    internal static byte[] Write(AlertMessage message, string key) => AlertJson.Render(json =>
    {
        var alert = message.Alert;
        json.WriteStartObject();
        json.WriteString("routing_key", key);
        json.WriteString("event_action", alert.Resolved ? "resolve" : "trigger");
        json.WriteString("dedup_key", Fitting(message.Key));
        json.WriteStartObject("payload");
        json.WriteString("summary", message.Sentence);
        json.WriteString("source", message.Gate);
        json.WriteString("severity", alert.Severity switch { AlertSeverity.Page => "critical", AlertSeverity.Warning => "warning", _ => "info" });
        json.WriteString("timestamp", alert.At);
        json.WriteString("component", alert.Pod ?? "gate");
        json.WriteString("class", alert.Kind);
        json.WriteStartObject("custom_details");
        json.WriteString("id", alert.Id);
        json.WriteString("cause", alert.Cause?.ToString());
        json.WriteString("runbook", message.Runbook);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("client", "PodGate");
        if (message.Link is { } link)
        {
            json.WriteString("client_url", link.AbsoluteUri);
            json.WriteStartArray("links");
            json.WriteStartObject();
            json.WriteString("href", link.AbsoluteUri);
            json.WriteString("text", alert.Pod ?? "PodGate");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    private static string Fitting(string key) => key.Length <= LongestKey ? key : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
