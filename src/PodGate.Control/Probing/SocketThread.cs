using System.Net.Sockets;

namespace PodGate.Control.Probing;

/// <summary>
/// One of the threads that hear from sockets, reached by a socket of its own: what is handed to it runs where other things that wait for a socket of the same
/// thread go on, after whatever holds that thread now. The platform deals sockets out to its threads in turn and tells nobody which one has got which, so some
/// are made and tried until each thread has been met.
/// </summary>
/// <remarks>Sockets of the Unix kind: nothing that is done to the network reaches them.</remarks>
public sealed class SocketThread : IDisposable
{
    private const int TriesForEach = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Socket _near;
    private readonly Socket _far;
    private Action? _work;

    private SocketThread(Socket near, Socket far)
    {
        _near = near;
        _far = far;
    }

    /// <summary>Finds the threads.</summary>
    /// <param name="count">How many there are: as many as processors where sockets complete inline; 1 elsewhere, and then it is the pool that is met.</param>
    /// <returns>Those that were met, each once; fewer than there are only if one did not answer for seconds.</returns>
    public static async Task<IReadOnlyList<SocketThread>> FindAsync(int count)
    {
        var found = new Dictionary<int, SocketThread>();
        for (var i = 0; i < count * TriesForEach && found.Count < count; i++)
        {
            var one = Make();
            var met = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            one.Hand(() => met.TrySetResult(Environment.CurrentManagedThreadId));
            try
            {
                if (!found.TryAdd(await met.Task.WaitAsync(Patience).ConfigureAwait(false), one)) one.Dispose();
            }
            catch (TimeoutException)
            {
                one.Dispose();
            }
        }

        return [.. found.Values];
    }

    /// <summary>Has the thread do something quick. One thing at a time.</summary>
    /// <param name="work">What; done at once, and here, when the thread cannot be reached.</param>
    public void Hand(Action work)
    {
        Volatile.Write(ref _work, work);
        try
        {
            _near.Send([1]);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Do();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    private static SocketThread Make()
    {
        // A name in the abstract namespace of Unix sockets, which no file has.
        var name = new UnixDomainSocketEndPoint($"\0podgate-{Environment.ProcessId}-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(name);
        listener.Listen(1);
        var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        near.Connect(name);
        var made = new SocketThread(near, listener.Accept());
        _ = made.HearAsync();
        return made;
    }

    private async Task HearAsync()
    {
        var buffer = new byte[1];
        try
        {
            while (await _far.ReceiveAsync(buffer.AsMemory()).ConfigureAwait(false) > 0) Do();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed. Whatever waits is done, so that nobody waits for ever.
            Do();
        }
    }

    private void Do() => Interlocked.Exchange(ref _work, null)?.Invoke();
}
