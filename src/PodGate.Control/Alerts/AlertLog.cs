using Microsoft.Extensions.Logging;

namespace PodGate.Control.Alerts;

/// <summary>What alerting says to the log. Only the receiver's host is named: the rest of a webhook's address is often a secret.</summary>
internal static partial class AlertLog
{
    [LoggerMessage(3001, LogLevel.Information, "Alert {Id} ({Kind}) was taken by {Host} after {Attempts} attempt(s)")]
    internal static partial void Sent(ILogger logger, string id, string kind, string host, int attempts);

    [LoggerMessage(3002, LogLevel.Warning, "Alert {Id} could not be delivered to {Host} ({Why}); attempt {Attempt} follows in {Seconds} s")]
    internal static partial void Retrying(ILogger logger, string id, string host, string why, int attempt, double seconds);

    [LoggerMessage(3003, LogLevel.Error, "Alert {Id} ({Kind}: {Sentence}) was NOT delivered to {Host}: {Why}")]
    internal static partial void Failed(ILogger logger, string id, string kind, string sentence, string host, string why);

    [LoggerMessage(3004, LogLevel.Error, "Alert {Id} ({Kind}: {Sentence}) was dropped: {Why}")]
    internal static partial void Dropped(ILogger logger, string id, string kind, string sentence, string why);

    [LoggerMessage(3005, LogLevel.Debug, "Alert {Id} ({Kind}) goes nowhere: no webhook is configured")]
    internal static partial void NoReceiver(ILogger logger, string id, string kind);

    [LoggerMessage(3006, LogLevel.Error, "Alert {Id} failed in a way that nobody expected")]
    internal static partial void Threw(ILogger logger, Exception error, string id);
}
