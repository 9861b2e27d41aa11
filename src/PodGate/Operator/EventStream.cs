using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>
/// <c>GET /api/v1/events/stream</c>: events as they happen, as server-sent events (WHATWG HTML, section 9.2). Each has its number as its id, so whoever comes
/// back with <c>Last-Event-ID</c> misses nothing that is kept, also after a restart of the gate; what is not kept any more is told as a <c>gap</c>.
/// </summary>
internal sealed class EventStream(OperatorSources sources)
{
    /// <summary>The most streams at a time.</summary>
    public const int Most = 200;

    private const int PageSize = 500;

    /// <summary>
    /// Something is sent at least so often, so that both ends notice when the other is gone; then it is also seen whether the token still opens.
    /// </summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    private int _open;

    /// <summary>Answers until the client goes, the gate stops, or the token is revoked.</summary>
    /// <param name="context">The request.</param>
    public async Task StreamAsync(HttpContext context)
    {
        var filter = EventFilter.Of(context);
        var after = Begin(context) ?? sources.View().Fleet.LastNumber;
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        if (Interlocked.Increment(ref _open) > Most)
        {
            Interlocked.Decrement(ref _open);
            throw new ApiProblem(
                StatusCodes.Status503ServiceUnavailable, "too-many-streams", "Too many follow already",
                $"{Most} streams of events are open, which is as many as there may be; ask GET /api/v1/events now and then instead.");
        }

        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            await FollowAsync(context, filter, after, end.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // The end of the answer tells the client to come back, to whoever serves then.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task FollowAsync(HttpContext context, EventFilter filter, long after, CancellationToken end)
    {
        var caller = AdminPipeline.Caller(context);
        var frames = new ArrayBufferWriter<byte>();
        Write(frames, "retry: 2000\n\n");
        if (sources.EventsForgotten() is var forgotten && forgotten > after)
            Write(frames, string.Create(CultureInfo.InvariantCulture, $"event: gap\ndata: {{\"after\":{after},\"forgotten\":{forgotten}}}\n\n"));
        while (caller.IsStillValid())
        {
            var next = sources.NextEvent();
            var events = sources.Events(after, PageSize);
            foreach (var happened in events.Where(filter.Fits)) Write(frames, happened);
            if (events.Count > 0) after = events[^1].Number;

            // What does not fit moves the number on as well. A frame without data reaches nobody's handler.
            Write(frames, string.Create(CultureInfo.InvariantCulture, $"id: {after}\n\n"));
            await context.Response.Body.WriteAsync(frames.WrittenMemory, end);
            await context.Response.Body.FlushAsync(end);
            frames.ResetWrittenCount();
            if (events.Count < PageSize) await Task.WhenAny(next, Task.Delay(Beat, sources.Time, end));
            end.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The number that the client knows already; null: he wants to know only what happens from now on.</summary>
    private static long? Begin(HttpContext context)
    {
        var known = context.Request.Headers["Last-Event-ID"];
        if (known.Count == 0) return context.Request.Query.ContainsKey("after") ? RequestReading.Number(context, "after", 0, 0, long.MaxValue) : null;
        return known.Count == 1 && long.TryParse(known[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiProblem.BadRequest("Last-Event-ID must be the id of an event of this stream, a whole number.");
    }

    private static void Write(ArrayBufferWriter<byte> frames, Transition happened)
    {
        Write(frames, string.Create(CultureInfo.InvariantCulture, $"id: {happened.Number}\nevent: transition\ndata: "));
        using (var json = new Utf8JsonWriter(frames)) JsonSerializer.Serialize(json, ApiMapping.Event(happened), ApiJson.Default.EventJson);
        Write(frames, "\n\n");
    }

    private static void Write(ArrayBufferWriter<byte> frames, string text) => Encoding.UTF8.GetBytes(text, frames);
}
