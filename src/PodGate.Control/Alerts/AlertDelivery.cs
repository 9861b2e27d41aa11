using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Mail;
using System.Security.Authentication;
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
/// How an alert is tried: again and again, for as long as it is worth it, each attempt bounded, the pauses doubling with jitter. The one place where that is
/// set up.
/// </summary>
internal static class AlertDelivery
{
    /// <summary>The longest pause, unless the receiver asks for a longer one.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>The most of a receiver's Retry-After that is honoured.</summary>
    internal static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <summary>Makes the pipeline.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="chance">0 up to 1, for jitter.</param>
    /// <param name="timeout">How long one attempt may take.</param>
    /// <param name="isWorthIt">Whether it is not too late for another attempt.</param>
    /// <param name="retrying">Told of each failed attempt that is followed by another: outcome, number of the next attempt, pause.</param>
    internal static ResiliencePipeline<DeliveryOutcome> NewPipeline(
        TimeProvider time, Func<double> chance, TimeSpan timeout, Func<ResilienceContext, bool> isWorthIt,
        Action<ResilienceContext, DeliveryOutcome, int, TimeSpan> retrying) =>
        new ResiliencePipelineBuilder<DeliveryOutcome> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<DeliveryOutcome>
            {
                MaxRetryAttempts = int.MaxValue,
                Delay = FirstPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                MaxDelay = LongestPause,
                Randomizer = chance,
                ShouldHandle = arguments => ValueTask.FromResult(
                    Of(arguments.Outcome, timeout) is { Why: not null, Again: true } && isWorthIt(arguments.Context)),
                // Null leaves it to the exponential pauses.
                DelayGenerator = arguments => ValueTask.FromResult(Bounded(Of(arguments.Outcome, timeout)?.NotBefore)),
                OnRetry = arguments =>
                {
                    retrying(arguments.Context, Of(arguments.Outcome, timeout)!, arguments.AttemptNumber + 2, arguments.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(timeout)
            .Build();

    /// <summary>What an outcome of the pipeline means; null for an exception that nobody expected.</summary>
    /// <param name="outcome">A result or an exception.</param>
    /// <param name="timeout">How long the attempt could take.</param>
    internal static DeliveryOutcome? Of(Outcome<DeliveryOutcome> outcome, TimeSpan timeout) => outcome.Result ?? Of(outcome.Exception, timeout);

    /// <summary>What an exception of an attempt means; null for one that nobody expected.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="timeout">How long the attempt could take.</param>
    internal static DeliveryOutcome? Of(Exception? error, TimeSpan timeout) => error switch
    {
        TimeoutRejectedException => new DeliveryOutcome(
            string.Create(CultureInfo.InvariantCulture, $"no answer within {timeout.TotalSeconds} s"), Again: true),
        HttpRequestException or SmtpException or AuthenticationException or IOException or UnauthorizedAccessException or Win32Exception or FormatException =>
            new DeliveryOutcome(error is SmtpException { InnerException: { } inner } ? $"{error.Message} ({inner.Message})" : error.Message, Again: true),
        _ => null,
    };

    /// <summary>
    /// What a receiver's answer means. What it refuses for its content will never be taken, so it must not keep the others waiting; any other refusal may be
    /// mended by people, and is tried on.
    /// </summary>
    /// <param name="response">The answer.</param>
    /// <param name="now">For a Retry-After that is a date.</param>
    internal static DeliveryOutcome Of(HttpResponseMessage response, DateTimeOffset now)
    {
        var code = (int)response.StatusCode;
        if (code is >= 200 and <= 299) return new DeliveryOutcome(null);
        if (code is >= 300 and <= 399)
            return new DeliveryOutcome($"it answered {code}, a redirect, which is not followed: configure the address it leads to", Again: true);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableContent)
            return new DeliveryOutcome($"it answered {code}: it does not want what is in this alert");
        var after = response.Headers.RetryAfter;
        var notBefore = after?.Delta ?? (after?.Date is { } date ? date - now : null);
        return new DeliveryOutcome($"it answered {code}", Again: true, notBefore);
    }

    private static TimeSpan? Bounded(TimeSpan? pause) => pause switch
    {
        null => null,
        { } given when given < FirstPause => FirstPause,
        { } given when given > LongestAsked => LongestAsked,
        var given => given,
    };
}
