using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace SelfMonitoringPod;

/// <summary>Answers that no decent pod gives: none, or half of one. They are broken on the socket, so that the other side sees just what is meant.</summary>
internal static class BrokenAnswer
{
    // What was written must have left before the connection goes, or nothing of it arrives; and the other side has begun to pass it on.
    private static readonly TimeSpan Head = TimeSpan.FromMilliseconds(50);

    /// <summary>Carried out and never answered: the case that must not be repeated.</summary>
    public static async Task NoneAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Body = Stream.Null;
        await next(context);
        Reset(context);
    }

    /// <summary>Resets the connection at once.</summary>
    public static void Reset(HttpContext context)
    {
        Socket(context)?.LingerState = new LingerOption(true, 0);
        context.Abort();
    }

    /// <summary>Closes the connection in an orderly way, without an answer.</summary>
    public static void Close(HttpContext context)
    {
        Socket(context)?.Shutdown(SocketShutdown.Send);
        context.Abort();
    }

    /// <summary>Carries the request out and sends headers and half of the body, then nothing more. Streams go through whole: there is no half of them.</summary>
    public static async Task HalfAsync(HttpContext context, RequestDelegate next, bool reset)
    {
        if (context.Request.Path.StartsWithSegments("/events") || context.WebSockets.IsWebSocketRequest)
        {
            await next(context);
            return;
        }

        var real = context.Response.Body;
        using var whole = new MemoryStream();
        context.Response.Body = whole;
        await next(context);
        context.Response.Body = real;
        var half = (int)(whole.Length / 2);
        context.Response.ContentLength = whole.Length;
        await real.WriteAsync(whole.GetBuffer().AsMemory(0, half), context.RequestAborted);
        await real.FlushAsync(context.RequestAborted);
        await Task.Delay(Head, context.RequestAborted);
        if (reset) Reset(context);
        else Close(context);
    }

    private static Socket? Socket(HttpContext context) => context.Features.Get<IConnectionSocketFeature>()?.Socket;
}
