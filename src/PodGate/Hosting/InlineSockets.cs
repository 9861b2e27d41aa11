namespace PodGate.Hosting;

/// <summary>
/// Whether what waits for a socket goes on right on the thread that hears from it, without a hop to the thread pool: that takes two fifths off
/// the processor time of a request (docs/decisions/0011-fast-path.md). It is for the whole process, so everything that continues from a socket
/// must be quick or hop by itself: the request path is quick and takes turns, probes, checks and webhooks hop, the admin port keeps its own hop,
/// and the log is written elsewhere. On by default; the platform's environment variable,
/// <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=0</c>, switches it off, and the data port follows.
/// </summary>
internal static class InlineSockets
{
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>As the platform reads it, when its first socket is made.</summary>
    public static bool AreOn { get; } = Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>Switches it on unless the environment says otherwise. Only the process's first lines may do that: before any socket is made.</summary>
    public static void TurnOn()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null) Environment.SetEnvironmentVariable(Variable, "1");
    }
}
