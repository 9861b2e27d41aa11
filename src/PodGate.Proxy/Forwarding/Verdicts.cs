using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using PodGate.Core.Routing;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Turnstiles;
using Yarp.ReverseProxy.Forwarder;

namespace PodGate.Proxy.Forwarding;

/// <summary>What is to be done after an attempt.</summary>
internal enum Next
{
    /// <summary>Nothing: the client has its answer, or what could be given of it, or is gone.</summary>
    Nothing,

    /// <summary>The gate answers.</summary>
    Answer,

    /// <summary>The request provably never left the gate, because the pod was withdrawn: pick anew.</summary>
    PickAnew,

    /// <summary>The request provably never reached the pod: another one may be tried, whatever the method.</summary>
    TryAnother,

    /// <summary>The connection broke before any byte of the answer: another pod may be tried if the request is safe and the budget allows.</summary>
    RepeatIfSafe,

    /// <summary>It was decided already, while the attempt ran, that another pod gets the request.</summary>
    GoOn,
}

/// <summary>How an attempt ended.</summary>
/// <param name="Next">What is to be done.</param>
/// <param name="Outcome">What is reported about the pod, or null when it is not about the pod.</param>
/// <param name="Answer">What the gate answers if it has to.</param>
internal readonly record struct Verdict(Next Next, Outcome? Outcome, Answer? Answer);

/// <summary>
/// Tells how an attempt ended from what YARP says, what the connector said, and how far the exchange came. The order matters: an answer
/// that is whole is one whatever came later; what the gate did itself is not the pod's; what the client did is nobody's signal.
/// </summary>
internal static class Verdicts
{
    /// <summary>Judges the current attempt, which has ended.</summary>
    public static Verdict Of(Exchange exchange, ForwarderError error)
    {
        var attempt = exchange.Current;
        if (attempt.Dropped) return new Verdict(Next.GoOn, Outcome.Answered, Answer.NoPod);
        if (error == ForwarderError.None || attempt.Whole) return new Verdict(Next.Nothing, Outcome.Answered, null);
        if (attempt.WasMovedAway)
            return new Verdict(exchange.Context.RequestAborted.IsCancellationRequested ? Next.Nothing : Next.GoOn, null, Answer.Closed);
        if (attempt.ClosedByGate)
        {
            return attempt.Target is { Written: true }
                ? new Verdict(Next.Answer, Outcome.ClosedByGate, Answer.Closed)
                : new Verdict(Next.PickAnew, null, Answer.NoConnection);
        }

        return attempt.Answered ? AfterAnswerBegan(attempt, error) : BeforeAnswer(exchange, attempt, error, exchange.Failure);
    }

    /// <summary>Judges an attempt that failed beside the current one, before an answer; only its outcome means something.</summary>
    public static Verdict OfFailure(Exchange exchange, Attempt attempt, Exception failure) =>
        attempt.ClosedByGate || attempt.WasMovedAway ? new Verdict(Next.Nothing, null, null) : BeforeAnswer(exchange, attempt, ForwarderError.Request, failure);

    /// <summary>Judges a request that waited for a place on a pod.</summary>
    public static Verdict OfWaiting(WaitEnd end) => end switch
    {
        WaitEnd.Turn or WaitEnd.Elsewhere => new Verdict(Next.PickAnew, null, Answer.NoPod),
        WaitEnd.NoRoom or WaitEnd.TooLong => new Verdict(Next.Answer, null, Answer.Full),
        _ => new Verdict(Next.Nothing, null, null),
    };

    private static Verdict AfterAnswerBegan(Attempt attempt, ForwarderError error) => error switch
    {
        ForwarderError.ResponseHeaders => new Verdict(Next.Answer, Outcome.Broken, Answer.Malformed),
        ForwarderError.ResponseBodyDestination or ForwarderError.RequestBodyDestination => new Verdict(Next.Answer, Outcome.CutOff, Answer.Broken),
        ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination => new Verdict(Next.Nothing, Outcome.CutOff, null),

        // The attempt's own token: the answer stood still too long.
        ForwarderError.ResponseBodyCanceled or ForwarderError.RequestBodyCanceled when attempt.IsOverdue =>
            new Verdict(Next.Answer, Outcome.CutOff, Answer.NoAnswer),

        // The client's doing: it went away, or sent what could not be read.
        _ => new Verdict(Next.Nothing, null, null),
    };

