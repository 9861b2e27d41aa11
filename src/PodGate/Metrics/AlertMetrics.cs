using PodGate.Control.Alerts;

namespace PodGate.Metrics;

/// <summary>What became of alerts, over all channels and by channel. An alert counts once for each channel that it goes to.</summary>
internal static class AlertMetrics
{
    /// <summary>Writes them.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="all">Over all channels.</param>
    /// <param name="channels">By channel.</param>
    /// <param name="now">The gate's time.</param>
    public static void Write(ExpositionWriter writer, AlertCounts all, IReadOnlyList<ChannelReading> channels, DateTimeOffset now)
    {
        writer.Single("podgate_alerts_sent_total", MetricKind.Counter, "Alerts that a receiver accepted.", all.Sent);
        writer.Single("podgate_alerts_failed_total", MetricKind.Counter, "Alerts given up: refused for their content, or not taken for too long.", all.Failed);
        writer.Single("podgate_alerts_dropped_total", MetricKind.Counter, "Alerts thrown away: too many waited, or the channel was taken away.", all.Dropped);
        writer.Single("podgate_alerts_queued", MetricKind.Gauge, "Alerts that wait, the one that is being sent included.", all.Queued);
        if (channels.Count == 0) return;
        Write("podgate_alert_channel_sent_total", MetricKind.Counter, "Alerts that the channel's receiver accepted.", channel => channel.Sent);
        Write("podgate_alert_channel_failed_total", MetricKind.Counter, "Alerts given up on the channel.", channel => channel.Failed);
        Write("podgate_alert_channel_dropped_total", MetricKind.Counter, "Alerts thrown away that waited for the channel.", channel => channel.Dropped);
        Write("podgate_alert_channel_queued", MetricKind.Gauge, "Alerts that wait for the channel.", channel => channel.Queued);
        Write("podgate_alert_channel_failing_seconds", MetricKind.Gauge, "For how long every attempt on the channel has failed; 0 when the last one did not.",
            channel => channel.FailingSince is { } since ? (now - since).TotalSeconds : 0);

        void Write(string name, MetricKind kind, string help, Func<ChannelReading, double> value)
        {
            writer.Family(name, kind, help);
            foreach (var channel in channels) writer.Sample(value(channel), new Label("channel", channel.Name));
        }
    }
}
