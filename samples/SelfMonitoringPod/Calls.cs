using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace SelfMonitoringPod;

/// <summary>
/// What the pod offers over gRPC, by hand: a message is a byte that says it is not compressed, its length, and text. Say answers once; Tell answers with as many
/// messages as it is asked for.
/// </summary>
internal static class Calls
{
    private const int Prefix = 5;
    private const int LongestMessage = 1024;
    private const string Unreadable = "3";

    public static void Map(WebApplication app, string name)
    {
        app.MapPost("/product.Calls/Say", context => AnswerAsync(context, async (text, cancel) => await SendAsync(context, $"{name} heard {text}", cancel)));
        app.MapPost("/product.Calls/Tell", context => AnswerAsync(context, async (text, cancel) =>
        {
            // How many, and the milliseconds between two.
            var numbers = text.Split(' ').Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
            for (var i = 0; i < numbers[0]; i++)
            {
                await SendAsync(context, string.Create(CultureInfo.InvariantCulture, $"{name} {i}"), cancel);
                await Task.Delay(Math.Clamp(numbers.ElementAtOrDefault(1), 1, 60_000), cancel);
            }
        }));
    }

    private static async Task AnswerAsync(HttpContext context, Func<string, CancellationToken, Task> answer)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        context.Response.ContentType = "application/grpc";
        try
        {
            if (await ReadAsync(context.Request.Body, stop.Token) is not { } text)
            {
                context.Response.Headers["grpc-status"] = Unreadable;
                return;
            }

            await answer(text, stop.Token);
            context.Response.AppendTrailer("grpc-status", "0");
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The client went away, or the pod stops.
            context.Abort();
        }
    }

    /// <summary>The one message of a call; null when it is none.</summary>
    private static async Task<string?> ReadAsync(Stream body, CancellationToken cancel)
    {
        var prefix = new byte[Prefix];
        if (await body.ReadAtLeastAsync(prefix, Prefix, throwOnEndOfStream: false, cancel) < Prefix || prefix[0] != 0) return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > LongestMessage) return null;
        var message = new byte[length];
        return await body.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancel) < message.Length ? null : Encoding.UTF8.GetString(message);
    }

    private static async Task SendAsync(HttpContext context, string text, CancellationToken cancel)
    {
        var message = new byte[Prefix + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - Prefix);
        Encoding.UTF8.GetBytes(text, message.AsSpan(Prefix));
        await context.Response.Body.WriteAsync(message, cancel);
        await context.Response.Body.FlushAsync(cancel);
    }
}
