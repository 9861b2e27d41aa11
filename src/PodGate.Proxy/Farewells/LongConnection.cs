using System.Net;
using PodGate.Core.Routing;
using PodGate.Proxy.Connections;

namespace PodGate.Proxy.Farewells;

/// <summary>What can be asked to end in the words of its protocol. Any thread may call; must be quick and must not throw.</summary>
internal interface IEnding
{
    /// <summary>Whether it can be asked at this moment.</summary>
    bool IsReady { get; }

    /// <summary>Asks it.</summary>
    void Leave();
}

/// <summary>A connection that may go on for hours: what passed over it, and how it is asked to end.</summary>
/// <param name="channel">The pod's, whose counters count what passes at once: it may go on for days.</param>
/// <param name="client">The client's address.</param>
/// <param name="slot">The client's slot.</param>
/// <param name="kind">What it is.</param>
/// <param name="use">What its client sends is a use of the slot.</param>
/// <param name="time">The gate's clock.</param>
internal sealed class LongConnection(PodChannel channel, IPAddress client, int slot, ConnectionKind kind, SlotUse use, TimeProvider time)
{
    private const long Never = 0;

    private volatile IEnding? _ending;
    private long _toClient;
    private long _toPod;
    private long _movedAt = time.GetTimestamp();
    private long _toldAt = Never;

    public string Pod => channel.Name;

    public IPAddress Client => client;

    public int Slot => slot;

    public ConnectionKind Kind => kind;

    public long ToClient => Volatile.Read(ref _toClient);

    public long ToPod => Volatile.Read(ref _toPod);

    /// <summary>Since something last passed.</summary>
    public TimeSpan Idle => time.GetElapsedTime(Volatile.Read(ref _movedAt));

    /// <summary>Whether it was asked to end.</summary>
    public bool Told => Volatile.Read(ref _toldAt) != Never;

    /// <summary>Since it was asked; only when it was.</summary>
    public TimeSpan ToldFor => time.GetElapsedTime(Volatile.Read(ref _toldAt));

    /// <summary>Whether it can be asked to end now, and was not asked yet.</summary>
    public bool CanBeAsked => !Told && _ending is { IsReady: true };

    /// <summary>How it is asked to end; nobody sets it when there is no way to do that.</summary>
    public IEnding Ending
    {
        set => _ending = value;
    }

    /// <summary>Bytes went to the client. One thread at a time calls it.</summary>
    public void PassedToClient(int count)
    {
        Volatile.Write(ref _toClient, _toClient + count);
        channel.Counters.PassedToClient(count);
        Volatile.Write(ref _movedAt, time.GetTimestamp());
    }

    /// <summary>Bytes went to the pod. One thread at a time calls it.</summary>
    public void PassedToPod(int count)
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref _toPod, _toPod + count);
        channel.Counters.PassedToPod(count);
        Volatile.Write(ref _movedAt, now);
        use.Touch(slot, now);
    }

    /// <summary>Asks it to end. One thread at a time calls it, after <see cref="CanBeAsked"/>.</summary>
    public void SayGoodbye()
    {
        Volatile.Write(ref _toldAt, time.GetTimestamp());
        _ending!.Leave();
    }
}
