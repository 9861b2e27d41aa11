using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SelfMonitoringPod;

/// <summary>The pod's self-monitoring: the platform's health checks, one for each component, as a JSON report and as text.</summary>
internal static class SelfMonitoring
{
    public static void Add(IServiceCollection services, Faults faults)
    {
        HealthCheckResult Check(string component, string well) => faults.Health switch
        {
            "unhealthy" when component == "database" => HealthCheckResult.Unhealthy("no connection"),
            "degraded" when component == "alarms" => HealthCheckResult.Degraded("the queue is long"),
            _ => HealthCheckResult.Healthy(well),
        };

        services.AddHealthChecks()
            .AddCheck("console", () => Check("console", "answers"))
            .AddCheck("api", () => Check("api", "answers"))
            .AddCheck("alarms", () => Check("alarms", "the queue is empty"))
            .AddCheck("database", () => Check("database", "connected"));
    }

    private static long _sequence;

    public static void Map(WebApplication app, Faults faults, string name, TimeProvider time)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/health"),
            health => health.Use(next => context => InterceptAsync(context, next, faults)));
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = (context, report) => WriteJsonAsync(context, report, name, time) });
        app.MapHealthChecks("/health/text");
    }

    private static async Task InterceptAsync(HttpContext context, RequestDelegate next, Faults faults)
    {
        switch (faults.Health)
        {
            case "hang":
                await Faults.HangAsync(context);
                return;
            case "503":
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case "garbage":
                context.Response.ContentType = "application/json";
                await context.Response.Body.WriteAsync(new byte[] { (byte)'{', 0xFF, 0x00, 0x1B, (byte)'[', (byte)'2', (byte)'J' }, context.RequestAborted);
                return;
            default:
                await next(context);
                return;
        }
    }

    private static Task WriteJsonAsync(HttpContext context, HealthReport report, string name, TimeProvider time)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var document = new
        {
            status = report.Status.ToString(),
            // Whose document it is, and that it is a new one.
            pod = name,
            version = "0.1.0",
            timestamp = time.GetUtcNow(),
            sequence = Interlocked.Increment(ref _sequence),
            totalDuration = report.TotalDuration.ToString(),
            entries = report.Entries.ToDictionary(
                entry => entry.Key,
                entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description, duration = entry.Value.Duration.ToString() }),
        };
        return context.Response.WriteAsync(JsonSerializer.Serialize(document), context.RequestAborted);
    }
}
