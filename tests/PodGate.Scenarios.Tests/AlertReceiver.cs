using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>A real receiver of webhooks, which can fail at first and can live in a network namespace.</summary>
internal sealed class AlertReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AlertReceiver(WebApplication app) => _app = app;

    /// <summary>What the gate posted.</summary>
    public ConcurrentQueue<JsonNode> Taken { get; } = new();

    /// <summary>The alerts of what Alertmanager posted, each as often as it came.</summary>
    public ConcurrentQueue<JsonNode> Notified { get; } = new();

    public Uri Url { get; private set; } = null!;

    /// <summary>Takes nothing while it is.</summary>
    public bool IsDown { get; set; }

    public static async Task<AlertReceiver> StartAsync(int failures = 0, TestNamespace? inside = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        if (inside is not null)
        {
            builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = endpoint =>
            {
                var socket = inside.CreateSocket();
                socket.Bind(endpoint);
                return socket;
            });
        }

        var app = builder.Build();
        var receiver = new AlertReceiver(app);
        var left = failures;
        app.MapPost("/alerts", async (HttpRequest request) =>
        {
            var alert = (await JsonNode.ParseAsync(request.Body))!;
            if (Interlocked.Decrement(ref left) >= 0) return Results.StatusCode(500);
            if (receiver.IsDown) return Results.StatusCode(503);
            receiver.Taken.Enqueue(alert);
            return Results.NoContent();
        });
        app.MapPost("/alertmanager", async (HttpRequest request) =>
        {
            foreach (var alert in (await JsonNode.ParseAsync(request.Body))!["alerts"]!.AsArray()) receiver.Notified.Enqueue(alert!);
            return Results.NoContent();
        });
        await app.StartAsync();
        receiver.Url = new Uri(app.Urls.First() + "/alerts");
        return receiver;
    }

    public Task<JsonNode> UntilAsync(Func<JsonNode, bool> fits, double seconds = 30) => UntilAsync(Taken, fits, seconds);

    public Task<JsonNode> UntilNotifiedAsync(Func<JsonNode, bool> fits, double seconds) => UntilAsync(Notified, fits, seconds);

    private static async Task<JsonNode> UntilAsync(ConcurrentQueue<JsonNode> alerts, Func<JsonNode, bool> fits, double seconds)
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            if (alerts.FirstOrDefault(fits) is { } alert) return alert;
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"no such alert; there were: {string.Join('\n', alerts.Select(a => a.ToJsonString()))}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
