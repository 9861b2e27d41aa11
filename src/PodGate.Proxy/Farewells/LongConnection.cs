using PodGate.Proxy.Connections;

namespace PodGate.Proxy.Farewells;

/// <summary>A connection that may go on for hours: what passed over it, and how it is asked to end.</summary>
/// <param name="pod">The pod's name.</param>
/// <param name="kind">What it is.</param>
/// <param name="time">The gate's clock.</param>
internal sealed class LongConnection(string pod, ConnectionKind kind, TimeProvider time)
{
    private long _toClient;
    private long _toPod;
    private long _movedAt = time.GetTimestamp();
    private volatile bool _told;

    public string Pod => pod;

    public ConnectionKind Kind => kind;

    public long ToClient => Volatile.Read(ref _toClient);

    public long ToPod => Volatile.Read(ref _toPod);

    /// <summary>Since something last passed.</summary>
    public TimeSpan Idle => time.GetElapsedTime(Volatile.Read(ref _movedAt));

    /// <summary>Whether it was asked to end.</summary>
    public bool Told => _told;

    /// <summary>How it is asked to end; null when there is no way to do that. Any thread may call it; must be quick and must not throw.</summary>
    public Action? Goodbye { get; set; }

    /// <summary>Whether it can be asked to end at this moment.</summary>
    public Func<bool>? IsReady { get; set; }

    /// <summary>Bytes went to the client. One thread at a time calls it.</summary>
    public void PassedToClient(int count)
    {
        Volatile.Write(ref _toClient, _toClient + count);
        Volatile.Write(ref _movedAt, time.GetTimestamp());
    }

    /// <summary>Bytes went to the pod. One thread at a time calls it.</summary>
    public void PassedToPod(int count)
    {
        Volatile.Write(ref _toPod, _toPod + count);
        Volatile.Write(ref _movedAt, time.GetTimestamp());
    }

    /// <summary>Asks it to end, once.</summary>
    /// <returns>Whether it was asked just now.</returns>
    public bool SayGoodbye()
    {
        if (_told || Goodbye is not { } goodbye || IsReady?.Invoke() == false) return false;
        _told = true;
        goodbye();
        return true;
    }
}
