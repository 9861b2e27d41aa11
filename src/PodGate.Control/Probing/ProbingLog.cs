using Microsoft.Extensions.Logging;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>Everything that probing says to the log. Single probes are Debug: transitions are what people read.</summary>
internal static partial class ProbingLog
{
    [LoggerMessage(2001, LogLevel.Debug, "Probe of {Pod}: {Result} in {Milliseconds} ms: {Sentence}")]
    internal static partial void ProbeFinished(ILogger logger, string pod, ProbeResult result, double milliseconds, string sentence);

    [LoggerMessage(2002, LogLevel.Error, "The probe of {Pod} failed by itself, which says nothing about the pod")]
    internal static partial void ProbeThrew(ILogger logger, Exception error, string pod);

    [LoggerMessage(2003, LogLevel.Error, "A report about {Pod} could not be handed on")]
    internal static partial void SinkThrew(ILogger logger, Exception error, string pod);

    [LoggerMessage(2004, LogLevel.Warning, "Skipped a probe of {Pod}: {InFlight} are still running")]
    internal static partial void ProbeSkipped(ILogger logger, string pod, int inFlight);

    [LoggerMessage(2005, LogLevel.Error, "The probe interval of {Pod} could not be asked for; the last one is kept")]
    internal static partial void IntervalThrew(ILogger logger, Exception error, string pod);

    [LoggerMessage(2006, LogLevel.Warning, "The probes of {Pod} did not end within {Seconds} s of being told to")]
    internal static partial void StopTooSlow(ILogger logger, string pod, double seconds);

    [LoggerMessage(2007, LogLevel.Error, "The probe loop of {Target} had started nothing for {Seconds} s and was replaced by a new one")]
    internal static partial void LoopRestarted(ILogger logger, string target, double seconds);

    [LoggerMessage(2008, LogLevel.Error, "The watchdog of the probe loops failed at one look; it goes on")]
    internal static partial void WatchdogFailed(ILogger logger, Exception error);

    [LoggerMessage(2009, LogLevel.Warning, "The gate itself was late by {Seconds} s: stopped, starved, or collecting garbage; what timed out meanwhile is no evidence")]
    internal static partial void GateWasLate(ILogger logger, double seconds);

    [LoggerMessage(2011, LogLevel.Information, "{Host} resolves to {Addresses}")]
    internal static partial void Resolved(ILogger logger, string host, string addresses);

    [LoggerMessage(2012, LogLevel.Warning, "{Host} could not be resolved ({Why}); {Kept} is kept, and it is tried again in {Seconds} s")]
    internal static partial void LookUpFailed(ILogger logger, string host, string why, string kept, double seconds);

    [LoggerMessage(2013, LogLevel.Debug, "{Host} could not be resolved for the {Count}th time in a row ({Why}); tried again in {Seconds} s")]
    internal static partial void LookUpFailedAgain(ILogger logger, string host, int count, string why, double seconds);

    [LoggerMessage(2014, LogLevel.Error, "The addresses of {Pod} could not be handed on; tried again soon")]
    internal static partial void ChangeThrew(ILogger logger, Exception error, string pod);

    [LoggerMessage(2015, LogLevel.Error, "The watch of {Host} failed; tried again soon")]
    internal static partial void WatchThrew(ILogger logger, Exception error, string host);
}
