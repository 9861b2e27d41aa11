using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

// peers KIND PORT [TLSPORT CERTIFICATE.pem KEY.pem POD...]: see below for the kinds. Ends with SIGTERM.
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: peers yarp-map|yarp-direct PORT TLSPORT CERTIFICATE KEY POD... | peers echo PORT");
    return 2;
}

var builder = WebApplication.CreateBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);

// The platform's other half of the same knob: with one of them alone either is worse than none.
builder.WebHost.UseSockets(sockets =>
    sockets.UnsafePreferInlineScheduling = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") == "1");
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Loopback, int.Parse(args[1], null));
    if (args.Length > 4) kestrel.Listen(IPAddress.Loopback, int.Parse(args[2], null), listen => listen.UseHttps(X509Certificate2.CreateFromPemFile(args[3], args[4])));
});

var pods = args.Skip(5).Select(pod => $"http://{pod}/").ToArray();
switch (args[0])
{
    // YARP as its documentation shows it.
    case "yarp-map":
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "pods", Match = new RouteMatch { Path = "/{**rest}" } }],
            [new ClusterConfig { ClusterId = "pods", Destinations = pods.Select((pod, i) => (Name: $"pod-{i}", Pod: pod)).ToDictionary(pod => pod.Name, pod => new DestinationConfig { Address = pod.Pod }) }]);
        var stock = builder.Build();
        stock.MapReverseProxy();
        await stock.RunAsync();
        return 0;

    // The least that is a proxy with YARP: its forwarder, called from one delegate.
    case "yarp-direct":
        builder.Services.AddHttpForwarder();
        var direct = builder.Build();
        var forwarder = direct.Services.GetRequiredService<IHttpForwarder>();
        using (var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false, ActivityHeadersPropagator = null,
        }))
        {
            direct.Run(async context => await forwarder.SendAsync(context, pods[0], invoker, ForwarderRequestConfig.Empty, HttpTransformer.Default));
            await direct.RunAsync();
        }

        return 0;

    // A pod for WebSockets: every message comes back.
    case "echo":
        var echo = builder.Build();
        echo.UseWebSockets();
        echo.Run(async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("""{"status":"Healthy"}""");
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[4096];
            while (true)
            {
                // A read of nothing first: an idle connection must not hold a buffer in the pod that is not measured either.
                var read = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (read.MessageType == WebSocketMessageType.Close) break;
                await socket.SendAsync(buffer.AsMemory(0, read.Count), read.MessageType, read.EndOfMessage, context.RequestAborted);
            }
        });
        await echo.RunAsync();
        return 0;

    default:
        Console.Error.WriteLine($"peers: {args[0]} is not known; yarp-map, yarp-direct or echo");
        return 2;
}
