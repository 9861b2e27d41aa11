namespace PodGate.Core.Routing;

/// <summary>What happened to one attempt to forward a request to one pod. A client's own abort is not among them: it is no signal.</summary>
public enum Outcome
{
    /// <summary>The pod answered, and the answer went through whole.</summary>
    Answered,

    /// <summary>A new connection was refused: the request provably never reached the pod.</summary>
    ConnectRefused,

    /// <summary>A new connection could not be made in time, or there is no way to the pod: the request never reached it.</summary>
    ConnectTimedOut,

    /// <summary>The TLS handshake or the name look-up failed, or the gate had no socket left: the request never reached the pod.</summary>
    ConnectFailed,

    /// <summary>An established connection broke before any byte of the answer.</summary>
    Broken,

    /// <summary>The pod sent no byte of an answer in time.</summary>
    NoAnswer,

    /// <summary>The answer began and broke off.</summary>
    CutOff,

    /// <summary>The gate itself closed it: the pod's deadline had passed.</summary>
    ClosedByGate,
}

/// <summary>The outcome of one attempt, as evidence.</summary>
/// <param name="Pod">The pod it went to.</param>
/// <param name="Slot">The client's slot, the unit of traffic as evidence.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="StatusCode">The pod's status code, or 0 when there was none.</param>
/// <param name="FirstByte">Time from sending to the first byte of the answer; zero when there was none.</param>
public readonly record struct Signal(PodRoute Pod, int Slot, Outcome Outcome, int StatusCode, TimeSpan FirstByte);

/// <summary>How the request path reports what happened. Called once an attempt, on the request's thread: must not wait, allocate or throw.</summary>
public interface ISignalSink
{
    /// <summary>Takes a signal, or drops it when there are too many.</summary>
    /// <param name="signal">What happened.</param>
    void Report(in Signal signal);
}
