using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SelfMonitoringPod;

/// <summary>The pod's self-monitoring: the platform's health checks, one for each component, as a JSON report and as text.</summary>
internal sealed class SelfMonitoring(string name, Faults faults, TimeProvider time)
{
    private static readonly string Version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    private readonly Lock _lock = new();
    private long _sequence;
    private DateTimeOffset _looked = time.GetUtcNow();

    public void Add(IServiceCollection services)
    {
        HealthCheckResult Check(string component, string well, bool flaps = false) => faults.Health switch
        {
            "unhealthy" when component == "database" => HealthCheckResult.Unhealthy("no connection"),
            "flapping" when flaps && Interlocked.Read(ref _sequence) % 2 == 0 => HealthCheckResult.Unhealthy("the connection comes and goes"),
            "degraded" when component == "alarms" => HealthCheckResult.Degraded("the queue is long"),
            _ => HealthCheckResult.Healthy(well),
        };

        services.AddHealthChecks()
            .AddCheck("console", () => Check("console", "answers"))
            .AddCheck("api", () => Check("api", "answers"))
            .AddCheck("alarms", () => Check("alarms", "the queue is empty"))
            .AddCheck("database", () => Check("database", "connected", flaps: true));
    }

    public void Map(WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/health"), health => health.Use(next => context => InterceptAsync(context, next)));
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = WriteJsonAsync });
        app.MapHealthChecks("/health/text");
    }

    private async Task InterceptAsync(HttpContext context, RequestDelegate next)
    {
        switch (faults.Health)
        {
            case "hang":
                await Faults.HangAsync(context);
                return;
            case "503":
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case "gone":
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            case "closed":
                BrokenAnswer.Close(context);
                return;
            case "garbage":
                context.Response.ContentType = "application/json";
                await context.Response.Body.WriteAsync(new byte[] { (byte)'{', 0xFF, 0x00, 0x1B, (byte)'[', (byte)'2', (byte)'J' }, context.RequestAborted);
                return;
            case "stale":
                await next(context);
                return;
            case "cached":
                var age = (long)(time.GetUtcNow() - Looked).TotalSeconds + 1;
                context.Response.Headers.Age = age.ToString(CultureInfo.InvariantCulture);
                await next(context);
                return;
            default:
                Look();
                await next(context);
                return;
        }
    }

    private DateTimeOffset Looked
    {
        get
        {
            lock (_lock) return _looked;
        }
    }

    /// <summary>Each answer is a new look at the pod, unless the fault is that there is none.</summary>
    private void Look()
    {
        lock (_lock)
        {
            _sequence++;
            _looked = time.GetUtcNow();
        }
    }

    private Task WriteJsonAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var document = new
        {
            status = report.Status.ToString(),
            pod = faults.OtherIdentity(name) ?? name,
            version = Version,
            timestamp = Looked,
            sequence = Interlocked.Read(ref _sequence),
            totalDuration = report.TotalDuration.ToString(),
            entries = report.Entries.ToDictionary(
                entry => entry.Key,
                entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description, duration = entry.Value.Duration.ToString() }),
        };
        return context.Response.WriteAsync(JsonSerializer.Serialize(document), context.RequestAborted);
    }
}
