using System.Runtime.InteropServices;

namespace PodGate.Core.Routing;

/// <summary>
/// Counts what is running on a pod, and what is between picking and sending. Any thread may call anything; no locks. A request calls
/// <see cref="Enter"/> once, then <see cref="Sent"/> once and <see cref="Leave"/> once, on whatever threads it comes to run.
/// <para>
/// Why a sum taken while requests come and go never reads less than what is there: each counter only grows, and the exits of all stripes
/// are read before the first entry is. Take the moment between the two passes: the exits read are at most those of that moment, the
/// entries read at least those of that moment, so the difference is at least what was there then. So zero is truly zero, for that
/// moment; it stays zero only if nobody can enter any more, which is what the next paragraph is about.
/// </para>
/// <para>
/// How a command knows that nobody is left between picking and sending: the request enters and <em>then</em> reads the snapshot's
/// version again; the publisher publishes and <em>then</em> reads <see cref="Unsent"/>. Both sides write and then read what the other
/// writes, so both need a full fence in between, or both could read the old value; both have it in here. Then either the publisher
/// sees the request, or the request sees the new version and turns round.
/// </para>
/// </summary>
public sealed class PodLoad
{
    private static readonly int StripeCount = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 64));

    private readonly Stripe[] _stripes = new Stripe[StripeCount];
    private long _elsewhere;
    private long _unsentElsewhere;

    /// <summary>What became of the last request of each source.</summary>
    public SlotOutcomes Outcomes { get; } = new();

    /// <summary>Which slots have how many of its requests.</summary>
    public SlotTally Tally { get; } = new();

    /// <summary>Counts a request in, as running and as not yet sent. A full fence: what follows is read after it.</summary>
    public void Enter() => Interlocked.Increment(ref Mine().Entered);

    /// <summary>The request that entered has been handed over to a connection, or given up: it is no longer between picking and sending.</summary>
    public void Sent() => Interlocked.Increment(ref Mine().Sent);

    /// <summary>
    /// What runs on the pod in another process of the same gate, which it has taken over from and which carries to their end the connections that it has: a
    /// part of <see cref="InFlight"/>. <value>Default 0; only a take-over sets it.</value>
    /// </summary>
    public long Elsewhere
    {
        get => Volatile.Read(ref _elsewhere);
        set => Volatile.Write(ref _elsewhere, value);
    }

    /// <summary>
    /// 1 from the moment that a snapshot is published until that other process has said that nobody there is left between picking by an older one and sending;
    /// a part of <see cref="Unsent"/>, and of <see cref="InFlight"/>, since what it last counted may have grown meanwhile. <value>Default 0.</value>
    /// </summary>
    public long UnsentElsewhere
    {
        get => Volatile.Read(ref _unsentElsewhere);
        set => Volatile.Write(ref _unsentElsewhere, value);
    }

    /// <summary>The request that entered has ended.</summary>
    public void Leave() => Interlocked.Increment(ref Mine().Left);

    /// <summary>
    /// Requests and connections running on the pod now; never less than the truth, and never negative. A full fence: whatever the caller
    /// wrote before can be seen by everybody before the first counter is read.
    /// </summary>
    public long InFlight
    {
        get
        {
            Interlocked.MemoryBarrier();
            long left = 0;
            foreach (ref var stripe in _stripes.AsSpan()) left += Volatile.Read(ref stripe.Left);
            return EnteredAfterwards() - left + Elsewhere + UnsentElsewhere;
        }
    }

    /// <summary>
    /// Requests that picked the pod and were not yet sent; never less than the truth, and never negative. A full fence: whatever the
    /// caller wrote before (the new snapshot) can be seen by everybody before the first counter is read.
    /// </summary>
    public long Unsent
    {
        get
        {
            Interlocked.MemoryBarrier();
            long sent = 0;
            foreach (ref var stripe in _stripes.AsSpan()) sent += Volatile.Read(ref stripe.Sent);
            return EnteredAfterwards() - sent + UnsentElsewhere;
        }
    }

    // Every read here is ordered after the caller's reads of the exits, because those are volatile: a volatile read is done before
    // whatever follows it in the program, on x64 by nature and on Arm by the instruction that is chosen for it.
    private long EnteredAfterwards()
    {
        long entered = 0;
        foreach (ref var stripe in _stripes.AsSpan()) entered += Volatile.Read(ref stripe.Entered);
        return entered;
    }

    // Any stripe is right; the one of the processor is the one that is least contended.
    private ref Stripe Mine() => ref _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)];

    // The counters lie in the middle: 128 bytes (two cache lines, which processors fetch in pairs) away from the counters of the next
    // stripe, and as far from the array's length, which every access reads to check its bounds.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Stripe
    {
        [FieldOffset(128)] public long Entered;
        [FieldOffset(136)] public long Sent;
        [FieldOffset(144)] public long Left;
    }
}
