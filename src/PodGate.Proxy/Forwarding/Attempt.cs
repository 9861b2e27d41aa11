using PodGate.Core.Routing;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Turnstiles;

namespace PodGate.Proxy.Forwarding;

/// <summary>What the gate waits for that is not the pod.</summary>
[Flags]
internal enum Waits
{
    /// <summary>For nothing: it is the pod's turn.</summary>
    None = 0,

    /// <summary>For more of the request's body.</summary>
    ForBody = 1,

    /// <summary>For the client to take what was answered.</summary>
    ForReader = 2,
}

/// <summary>
/// One attempt to have a pod answer. It is counted on the pod from <see cref="Begin"/> to <see cref="End"/>. Reused by its exchange; when
/// two race, the one that lost is left to itself.
/// </summary>
/// <remarks>
/// Three may decide about it at once: the pod by answering, the publishing thread by taking the pod out of the traffic, and the watch. Who
/// comes first is settled in <c>_phase</c>: a request that was moved away gets no answer from here any more, and one whose answer has begun
/// is not moved away.
/// </remarks>
internal sealed class Attempt(Exchange exchange, TimeProvider time) : IDisposable
{
    private const int Waiting = 0;
    private const int HasAnswer = 1;
    private const int MovedAway = 2;

    private readonly Watch _watch = new(time);
    private CancellationTokenRegistration _worsening;
    private CancellationTokenRegistration _closing;
    private TimeSpan _firstByteTimeout;
    private TimeSpan _idleTimeout;
    private long _beganAt;
    private long _toClient;
    private long _toPod;
    private Turnstile? _place;
    private int _phase;
    private int _waits;
    private volatile bool _closedByGate;

    /// <summary>The pod; null before the first attempt.</summary>
    public PodRoute? Pod { get; private set; }

    /// <summary>The channel of that pod.</summary>
    public PodChannel? Channel { get; private set; }

    /// <summary>The connections it uses.</summary>
    public PodLine Line { get; private set; } = null!;

    /// <summary>Where it goes, and whether it was written.</summary>
    public ForwardTarget? Target { get; set; }

    /// <summary>Ends it when cancelled.</summary>
    public CancellationToken Stop => _watch.Token;

    /// <summary>Whether the pod was silent, or stood still, for too long.</summary>
    public bool IsOverdue => _watch.IsOverdue;

    /// <summary>Whether the pod was closed under it.</summary>
    public bool ClosedByGate => _closedByGate;

    /// <summary>Whether it was given up for another one, before an answer had begun.</summary>
    public bool WasMovedAway => Volatile.Read(ref _phase) == MovedAway;

    /// <summary>Whether the answer has begun.</summary>
    public bool Answered => Volatile.Read(ref _phase) == HasAnswer;

    /// <summary>Whether the answer went through whole.</summary>
    public bool Whole { get; private set; }

    /// <summary>Whether the answer is dropped, because the request is repeated elsewhere.</summary>
    public bool Dropped { get; set; }

    /// <summary>Whether the answer is one that may go on for hours, so that its beginning is what counts.</summary>
    public bool IsLong { get; private set; }

    /// <summary>The pod's status code, or 0.</summary>
    public int StatusCode { get; private set; }

    /// <summary>Time to the first byte of the answer, or zero.</summary>
    public TimeSpan FirstByte { get; private set; }

    /// <summary>Bytes of the answer's body that went to the client.</summary>
    public long ToClient => Volatile.Read(ref _toClient);

    /// <summary>Bytes of the request's body that came for the pod.</summary>
    public long ToPod => Volatile.Read(ref _toPod);

    /// <summary>When something last went on.</summary>
    public long MovedAt => Math.Max(Volatile.Read(ref _beganAt), _watch.MovedAt);

    /// <summary>Begins. The request was counted in on the pod.</summary>
    /// <param name="pick">The pod that was picked, with a token that fires when it gets less than it had then.</param>
    /// <param name="firstByteTimeout">How long the pod may be silent.</param>
    public void Begin(in Pick pick, TimeSpan firstByteTimeout)
    {
        _place = pick.Place;
        Pod = pick.Pod;
        Channel = pick.Channel;
        Line = pick.Channel.Line;
        Target = null;
        Whole = Dropped = IsLong = false;
        StatusCode = 0;
        FirstByte = TimeSpan.Zero;
        _firstByteTimeout = firstByteTimeout;
        _phase = Waiting;
        _waits = 0;
        _closedByGate = false;
        _toClient = _toPod = 0;
        _watch.Begin();
        _beganAt = time.GetTimestamp();
        PodsTurn(Waits.None);

        // Last, for it may fire at once. One registration is enough: who cannot be moved away only has to know when the pod is closed.
        if (exchange.IsRepeatable) _worsening = pick.Worsening.UnsafeRegister(static attempt => ((Attempt)attempt!).OnWorsening(), this);
        else FollowClosing();
    }

