using Microsoft.Extensions.Logging;

namespace PodGate.Proxy;

/// <summary>What the request path says; never a line for each request.</summary>
internal static partial class ProxyLog
{
    [LoggerMessage(3001, LogLevel.Error, "Ending what runs on pod {Pod} met an error; some of it may go on until it ends by itself.")]
    public static partial void ClosingFailed(ILogger logger, Exception exception, string pod);

    [LoggerMessage(3002, LogLevel.Warning, "A request to pod {Pod} could not be put together and was answered 400.")]
    public static partial void NotForwardable(ILogger logger, Exception? exception, string pod);

    [LoggerMessage(3003, LogLevel.Error, "A round of goodbyes to long-lived connections met an error; the next ones go on.")]
    public static partial void RoundFailed(ILogger logger, Exception exception);
}
