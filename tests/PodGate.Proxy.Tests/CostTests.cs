using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using Xunit.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace PodGate.Proxy.Tests;

/// <summary>Tests during which no other one runs.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;

/// <summary>What a request costs, in bytes allocated in the whole process by peers that allocate nothing themselves.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class CostTests(ITestOutputHelper output)
{
    private const int Batch = 200;

    /// <summary>
    /// What the pipeline may take above the bare forwarder, which tells pods nothing of the client. Measured: 88, because three headers more make the
    /// platform's list of headers grow.
    /// </summary>
    private const double Allowance = 100;

    [Fact]
    public async Task Request_Small_AllocatesHardlyMoreThanTheForwarderAlone()
    {
        using var pod = new FrugalPod();
        var bare = await ForwarderAloneAsync(pod.EndPoint, HttpTransformer.Default);
        var telling = await ForwarderAloneAsync(pod.EndPoint, new Telling());
        var system = await PipelineAsync(pod.EndPoint, TimeProvider.System);
        var gates = await PipelineAsync(pod.EndPoint, new OtherTime());
        var limited = await PipelineAsync(pod.EndPoint, TimeProvider.System, new ProxySettings { MostRequestsPerPod = 10 });
        output.WriteLine(
            $"forwarder alone {bare:F0} B, with the same headers {telling:F0} B, pipeline {system:F0} B, with a clock of its own {gates:F0} B, with a limit {limited:F0} B a request");
        system.Should().BeLessThan(bare + Allowance);
        system.Should().BeLessThan(telling + 1, "the same request, sent by the forwarder alone, takes no less");
        limited.Should().BeLessThan(telling + 1, "a place that is free costs a number");
        gates.Should().BeLessThan(bare + Allowance, "the gate's clock is not the system's, and no timer may cost more for that");
    }

    private static async Task<double> ForwarderAloneAsync(IPEndPoint pod, HttpTransformer transformer)
    {
        var parts = new ServiceCollection();
        parts.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        parts.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        parts.AddHttpForwarder();
        await using var provider = parts.BuildServiceProvider();
        var forwarder = provider.GetRequiredService<IHttpForwarder>();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null,
        });
        var config = new ForwarderRequestConfig { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var prefix = $"http://{pod}";
        await using var server = await WebServer.StartAsync(
            async context => await forwarder.SendAsync(context, prefix, invoker, config, transformer), DataPort.Configure);
        return Measure(server.EndPoint);
    }

    private static async Task<double> PipelineAsync(IPEndPoint pod, TimeProvider time, ProxySettings? settings = null)
    {
        var board = new Board().Put("a", pod);
        using var pipeline = new ProxyPipeline(board, new NoSignals(), settings ?? new ProxySettings(), time, NullLoggerFactory.Instance);
        await using var server = await WebServer.StartAsync(pipeline.InvokeAsync, DataPort.Configure);
        return Measure(server.EndPoint);
    }

    private static double Measure(IPEndPoint endPoint)
    {
        using var client = new FrugalClient(endPoint);
        client.Ask(1_000);
        var batches = new double[11];
        for (var i = 0; i < batches.Length; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            client.Ask(Batch);
            batches[i] = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Batch;
        }

        // Whatever else goes on in the process (a timer, the compiler) only adds; an object in every second request would be twelve bytes in each batch.
        return batches.Min();
    }

    /// <summary>Tells the pod of the client, in the plainest way.</summary>
    private sealed class Telling : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-For", httpContext.Connection.RemoteIpAddress!.ToString());
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Host", httpContext.Request.Host.Value);
        }
    }

    /// <summary>A clock that is not the system's, as the gate's is not.</summary>
    private sealed class OtherTime : TimeProvider;

    private sealed class NoSignals : PodGate.Core.Routing.ISignalSink
    {
        public void Report(in PodGate.Core.Routing.Signal signal)
        {
        }
    }
}
