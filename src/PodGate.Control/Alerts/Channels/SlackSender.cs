using System.Text;

namespace PodGate.Control.Alerts.Channels;

/// <summary>Posts a text to an incoming webhook as Slack has it; Mattermost, Rocket.Chat, Discord (at /slack) and others take the same.</summary>
/// <param name="url">Where to.</param>
/// <param name="post">Sends it.</param>
internal sealed class SlackSender(Uri url, AlertPost post) : IAlertSender
{
    /// <inheritdoc/>
    public string Receiver => url.Host;

    /// <inheritdoc/>
    public TimeSpan Timeout => AlertPost.Timeout;

    /// <inheritdoc/>
    public Task<DeliveryOutcome> SendAsync(AlertMessage message, CancellationToken cancel)
    {
        var body = AlertJson.Render(json =>
        {
            json.WriteStartObject();
            json.WriteString("text", TextOf(message));
            json.WriteEndObject();
        });
        return post.SendAsync(url, body, [], cancel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The connections are everybody's.
    }

    /// <summary>The sentence may hold anything, and must neither call people nor link anywhere.</summary>
    internal static string TextOf(AlertMessage message)
    {
        var alert = message.Alert;
        var text = new StringBuilder();
        text.Append(alert.Resolved ? "*Resolved*" : $"*{char.ToUpperInvariant(AlertKinds.WordOf(alert.Severity)[0])}{AlertKinds.WordOf(alert.Severity)[1..]}*");
        text.Append(' ').Append(Escape(alert.Kind)).Append(": ").Append(Escape(message.Sentence));
        if (message.Link is { } link) text.Append(" <").Append(Escape(link.AbsoluteUri)).Append('|').Append(Escape(alert.Pod ?? "PodGate")).Append('>');
        return text.Append('\n').Append(Escape(message.Runbook)).ToString();
    }

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
