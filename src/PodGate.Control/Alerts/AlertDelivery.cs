using System.Globalization;
using System.Net;
using System.Net.Http;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace PodGate.Control.Alerts;

/// <summary>How one attempt to deliver an alert ended.</summary>
/// <param name="Why">Null when the receiver took it; else what went wrong, for people.</param>
/// <param name="Again">Another attempt may succeed.</param>
/// <param name="NotBefore">How long the receiver asks to wait, or null.</param>
internal sealed record DeliveryOutcome(string? Why, bool Again = false, TimeSpan? NotBefore = null);

/// <summary>
/// How often and how long an alert is tried: ten attempts over some ten minutes, each bounded, the pauses doubling with jitter. The one place where
/// that is set up.
/// </summary>
internal static class AlertDelivery
{
    /// <summary>The most attempts.</summary>
    internal const int Attempts = 10;

    /// <summary>How long one attempt may take.</summary>
    internal static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause, and the most of a receiver's Retry-After that is honoured.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <summary>Makes the pipeline.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="chance">0 up to 1, for jitter.</param>
    /// <param name="retrying">Told of each failed attempt that is followed by another: outcome, number of the next attempt, pause.</param>
    internal static ResiliencePipeline<DeliveryOutcome> NewPipeline(
        TimeProvider time, Func<double> chance, Action<ResilienceContext, DeliveryOutcome, int, TimeSpan> retrying) =>
        new ResiliencePipelineBuilder<DeliveryOutcome> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<DeliveryOutcome>
            {
                MaxRetryAttempts = Attempts - 1,
                Delay = FirstPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                MaxDelay = LongestPause,
                Randomizer = chance,
                ShouldHandle = static arguments => ValueTask.FromResult(Of(arguments.Outcome) is { Why: not null, Again: true }),
                // Null leaves it to the exponential pauses.
                DelayGenerator = static arguments => ValueTask.FromResult(Bounded(Of(arguments.Outcome)?.NotBefore)),
                OnRetry = arguments =>
                {
                    retrying(arguments.Context, Of(arguments.Outcome)!, arguments.AttemptNumber + 2, arguments.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(AttemptTimeout)
            .Build();

    /// <summary>What an outcome of the pipeline means; null for an exception that nobody expected.</summary>
    /// <param name="outcome">A result or an exception.</param>
    internal static DeliveryOutcome? Of(Outcome<DeliveryOutcome> outcome) => outcome.Result ?? Of(outcome.Exception);

    /// <summary>What an exception of an attempt means; null for one that nobody expected.</summary>
    /// <param name="error">The exception.</param>
    internal static DeliveryOutcome? Of(Exception? error) => error switch
    {
        TimeoutRejectedException => new DeliveryOutcome(
            string.Create(CultureInfo.InvariantCulture, $"no answer within {AttemptTimeout.TotalSeconds} s"), Again: true),
        HttpRequestException failed => new DeliveryOutcome(failed.Message, Again: true),
        IOException broken => new DeliveryOutcome(broken.Message, Again: true),
        _ => null,
    };

    /// <summary>What a receiver's answer means.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="now">For a Retry-After that is a date.</param>
    internal static DeliveryOutcome Of(HttpResponseMessage response, DateTimeOffset now)
    {
        var code = (int)response.StatusCode;
        if (code is >= 200 and <= 299) return new DeliveryOutcome(null);
        if (code is >= 300 and <= 399) return new DeliveryOutcome($"it answered {code}, a redirect, which is not followed: configure the address it leads to");
        var again = response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || code >= 500;
        var after = response.Headers.RetryAfter;
        var notBefore = after?.Delta ?? (after?.Date is { } date ? date - now : null);
        return new DeliveryOutcome($"it answered {code}", again, notBefore);
    }

    private static TimeSpan? Bounded(TimeSpan? pause) => pause switch
    {
        null => null,
        { } given when given < FirstPause => FirstPause,
        { } given when given > LongestPause => LongestPause,
        var given => given,
    };
}
