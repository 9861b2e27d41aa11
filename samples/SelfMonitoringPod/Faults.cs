using System.Globalization;

namespace SelfMonitoringPod;

/// <summary>What is to go wrong, as posted to /faults. A word that is missing stays as it is.</summary>
internal sealed record FaultOrder(string? Health, string? Requests);

/// <summary>The faults that are switched on. They never touch /faults itself, nor the counts.</summary>
internal sealed class Faults
{
    private static readonly string[] HealthWords = ["ok", "degraded", "unhealthy", "garbage", "hang", "503"];
    private static readonly string[] RequestWords = ["ok", "500", "hang", "cut"];
    private volatile string _health = "ok";
    private volatile string _requests = "ok";

    public string Health => _health;

    /// <summary>ok, 500, hang, cut (the request is carried out, then the connection is cut instead of an answer), or slow:milliseconds.</summary>
    public string Requests => _requests;

    /// <summary>Switches; null when done, else what is wrong.</summary>
    public string? Set(FaultOrder order)
    {
        if (order.Health is not null && !HealthWords.Contains(order.Health)) return $"health: one of {string.Join(", ", HealthWords)}";
        if (order.Requests is not null && !RequestWords.Contains(order.Requests) && SlowMilliseconds(order.Requests) is null)
            return $"requests: one of {string.Join(", ", RequestWords)}, or slow:1500 (milliseconds, at most 600000)";
        _health = order.Health ?? _health;
        _requests = order.Requests ?? _requests;
        return null;
    }

    public static int? SlowMilliseconds(string word) =>
        word.StartsWith("slow:", StringComparison.Ordinal)
        && int.TryParse(word.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds <= 600_000
            ? milliseconds
            : null;

    /// <summary>Lets a request through, or spoils it.</summary>
    public async Task InterceptAsync(HttpContext context, RequestDelegate next)
    {
        switch (_requests)
        {
            case "ok":
                await next(context);
                return;
            case "500":
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                await context.Response.WriteAsync("a fault is switched on\n");
                return;
            case "hang":
                await HangAsync(context);
                return;
            case "cut":
                // Carried out and never answered: the case that must not be repeated.
                context.Response.Body = Stream.Null;
                await next(context);
                context.Abort();
                return;
            case var word:
                await Task.Delay(SlowMilliseconds(word) ?? 0, context.RequestAborted);
                await next(context);
                return;
        }
    }

    /// <summary>Says nothing until the client goes away, ten minutes at most.</summary>
    public static async Task HangAsync(HttpContext context)
    {
        await Task.Delay(TimeSpan.FromMinutes(10), context.RequestAborted).ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        context.Abort();
    }
}
