using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>A request as the gate's side saw it.</summary>
internal sealed record Asked(string Method, string Target, string Body, string? Authorization)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>What to answer.</summary>
internal sealed record Told(int Status, string? ContentType, string Body)
{
    public static Told Json<T>(T value, int status = 200) =>
        new(status, "application/json", JsonSerializer.Serialize(value, (JsonTypeInfo<T>)ApiJson.Default.GetTypeInfo(typeof(T))!));

    public static readonly Told Silence = new(0, null, "");

    public static Told Problem(int status, string detail) =>
        new(status, "application/problem+json; charset=utf-8", JsonSerializer.Serialize(new { type = "about:blank", title = "Refused", status, detail }));
}

/// <summary>The peer of the command line: a real listener that speaks the operator API's types and remembers what it was asked.</summary>
internal sealed class FakeGate : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<Asked, Told> _tell;

    private FakeGate(Func<Asked, Told> tell, int port, string? socket)
    {
        _tell = tell;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            if (socket is null) kestrel.Listen(IPAddress.Loopback, port);
            else kestrel.ListenUnixSocket(socket);
        });
        builder.Services.AddLogging(logging => logging.ClearProviders());
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public ConcurrentQueue<Asked> Requests { get; } = new();

    public string Url => _app.Urls.Single();

    public static async Task<FakeGate> StartAsync(Func<Asked, Told> tell, int port = 0, string? socket = null)
    {
        var gate = new FakeGate(tell, port, socket);
        await gate._app.StartAsync();
        return gate;
    }

    public Asked Only(string method) => Requests.Single(asked => asked.Method == method);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var feature = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!;
        var asked = new Asked(context.Request.Method, feature.RawTarget, await reader.ReadToEndAsync(), context.Request.Headers.Authorization);
        Requests.Enqueue(asked);
        var told = _tell(asked);
        if (told == Told.Silence)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = told.Status;
        if (told.ContentType is not null) context.Response.ContentType = told.ContentType;
        if (told.Status is 301 or 302) context.Response.Headers.Location = "/elsewhere";
        var bytes = Encoding.UTF8.GetBytes(told.Body);
        if (bytes.Length > 0) await context.Response.Body.WriteAsync(bytes);
    }
}
