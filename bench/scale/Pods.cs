using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Scale;

/// <summary>Any number of pods in one listener: they differ in the address, of which 127.0.0.0/8 has enough.</summary>
internal sealed class Pods : IAsyncDisposable
{
    private readonly WebApplication _application;

    private Pods(WebApplication application) => _application = application;

    /// <summary>Whether the pod with this number is well at this moment.</summary>
    public Func<int, bool> IsWell { get; set; } = _ => true;

    public int Port { get; private set; }

    public static async Task<Pods> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var pods = new Pods(builder.Build());
        pods._application.Run(pods.AnswerAsync);
        await pods._application.StartAsync();
        pods.Port = new Uri(pods._application.Urls.First()).Port;
        return pods;
    }

    /// <summary>The first so many, by name.</summary>
    public IReadOnlyList<(string Name, Uri Address)> Take(int count) => [.. Enumerable.Range(0, count).Select(i => ($"pod-{i:000}", AddressOf(i)))];

    public Uri AddressOf(int number) => new($"http://127.{100 + (number / 250)}.0.{1 + (number % 250)}:{Port}");

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != "/health") return context.Response.WriteAsync("well\n");
        var address = context.Features.Get<IHttpConnectionFeature>()!.LocalIpAddress!.MapToIPv4().GetAddressBytes();
        var well = IsWell(((address[1] - 100) * 250) + address[3] - 1);
        context.Response.StatusCode = well ? 200 : 503;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(well ? """{"status":"Healthy"}""" : """{"status":"Unhealthy"}""");
    }
}
