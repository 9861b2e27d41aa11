using System.Runtime.CompilerServices;

namespace PodGate.Control.Probing;

/// <summary>
/// Awaited, it goes on on the thread pool: at once where that is the case already, else by a hop. Where sockets complete inline, what waits for one goes on on
/// the thread that hears from it, where clients' requests run; whatever computes for a while does not belong there.
/// </summary>
internal readonly struct PoolHop : ICriticalNotifyCompletion
{
    /// <summary>Whether no hop is needed.</summary>
    public bool IsCompleted => Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>The pattern of what can be awaited.</summary>
    public PoolHop GetAwaiter() => this;

    /// <summary>Nothing can go wrong in a hop.</summary>
    public void GetResult()
    {
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static state => state(), continuation, preferLocal: false);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static state => state(), continuation, preferLocal: false);
}
