using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using PodGate.Operator;
using PodGate.Operator.Page;
using PodGate.Proxy;
using PodGate.Proxy.Arrivals;

namespace PodGate.Hosting;

/// <summary>How the two ports differ: the data port carries client traffic and nothing else, the admin port everything that people need.</summary>
internal static class Ports
{
    /// <summary>The configuration key of the data port.</summary>
    public const string DataKey = "Listen";

    /// <summary>The configuration key of the admin port.</summary>
    public const string AdminKey = "Admin.Listen";

    /// <summary>The configuration key of the admin port's socket.</summary>
    public const string SocketKey = "Admin.Socket";

    /// <summary>Makes the data port.</summary>
    /// <param name="listeners">Its sockets.</param>
    /// <param name="forwarding">Its limits.</param>
    /// <param name="door">What lets connections in.</param>
    /// <param name="answer">What answers every request.</param>
    /// <param name="logs">The gate's logger factory.</param>
    /// <param name="time">The clock.</param>
    public static WebPort Data(
        Listeners listeners, ForwardingSettings forwarding, FrontDoor door, RequestDelegate answer, ILoggerFactory logs, TimeProvider time) => new(
        DataKey,
        listeners,
        kestrel =>
        {
            DataPort.Configure(kestrel);
            var limits = kestrel.Limits;
            limits.MaxRequestBodySize = forwarding.LargestRequestBody == 0 ? null : forwarding.LargestRequestBody;
            limits.MaxConcurrentConnections = forwarding.MostConnections;
            limits.MaxConcurrentUpgradedConnections = forwarding.MostConnections;
            // Kestrel would cut a request body that brings less than 240 bytes a second. That hits slow attackers, and just as well a
            // gRPC stream or an upload that has nothing to say for a while, which must pass. What slow bodies can take is bounded by
            // the number of connections; the time limit on a request's headers stays Kestrel's.
            limits.MinRequestBodyDataRate = null;
        },
        static _ => { },
        application => application.Run(answer),
        logs,
        time,
        door,
        InlineSockets.AreOn);

    /// <summary>What the request path goes by.</summary>
    /// <param name="configuration">The configuration in force.</param>
    public static ProxySettings SettingsOf(GateConfiguration configuration) => new()
    {
        ResponseHeader = string.IsNullOrEmpty(configuration.Affinity.ResponseHeader) ? null : configuration.Affinity.ResponseHeader,
        TrustedProxies = configuration.TrustedProxies,
        ConnectTimeout = configuration.Forwarding.ConnectTimeout,
        FirstByteTimeout = configuration.Forwarding.FirstByteTimeout,
        IdleTimeout = configuration.Forwarding.IdleTimeout,
        HedgeAfter = configuration.Forwarding.HedgeAfter,
        RetryStatuses = configuration.Forwarding.RetryStatuses,
        RetryBudgetPercent = configuration.Forwarding.RetryBudgetPercent,
        MostRequestsPerPod = configuration.Forwarding.MostRequestsPerPod,
        PodLimits = configuration.Fleet.Pods.Values.Where(pod => pod.MostRequests is not null)
            .ToImmutableDictionary(pod => pod.Name, pod => pod.MostRequests!.Value, StringComparer.Ordinal),
        QueueLength = configuration.Forwarding.QueueLength,
        QueueTimeout = configuration.Forwarding.QueueTimeout,
        MostNewConnections = configuration.Forwarding.MostNewConnections,
        MostHandshakes = configuration.Forwarding.MostHandshakes,
        RetryAfterSeconds = configuration.Forwarding.RetryAfterSeconds,
    };

    /// <summary>Makes the admin port.</summary>
    /// <param name="listeners">Its sockets.</param>
    /// <param name="sources">What it reads and does.</param>
    /// <param name="logs">The gate's logger factory.</param>
    public static WebPort Admin(Listeners listeners, OperatorSources sources, ILoggerFactory logs)
    {
        // The loader refuses this with a better message; a token must not travel in the clear whoever made the configuration.
        foreach (var (settings, _, endPoint) in listeners.Bound)
        {
            if (settings.Url.Scheme == Uri.UriSchemeHttps || IPAddress.IsLoopback(endPoint.Address) || sources.Settings().AllowPlainHttp) continue;
            throw new ListenException(
                $"{AdminKey}: {settings.Url.Scheme}://{settings.Url.Authority} is not loopback, and tokens would travel in the clear; " +
                "use https with a certificate, or 127.0.0.1.");
        }

        var logger = logs.CreateLogger("PodGate.Operator");
        return new WebPort(
            AdminKey,
            listeners,
            kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = AdminLimits.LargestBody;
                kestrel.Limits.MaxConcurrentConnections = AdminLimits.MostConnections;
                kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
            },
            services => services.AddRouting(),
            application =>
            {
                var page = new OperatorPage(sources);
                new AdminPipeline(sources, page, logger).Use(application);
                new OperatorApi(sources, logger).Map(application);
                page.Map(application);
            },
            logs,
            sources.Time,
            clientCa: sources.Settings().ClientCa);
    }
}
