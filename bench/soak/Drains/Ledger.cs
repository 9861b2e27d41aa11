using System.Collections.Concurrent;

namespace Drains;

/// <summary>What one kind of client met. Any thread.</summary>
/// <param name="name">What they are, for tables.</param>
/// <param name="ledger">Knows which pods get nothing new.</param>
internal sealed class Tally(string name, Ledger ledger)
{
    private const int MostKept = 20;
    private long _done;
    private long _failed;
    private long _goodbyes;
    private long _elsewhere;

    public string Name => name;

    /// <summary>Requests, messages, events or calls that ended as they should.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>What did not.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>How often one was asked to end, in the words of its protocol.</summary>
    public long Goodbyes => Interlocked.Read(ref _goodbyes);

    /// <summary>How often one that was asked to end went on with another pod.</summary>
    public long Elsewhere => Interlocked.Read(ref _elsewhere);

    /// <summary>Whether this kind has connections that go on for hours.</summary>
    public bool IsLong { get; init; }

    /// <summary>The first failures, in words.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    public void Add(long done = 1) => Interlocked.Add(ref _done, done);

    /// <summary>A pod has answered what was begun at a moment.</summary>
    public void Answered(string pod, DateTimeOffset begun, long done = 1)
    {
        Add(done);
        if (ledger.WasOut(pod, begun) is { } late) Fail($"{pod} was given something new {late.TotalMilliseconds:0} ms after its drain was acknowledged");
    }

    public void Fail(string what)
    {
        Interlocked.Increment(ref _failed);
        if (Failures.Count < MostKept) Failures.Enqueue($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {what}");
    }

    public void SaidGoodbye() => Interlocked.Increment(ref _goodbyes);

    /// <summary>One that was asked to end by a pod goes on.</summary>
    public void WentOn(string from, string to)
    {
        if (from != to) Interlocked.Increment(ref _elsewhere);
    }
}

/// <summary>All kinds of clients, and the times in which a pod was to get nothing new. Any thread.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, (DateTimeOffset From, DateTimeOffset Until)> _out = new();
    private readonly List<Tally> _tallies = [];

    public IReadOnlyList<Tally> Tallies => _tallies;

    /// <summary>A kind of client. One thread makes them, and reads the list.</summary>
    public Tally Of(string name, bool isLong = false)
    {
        var tally = new Tally(name, this) { IsLong = isLong };
        _tallies.Add(tally);
        return tally;
    }

    /// <summary>The pod's drain was acknowledged.</summary>
    public void Out(string pod, DateTimeOffset since) => _out[pod] = (since, DateTimeOffset.MaxValue);

    /// <summary>It is about to be enabled.</summary>
    public void BackIn(string pod, DateTimeOffset at) => _out[pod] = (_out[pod].From, at);

    /// <summary>
    /// How long the pod had been out when something was begun that it has just answered; null: it was not. What was begun at the end of that time, and answered
    /// after it, may have been given to the pod when that was in again.
    /// </summary>
    public TimeSpan? WasOut(string pod, DateTimeOffset begun) =>
        _out.TryGetValue(pod, out var time) && begun > time.From && DateTimeOffset.UtcNow < time.Until ? begun - time.From : null;
}
