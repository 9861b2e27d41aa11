namespace PodGate.Hosting;

/// <summary>
/// Whether what waits for a socket goes on right on the thread that hears from it, without a hop to the thread pool: about a quarter less processor time
/// for each request (<c>bench/run --rows small</c>). It is for the whole process, so everything that continues from a socket must be quick or hop by itself:
/// the request path is quick, probes, checks and webhooks hop, and the admin port keeps its own hop. Off by default until it has proved itself for long; the
/// environment variable of the platform, <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1</c>, switches it on, and the data port follows.
/// </summary>
internal static class InlineSockets
{
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>As the platform reads it, when its first socket is made.</summary>
    public static bool AreOn { get; } = Environment.GetEnvironmentVariable(Variable) is "1" or "true" or "True";
}
