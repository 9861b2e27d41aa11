using System.Net;

namespace PodGate.Control;

/// <summary>
/// Looks names up on threads of its own. The platform's resolver blocks the thread that asks, for seconds when no name server answers, and by itself it takes
/// threads of the pool, of which there are as many as processors: three names that cannot be resolved would stop every request of a small machine for as long
/// as the pool takes to notice.
/// </summary>
/// <param name="ask">Asks and blocks; the platform's resolver, but in tests.</param>
internal sealed class Resolver(Func<string, IPAddress[]> ask) : IDisposable
{
    /// <summary>At most so many look-ups at a time; others wait, and cost nothing meanwhile.</summary>
    internal const int MostThreads = 4;

    private readonly SemaphoreSlim _free = new(MostThreads);

    /// <summary>The one of the process.</summary>
    public static Resolver Platform { get; } = new(Dns.GetHostAddresses);

    /// <summary>Looks a name up.</summary>
    /// <param name="host">A name, or an address as text.</param>
    /// <param name="cancel">Ends the waiting; a look-up that has begun goes on by itself, since nothing can stop it.</param>
    /// <exception cref="System.Net.Sockets.SocketException">There is no such name, or nobody answered.</exception>
    public async Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancel)
    {
        await _free.WaitAsync(cancel).ConfigureAwait(false);
        var looking = Task.Factory.StartNew(() => Ask(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await looking.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>To be called when no look-up runs any more; the one of the process never is.</summary>
    public void Dispose() => _free.Dispose();

    private IPAddress[] Ask(string host)
    {
        try
        {
            return ask(host);
        }
        finally
        {
            _free.Release();
        }
    }
}
