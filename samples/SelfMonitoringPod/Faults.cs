using System.Globalization;

namespace SelfMonitoringPod;

/// <summary>What is to go wrong, as posted to /faults. A word that is missing stays as it is.</summary>
internal sealed record FaultOrder(string? Health, string? Requests);

/// <summary>
/// The faults that are switched on. They never touch /faults itself, nor the counts.
/// <para>
/// Health: ok; degraded and unhealthy (a component says so); garbage; hang; 503 (without a document); flapping (every other answer is unhealthy);
/// wrong-identity or wrong-identity:NAME (the document names another pod); stale (its timestamp and sequence stand still); cached (the same old document
/// with a growing Age, as a cache between gives it); gone (404: the self-monitoring is not there any more); closed (the connection is closed
/// instead of an answer).
/// </para>
/// <para>
/// Requests: ok; 500; hang; slow:milliseconds; capacity:requests:milliseconds (see <see cref="Capacity"/>; not for one request alone); cut (carried out, then the connection is reset instead of an answer); reset (the same, not carried out); half
/// (carried out; headers and half of the body, then a reset); short (the same with an orderly close). A client's header X-Poison with one of these words spoils
/// that request on whatever pod it reaches.
/// </para>
/// </summary>
internal sealed class Faults
{
    /// <summary>The request header that spoils its own request.</summary>
    public const string PoisonHeader = "X-Poison";

    private const string WrongIdentity = "wrong-identity";
    private static readonly string[] HealthWords =
        ["ok", "degraded", "unhealthy", "garbage", "hang", "503", "flapping", WrongIdentity, "stale", "cached", "gone", "closed"];
    private static readonly string[] RequestWords = ["ok", "500", "hang", "cut", "reset", "half", "short"];
    private volatile string _health = "ok";
    private volatile string _requests = "ok";
    private volatile Capacity? _capacity;
    private int _running;
    private int _mostAtOnce;

    public string Health => _health;

    public string Requests => _requests;

    /// <summary>The most clients' requests that ran at one moment since somebody last posted to /faults.</summary>
    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    /// <summary>Switches; null when done, else what is wrong.</summary>
    public string? Set(FaultOrder order)
    {
        if (order.Health is not null && !HealthWords.Contains(order.Health) && NamedIdentity(order.Health) is null)
            return $"health: one of {string.Join(", ", HealthWords)}, or {WrongIdentity}:pod-x";
        if (order.Requests is not null && !IsForRequests(order.Requests))
            return $"requests: one of {string.Join(", ", RequestWords)}, or slow:1500 (milliseconds, at most 600000), or capacity:8:50";
        _health = order.Health ?? _health;
        _requests = order.Requests ?? _requests;
        _capacity = Capacity.Parse(_requests);
        Volatile.Write(ref _mostAtOnce, Volatile.Read(ref _running));
        return null;
    }

    public static int? SlowMilliseconds(string word) =>
        word.StartsWith("slow:", StringComparison.Ordinal)
        && int.TryParse(word.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds <= 600_000
            ? milliseconds
            : null;

    /// <summary>The name that the health document is to carry instead of the pod's own; null: its own.</summary>
    public string? OtherIdentity(string own) =>
        _health == WrongIdentity ? own == "pod-a" ? "pod-b" : "pod-a" : NamedIdentity(_health);

    /// <summary>Lets a request through, or spoils it.</summary>
    public async Task InterceptAsync(HttpContext context, RequestDelegate next)
    {
        var running = Interlocked.Increment(ref _running);
        for (var most = MostAtOnce; running > most; most = MostAtOnce) Interlocked.CompareExchange(ref _mostAtOnce, running, most);
        try
        {
            await InterceptAsync(context, next, running);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task InterceptAsync(HttpContext context, RequestDelegate next, int running)
    {
        var word = context.Request.Headers[PoisonHeader] is [{ } poison] ? poison : _requests;
        switch (word)
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
                await BrokenAnswer.NoneAsync(context, next);
                return;
            case "reset":
                BrokenAnswer.Reset(context);
                return;
            case "half" or "short":
                await BrokenAnswer.HalfAsync(context, next, reset: word == "half");
                return;
            case var _ when SlowMilliseconds(word) is { } milliseconds:
                await Task.Delay(milliseconds, context.RequestAborted);
                await next(context);
                return;
            case var _ when _capacity is { } capacity && word == _requests:
                await Task.Delay(capacity.TimeFor(running), context.RequestAborted);
                await next(context);
                return;
            default:
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsync($"{PoisonHeader}: one of {string.Join(", ", RequestWords)}, or slow:1500\n");
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

    private static bool IsForRequests(string word) => RequestWords.Contains(word) || SlowMilliseconds(word) is not null || Capacity.Parse(word) is not null;

    private static string? NamedIdentity(string word) =>
        word.StartsWith(WrongIdentity + ":", StringComparison.Ordinal) && word.Length is > 15 and <= 15 + 63 ? word[(WrongIdentity.Length + 1)..] : null;
}
