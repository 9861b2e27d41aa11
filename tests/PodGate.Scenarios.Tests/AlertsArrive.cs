using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PodGate.TestKit;
using PodGate.TestKit.Servers;

namespace PodGate.Scenarios.Tests;

/// <summary>People hear of every latch and of what was held back, even when their receiver does not answer at first.</summary>
public sealed class AlertsArrive
{
    [Fact]
    public async Task Latched_AndResolved_ThroughAReceiverThatFailsTwiceFirst()
    {
        var alerts = new ConcurrentQueue<JsonNode>();
        var keys = new ConcurrentQueue<string>();
        var attempts = 0;
        await using var receiver = await WebServer.StartAsync(async context =>
        {
            var alert = (await JsonNode.ParseAsync(context.Request.Body))!;
            keys.Enqueue(context.Request.Headers["Idempotency-Key"].ToString());
            context.Response.StatusCode = Interlocked.Increment(ref attempts) <= 2 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status204NoContent;
            if (context.Response.StatusCode == StatusCodes.Status204NoContent) alerts.Enqueue(alert);
        });
        await using var story = await Story.BeginAsync(3, To(receiver.Address));

        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        var latched = await ArrivedAsync(story, alerts, "latched", resolved: false);
        ((string?)latched["pod"]).Should().Be("pod-b");
        ((string?)latched["severity"]).Should().Be("page");
        ((string?)latched["sentence"]).Should().Be((string?)(await story.Gate.PodAsync("pod-b"))["latch"]!["sentence"], "there is one sentence for it");
        keys.Take(3).Distinct().Should().ContainSingle("it was tried three times under one key").Which.Should().Be((string?)latched["id"]);

        await story.Pod("pod-b").RestartAsync();
        (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0);
        ((string?)(await ArrivedAsync(story, alerts, "latched", resolved: true))["pod"]).Should().Be("pod-b");
    }

    [Fact]
    public async Task HeldBackByTheGuard_AndResolved()
    {
        var alerts = new ConcurrentQueue<JsonNode>();
        await using var receiver = await WebServer.StartAsync(async context => alerts.Enqueue((await JsonNode.ParseAsync(context.Request.Body))!));
        await using var story = await Story.BeginAsync(2, configuration =>
        {
            To(receiver.Address)(configuration);
            configuration["Failover"] = new JsonObject { ["MinimumOpen"] = 2 };
        });
        using var pod = new HttpClient { BaseAddress = story.Pod("pod-a").Url };
        (await pod.PostAsJsonAsync("/faults", new { health = "unhealthy" })).EnsureSuccessStatusCode();
        var held = await ArrivedAsync(story, alerts, "heldBack", resolved: false);
        ((string?)held["pod"]).Should().Be("pod-a");
        ((string?)held["cause"]).Should().Be("GuardHolds");
        (await pod.PostAsJsonAsync("/faults", new { health = "ok" })).EnsureSuccessStatusCode();
        ((string?)(await ArrivedAsync(story, alerts, "heldBack", resolved: true))["pod"]).Should().Be("pod-a");
    }

    [Fact]
    public async Task HeldBackByAMissingWitness_AndResolved()
    {
        await using var inside = await TestNamespace.CreateAsync();
        using var listener = inside.CreateSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var alerts = new ConcurrentQueue<JsonNode>();
        using var stop = new CancellationTokenSource();
        var receiving = Task.Run(() => ReceiveAsync(listener, alerts, stop.Token));
        try
        {
            var url = new Uri($"http://{listener.LocalEndPoint}/");
            await using var story = await Story.BeginAsync(3, To(url), inside);
            await inside.DropAsync([.. story.Pods.Select(pod => pod.Url.Port)]);
            var held = await ArrivedAsync(story, alerts, "heldBack", resolved: false);
            ((string?)held["cause"]).Should().Be("NoWitness");
            await inside.PassAsync();
            await ArrivedAsync(story, alerts, "heldBack", resolved: true);
            alerts.Should().NotContain(alert => (string)alert["kind"]! == "latched");
        }
        finally
        {
            await stop.CancelAsync();
            await receiving;
        }
    }

    private static Action<JsonObject> To(Uri webhook) => configuration => configuration["Alerts"] = new JsonObject { ["Webhook"] = webhook.ToString() };

    private static async Task<JsonNode> ArrivedAsync(Story story, ConcurrentQueue<JsonNode> alerts, string kind, bool resolved)
    {
        JsonNode? found = null;
        await story.EventuallyAsync(
            () => Task.FromResult((found = alerts.FirstOrDefault(alert => (string)alert["kind"]! == kind && (bool)alert["resolved"]! == resolved)) is not null),
            $"an alert {kind}, resolved {resolved}, arrives; there were: {string.Join(", ", alerts.Select(alert => alert.ToJsonString()))}", 30);
        return found!;
    }

    /// <summary>The smallest receiver there can be, on a socket that lives in the namespace: one request a connection, answered with 204.</summary>
    private static async Task ReceiveAsync(Socket listener, ConcurrentQueue<JsonNode> alerts, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                using var connection = new NetworkStream(await listener.AcceptAsync(cancel), ownsSocket: true);
                var (text, body) = ("", "");
                var buffer = new byte[16 * 1024];
                for (int read; (read = await connection.ReadAsync(buffer, cancel)) > 0;)
                {
                    text += Encoding.UTF8.GetString(buffer, 0, read);
                    var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                    if (head < 0) continue;
                    var length = text[..head].Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1];
                    body = text[(head + 4)..];
                    if (Encoding.UTF8.GetByteCount(body) >= int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)) break;
                }

                alerts.Enqueue(JsonNode.Parse(body)!);
                await connection.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The story is over.
        }
    }
}
