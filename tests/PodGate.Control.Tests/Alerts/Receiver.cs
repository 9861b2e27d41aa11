using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PodGate.Control.Tests.Alerts;

/// <summary>What a receiver got: one attempt.</summary>
internal sealed record Received(string Method, string? ContentType, string? IdempotencyKey, JsonElement Body)
{
    public string Path { get; init; } = "";

    public byte[] Bytes { get; init; } = [];

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public string Id => Body.GetProperty("id").GetString()!;
}

/// <summary>A real receiver of webhooks that answers as a test wants.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _visits;

    private Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Attempts { get; } = new();

    /// <summary>How often it was asked something (GET).</summary>
    public int Visits => Volatile.Read(ref _visits);

    public IEnumerable<string> Ids => Attempts.Select(attempt => attempt.Id);

    /// <summary>Answers an attempt; the number counts from 1.</summary>
    public Func<HttpContext, int, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public Uri Url { get; private set; } = null!;

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.MapPost("/{**path}", receiver.TakeAsync);
        app.MapGet("/{**path}", (HttpContext context) => receiver.Answer(context, Interlocked.Increment(ref receiver._visits)));
        await app.StartAsync();
        receiver.Url = new Uri(new Uri(app.Urls.First()), "/hook");
        return receiver;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes);
        var body = JsonSerializer.Deserialize<JsonElement>(bytes.ToArray());
        Attempts.Enqueue(new Received(context.Request.Method, context.Request.ContentType, context.Request.Headers["Idempotency-Key"], body)
        {
            Path = context.Request.Path, Bytes = bytes.ToArray(),
            Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        });
        await Answer(context, Attempts.Count);
    }
}
