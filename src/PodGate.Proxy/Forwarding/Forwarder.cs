using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// YARP's forwarder, and nothing else of YARP: no destinations, no health, no balancing of its own. It must not cut what is idle, so
/// its activity timeout is infinite; the gate has its own first-byte and idle timeouts. It logs each request, so it gets no logger.
/// </summary>
internal sealed class Forwarder : IDisposable
{
    private static readonly ForwarderRequestConfig Plain = new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static readonly ForwarderRequestConfig Streams = Plain with { Version = HttpVersion.Version20 };

    private readonly ServiceProvider _parts;
    private readonly IHttpForwarder _forwarder;

    public Forwarder()
    {
        var parts = new ServiceCollection();
        parts.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        parts.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        parts.AddHttpForwarder();
        _parts = parts.BuildServiceProvider();
        _forwarder = _parts.GetRequiredService<IHttpForwarder>();
    }

    /// <summary>Sends the exchange's request to the pod it has picked.</summary>
    public ValueTask<ForwarderError> SendAsync(Exchange exchange)
    {
        var attempt = exchange.Current;
        var line = attempt.Line;
        if (exchange.IsGrpc) return _forwarder.SendAsync(exchange.Context, line.StreamsPrefix, line.Invoker, Streams, exchange, attempt.Stop);
        return exchange.BeginHedge() is { } hedge
            ? _forwarder.SendAsync(exchange.Context, line.Prefix, hedge, Plain, exchange, hedge.Stop)
            : _forwarder.SendAsync(exchange.Context, line.Prefix, line.Invoker, Plain, exchange, attempt.Stop);
    }

    public void Dispose() => _parts.Dispose();
}
