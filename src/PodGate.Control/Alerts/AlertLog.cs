using Microsoft.Extensions.Logging;

namespace PodGate.Control.Alerts;

/// <summary>What alerting says to the log. Of a receiver's address only the host is named: the rest is often a secret.</summary>
internal static partial class AlertLog
{
    [LoggerMessage(3001, LogLevel.Information, "Alert {Id} ({Kind}) was taken by {Channel} ({Receiver}) after {Attempts} attempt(s)")]
    internal static partial void Sent(ILogger logger, string id, string kind, string channel, string receiver, int attempts);

    [LoggerMessage(3002, LogLevel.Warning, "Alert {Id} could not be delivered to {Channel} ({Receiver}: {Why}); attempt {Attempt} follows in {Seconds} s")]
    internal static partial void Retrying(ILogger logger, string id, string channel, string receiver, string why, int attempt, double seconds);

    [LoggerMessage(3003, LogLevel.Error, "Alert {Id} ({Kind}: {Sentence}) was NOT delivered to {Channel} ({Receiver}): {Why}")]
    internal static partial void Failed(ILogger logger, string id, string kind, string sentence, string channel, string receiver, string why);

    [LoggerMessage(3004, LogLevel.Error, "Alert {Id} ({Kind}: {Sentence}) was dropped: {Why}")]
    internal static partial void Dropped(ILogger logger, string id, string kind, string sentence, string why);

    [LoggerMessage(3005, LogLevel.Debug, "Alert {Id} ({Kind}) goes nowhere: no channel takes it")]
    internal static partial void NoReceiver(ILogger logger, string id, string kind);

    [LoggerMessage(3006, LogLevel.Error, "Alert {Id} failed on {Channel} in a way that nobody expected")]
    internal static partial void Threw(ILogger logger, Exception? error, string id, string channel);

    [LoggerMessage(3007, LogLevel.Information, "The journal has {Count} alerts of before, {Waiting} of which are still to be sent")]
    internal static partial void Found(ILogger logger, int count, int waiting);

    [LoggerMessage(3008, LogLevel.Warning, "{Count} alerts could not be sent before the gate stopped; they are {Where}")]
    internal static partial void Left(ILogger logger, int count, string where);

    [LoggerMessage(3009, LogLevel.Error, "The outbox's row {Name} cannot be read and is left alone: {Problem}")]
    internal static partial void Unreadable(ILogger logger, string name, string problem);

    [LoggerMessage(3010, LogLevel.Information, "Alert {Id} was acknowledged by {Who}")]
    internal static partial void Acknowledged(ILogger logger, string id, string who);

    [LoggerMessage(3011, LogLevel.Warning, "Silence {Id} by {Who} ({Why}) keeps alerts back until {Until}")]
    internal static partial void Silenced(ILogger logger, string id, string who, string why, DateTimeOffset until);

    [LoggerMessage(3012, LogLevel.Information, "Silence {Id} was ended by {Who}")]
    internal static partial void SilenceEnded(ILogger logger, string id, string who);

    [LoggerMessage(3013, LogLevel.Error, "It could not be looked for what holds for a while; alerts of it may be late")]
    internal static partial void LookFailed(ILogger logger, Exception error);

    [LoggerMessage(3014, LogLevel.Warning, "The heartbeat did not reach {Host}: {Why}")]
    internal static partial void HeartbeatMissed(ILogger logger, string host, string why);

    [LoggerMessage(3015, LogLevel.Information, "The heartbeat reaches {Host} again")]
    internal static partial void HeartbeatBack(ILogger logger, string host);
}
