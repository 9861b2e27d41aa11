using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PodGate.Core.Routing;
using PodGate.Proxy.Signals;

namespace PodGate.Proxy;

/// <summary>The request path, in one method, in order.</summary>
public sealed class ProxyPipeline : IDisposable
{
    /// <summary>Sets the path up; it follows the source's snapshots from now on.</summary>
    /// <param name="source">Where routing snapshots come from.</param>
    /// <param name="sink">Where outcomes go.</param>
    /// <param name="settings">What to go by at first.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">For what is rare; never for a request.</param>
    public ProxyPipeline(IRoutingSource source, ISignalSink sink, ProxySettings settings, TimeProvider time, ILoggerFactory logs) =>
        throw new NotImplementedException();

    /// <summary>What the path goes by; may be replaced at any moment.</summary>
    public ProxySettings Settings { get; set; } = new();

    /// <summary>The counters.</summary>
    public TrafficMeter Traffic => throw new NotImplementedException();

    /// <summary>Forwards one request: the data port's only delegate.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
