using System.Runtime.InteropServices;

namespace PodGate.Core.Routing;

/// <summary>
/// Counts what is running on a pod, and what is between picking and sending. Any thread may call anything; no locks. Counters are
/// striped by processor and padded to cache lines. Each counts only upwards (entries and exits apart), so a sum taken while requests
/// come and go never reads less than what is there: zero is truly zero.
/// </summary>
public sealed class PodLoad
{
    private readonly Stripe[] _stripes = new Stripe[StripeCount];
    private readonly int _mask = StripeCount - 1;

    private static readonly int StripeCount = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 64));

    /// <summary>Counts a request in, as running and as not yet sent. A full fence: what follows is read after it.</summary>
    public void Enter()
    {
        ref var stripe = ref Mine();
        Interlocked.Increment(ref stripe.Entered);
        Interlocked.Increment(ref stripe.Picking);
    }

    /// <summary>The request that entered has been handed over to a connection, or given up: it is no longer between picking and sending.</summary>
    public void Sent() => Interlocked.Increment(ref Mine().Picked);

    /// <summary>The request that entered has ended.</summary>
    public void Leave() => Interlocked.Increment(ref Mine().Left);

    /// <summary>Requests and connections running on the pod now; never less than the truth.</summary>
    public long InFlight
    {
        get
        {
            long left = 0, entered = 0;
            foreach (ref var stripe in _stripes.AsSpan()) left += Volatile.Read(ref stripe.Left);
            foreach (ref var stripe in _stripes.AsSpan()) entered += Volatile.Read(ref stripe.Entered);
            return entered - left;
        }
    }

    /// <summary>Requests that picked the pod and were not yet sent; never less than the truth.</summary>
    public long Unsent
    {
        get
        {
            long picked = 0, picking = 0;
            foreach (ref var stripe in _stripes.AsSpan()) picked += Volatile.Read(ref stripe.Picked);
            foreach (ref var stripe in _stripes.AsSpan()) picking += Volatile.Read(ref stripe.Picking);
            return picking - picked;
        }
    }

    private ref Stripe Mine() => ref _stripes[Thread.GetCurrentProcessorId() & _mask];

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(0)] public long Entered;
        [FieldOffset(8)] public long Left;
        [FieldOffset(16)] public long Picking;
        [FieldOffset(24)] public long Picked;
    }
}
