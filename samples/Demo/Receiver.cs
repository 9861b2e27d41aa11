using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Demo;

/// <summary>What an on-call system would be: takes the alerts that the gate posts.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public event Action<JsonNode>? Arrived;

    public ConcurrentQueue<JsonNode> Alerts { get; } = new();

    public event Action<JsonNode>? Notified;

    public Uri Url => new(_app.Urls.First() + "/alerts");

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.MapPost("/alerts", async (HttpRequest request) =>
        {
            var alert = (await JsonNode.ParseAsync(request.Body))!;
            receiver.Alerts.Enqueue(alert);
            receiver.Arrived?.Invoke(alert);
        });
        app.MapPost("/alertmanager", async (HttpRequest request) =>
        {
            foreach (var alert in (await JsonNode.ParseAsync(request.Body))!["alerts"]!.AsArray()) receiver.Notified?.Invoke(alert!);
        });
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