    private static Verdict BeforeAnswer(Exchange exchange, Attempt attempt, ForwarderError error, Exception? exception)
    {
        if (exchange.Context.RequestAborted.IsCancellationRequested) return new Verdict(Next.Nothing, null, null);
        if (PodConnectException.In(exception) is { } fault) return Unconnected(exchange, attempt, fault.Fault);

        // The attempt's own token: the pod was silent too long. If nothing was written yet, it was the connection that never came.
        if (attempt.IsOverdue && error is not ForwarderError.RequestBodyClient)
        {
            return attempt.Target is { Written: false }
                ? Unconnected(exchange, attempt, ConnectFault.TimedOut)
                : new Verdict(Next.Answer, Outcome.NoAnswer, Answer.NoAnswer);
        }

        switch (error)
        {
            case ForwarderError.RequestCreation:
                return new Verdict(Next.Answer, null, Answer.NotForwardable);
            case ForwarderError.RequestBodyClient:
                return new Verdict(Next.Answer, null, ClientsFault(exchange.Context.Response.StatusCode));
            case ForwarderError.RequestTimedOut when exception is OperationCanceledException { InnerException: TimeoutException }:
                return Unconnected(exchange, attempt, ConnectFault.TimedOut);
        }

        return InChain<ObjectDisposedException>(exception) && attempt.Target is { Written: false }
            ? new Verdict(Next.PickAnew, null, Answer.NoConnection)
            : Broken(exchange, attempt, exception);
    }

    private static Verdict Broken(Exchange exchange, Attempt attempt, Exception? exception)
    {
        var kind = (exception as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown;
        return kind switch
        {
            HttpRequestError.ConnectionError => Unconnected(exchange, attempt, FaultIn(exception)),
            HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError => Unconnected(exchange, attempt, ConnectFault.Failed),
            _ when InChain<IOException>(exception) && kind is HttpRequestError.Unknown or HttpRequestError.ResponseEnded =>
                new Verdict(Next.RepeatIfSafe, Outcome.Broken, Answer.Broken),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => new Verdict(Next.Answer, Outcome.Broken, Answer.Malformed),
            _ => new Verdict(Next.Answer, Outcome.Broken, Answer.Broken),
        };
    }

    /// <summary>
    /// No connection. The platform repeats a safe request by itself when a pooled connection turns out to be closed, and may then fail to
    /// make a new one; such a request was written once, and only its being safe allows to go on.
    /// </summary>
    private static Verdict Unconnected(Exchange exchange, Attempt attempt, ConnectFault fault)
    {
        if (fault == ConnectFault.Withdrawn) return new Verdict(Next.PickAnew, null, Answer.NoConnection);
        Outcome outcome = fault switch
        {
            ConnectFault.Refused => Outcome.ConnectRefused,
            ConnectFault.TimedOut => Outcome.ConnectTimedOut,
            _ => Outcome.ConnectFailed,
        };
        var unsent = attempt.Target is not { Written: true } || exchange.IsRepeatable;
        return new Verdict(unsent ? Next.TryAnother : Next.Answer, outcome, unsent ? Answer.NoConnection : Answer.Broken);
    }

    private static Answer ClientsFault(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => Answer.SlowRequest,
        StatusCodes.Status413PayloadTooLarge => Answer.TooLarge,
        _ => Answer.BadRequest,
    };

    /// <summary>
    /// What a failure to connect was that the connector did not name. Only a refusal is the pod's word: the gate may have had no descriptor or no port left.
    /// </summary>
    internal static ConnectFault FaultIn(Exception? exception) =>
        Find<SocketException>(exception)?.SocketErrorCode == SocketError.ConnectionRefused ? ConnectFault.Refused : ConnectFault.Failed;

    private static bool InChain<T>(Exception? exception)
        where T : Exception => Find<T>(exception) is not null;

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (var depth = 0; exception is not null && depth < 8; depth++, exception = exception.InnerException)
        {
            if (exception is T found) return found;
        }

        return null;
    }
}