    /// <summary>The synchronous part is over: when the head has gone out, or nothing will, it is between nothing any more.</summary>
    public void HandedOver(bool completed)
    {
        if (Target is { } target && (completed || target.Written)) target.Sent();
    }

    /// <summary>
    /// Gives its place on the pod back, if it has one, so that another request may run there: it is over, or it goes on for hours and is not what the limit is
    /// about.
    /// </summary>
    public void LeavePlace()
    {
        if (_place is not null) Interlocked.Exchange(ref _place, null)?.Leave();
    }

    /// <summary>It is over, however it ended.</summary>
    public void End()
    {
        Unfollow();
        _watch.Set(Timeout.InfiniteTimeSpan);
        if (Target is { } target) target.Sent();
        else Pod!.Load.Sent();
        Pod!.Load.Leave();
        LeavePlace();

        // What a long connection carries is counted as it passes.
        Channel!.Counters.PassedToClient(ToClient);
        Channel.Counters.PassedToPod(ToPod);
    }

    /// <summary>It lost against another one; whatever comes of it is nobody's business.</summary>
    public void GiveUp()
    {
        Interlocked.CompareExchange(ref _phase, MovedAway, Waiting);
        Unfollow();
        _watch.Stop();
    }

    /// <summary>The answer begins. False when it was moved away; then the answer is nobody's.</summary>
    /// <param name="statusCode">The pod's status code.</param>
    /// <param name="idleTimeout">How long the answer may stand still.</param>
    /// <param name="isLong">Whether the answer may go on for hours.</param>
    public bool Answers(int statusCode, TimeSpan idleTimeout, bool isLong)
    {
        _idleTimeout = idleTimeout;
        IsLong = isLong;
        if (Interlocked.CompareExchange(ref _phase, HasAnswer, Waiting) != Waiting) return false;
        FirstByte = time.GetElapsedTime(_beganAt);
        StatusCode = statusCode;
        PodsTurn(Waits.None);
        return true;
    }

    /// <summary>So much of the answer went on. One thread at a time calls it.</summary>
    public void PassedToClient(int count) => Volatile.Write(ref _toClient, _toClient + count);

    /// <summary>So much of the request went on. One thread at a time calls it.</summary>
    public void PassedToPod(int count) => Volatile.Write(ref _toPod, _toPod + count);

    /// <summary>The answer went through whole.</summary>
    public void IsWhole()
    {
        Whole = true;
        _watch.Set(Timeout.InfiniteTimeSpan);
    }

    /// <summary>The gate waits for the client: nothing of that time is the pod's.</summary>
    public void ClientsTurn(Waits what)
    {
        Interlocked.Or(ref _waits, (int)what);
        _watch.Set(Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the gate waited for has come, and the pod has its full time again.</summary>
    public void PodsTurn(Waits what)
    {
        if (what != Waits.None) Interlocked.And(ref _waits, ~(int)what);
        var timeout = Allowed();
        while (true)
        {
            _watch.Set(timeout);

            // The answer may have begun, or a wait, on another thread meanwhile; then what that one set was undone just now.
            var now = Allowed();
            if (now == timeout) return;
            timeout = now;
        }
    }

    /// <summary>Forgets the pod.</summary>
    public void Forget()
    {
        Pod = null;
        Channel = null;
        Line = null!;
        Target = null;
    }

    public void Dispose()
    {
        Unfollow();
        _watch.Dispose();
    }

    private TimeSpan Allowed()
    {
        if (Volatile.Read(ref _waits) != 0 || Whole) return Timeout.InfiniteTimeSpan;
        return Answered ? _idleTimeout : _firstByteTimeout;
    }

    private void FollowClosing() => _closing = Line.Closing.UnsafeRegister(static attempt => ((Attempt)attempt!).OnClosing(), this);

    /// <summary>Each waits for a callback that is running; the first one may just have made the second.</summary>
    private void Unfollow()
    {
        _worsening.Dispose();
        _worsening = default;
        _closing.Dispose();
        _closing = default;
    }

    /// <summary>The pod left the traffic, or may get even less. On a thread of the pool, one attempt after the other: must be quick.</summary>
    private void OnWorsening()
    {
        if (Volatile.Read(ref _phase) == Waiting && exchange.MayMoveAway() && Interlocked.CompareExchange(ref _phase, MovedAway, Waiting) == Waiting)
            _watch.Stop();
        else
            FollowClosing();
    }

    /// <summary>Ends it: the gate closes it.</summary>
    public void Close() => OnClosing();

    private void OnClosing()
    {
        _closedByGate = true;
        _watch.Stop();
    }
}
