using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace SelfMonitoringPod;

/// <summary>What the pod does for its clients: a page, echoes, orders, a stream of events.</summary>
internal static class Product
{
    // A longer one comes back in pieces of this size.
    private const int LargestMessage = 4 * 1024 * 1024;

    public static void Map(WebApplication app, string name, Orders orders)
    {
        app.MapGet("/", (HttpContext context) => Results.Text(Page(name, context), "text/html; charset=utf-8"));
        app.Map("/echo", context => EchoAsync(context, name));
        app.Map("/echo/{**rest}", context => EchoAsync(context, name));
        app.MapPost("/orders/{id}", (string id) => Execute(id, name, orders));
        app.MapGet("/orders", (int? atLeast) => Results.Json(orders.Counts(atLeast ?? 1)));
        app.MapGet("/slow", (HttpContext context, int? ms) => SlowAsync(context, name, ms ?? 1000));
        app.MapGet("/bytes", (HttpContext context, long? count) => SendBytesAsync(context, count ?? 1_000_000));
        app.MapGet("/events", (HttpContext context, int? ms, int? retry) => StreamAsync(context, name, ms ?? 1000, retry));
        app.Map("/ws", context => EchoMessagesAsync(context, name));
        app.Map("/ws/whole", context => EchoMessagesAsync(context, name, whole: true));
    }

    private static string Page(string name, HttpContext context)
    {
        var (pod, who) = (WebUtility.HtmlEncode(name), WebUtility.HtmlEncode(Source(context)));
        var forwarded = WebUtility.HtmlEncode(context.Request.Headers["X-Forwarded-For"].ToString());
        return $"<!DOCTYPE html><html lang=\"en\"><head><title>{pod}</title></head><body><h1>{pod}</h1><p>You come from {who}, for {forwarded}.</p></body></html>\n";
    }

    private static async Task EchoAsync(HttpContext context, string name)
    {
        // Read through, never kept: a body may be of any length.
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        long length = 0;
        try
        {
            for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;) length += read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var request = context.Request;
        var answer = new
        {
            pod = name,
            method = request.Method,
            path = request.Path.Value,
            query = request.QueryString.Value,
            headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            source = Source(context),
            protocol = request.Protocol,
            bodyLength = length,
        };
        await context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
    }

    /// <summary>A download, as fast as it is taken.</summary>
    private static async Task SendBytesAsync(HttpContext context, long count)
    {
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = Math.Max(0, count);
        var piece = new byte[64 * 1024];
        for (var left = count; left > 0; left -= piece.Length)
            await context.Response.Body.WriteAsync(piece.AsMemory(0, (int)Math.Min(left, piece.Length)), context.RequestAborted);
    }

    private static IResult Execute(string id, string name, Orders orders)
    {
        if (id.Length > Orders.LongestId) return Results.BadRequest(new { error = $"an order's id has at most {Orders.LongestId} characters" });
        return orders.Execute(id) is { } count
            ? Results.Json(new { pod = name, id, count })
            : Results.Json(new { error = $"no room for more than {Orders.MostIds} orders" }, statusCode: StatusCodes.Status507InsufficientStorage);
    }

    private static async Task SlowAsync(HttpContext context, string name, int milliseconds)
    {
        await Task.Delay(Math.Clamp(milliseconds, 0, 600_000), context.RequestAborted);
        await context.Response.WriteAsync($"{name} after {milliseconds} ms\n", context.RequestAborted);
    }

    /// <summary>A stream of events; it may tell its readers after how many milliseconds to come back when it ends.</summary>
    private static async Task StreamAsync(HttpContext context, string name, int milliseconds, int? retry)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            if (retry is not null) await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"retry: {retry}\n\n"), stop.Token);
            for (var number = 1L; ; number++)
            {
                await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {number}\ndata: {name} {number}\n\n"), stop.Token);
                await context.Response.Body.FlushAsync(stop.Token);
                await Task.Delay(Math.Clamp(milliseconds, 10, 600_000), stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client went away, or the pod stops.
        }
    }

    /// <summary>
    /// Messages come back: part by part, as their parts come, or whole, in one frame each. Compressed, if the client offers that; beware where messages have
    /// both secrets and what somebody else may choose.
    /// </summary>
    private static async Task EchoMessagesAsync(HttpContext context, string name, bool whole = false)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            return;
        }

        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { DangerousEnableCompression = true });
        var buffer = ArrayPool<byte>.Shared.Rent(whole ? LargestMessage : 64 * 1024);
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes($"hello from {name}"), WebSocketMessageType.Text, endOfMessage: true, stop.Token);
            for (var have = 0; ;)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(have), stop.Token);
                if (part.MessageType == WebSocketMessageType.Close) break;
                have += part.Count;
                if (whole && !part.EndOfMessage && have < LargestMessage) continue;
                await socket.SendAsync(buffer.AsMemory(0, have), part.MessageType, part.EndOfMessage, stop.Token);
                have = 0;
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, stop.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The client went away without a word, or the pod stops.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Source(HttpContext context) => $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}";
}
