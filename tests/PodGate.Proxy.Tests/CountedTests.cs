using Microsoft.AspNetCore.Http;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit;
using PodGate.TestKit.Servers;

namespace PodGate.Proxy.Tests;

/// <summary>What is counted of requests for statistics and traces: bytes of bodies, sources, and slow or failed requests.</summary>
public sealed class CountedTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task Bytes_OfBodies_AreThePods()
    {
        await using var pod = await WebServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.Body.WriteAsync(new byte[300_000]);
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), new ProxySettings { IdleTimeout = Timeout.InfiniteTimeSpan });
        var client = gate.Client();
        for (var i = 0; i < 3; i++) (await client.PostAsync("/", new ByteArrayContent(new byte[100_000]))).EnsureSuccessStatusCode();
        await Soon.BeTrueAsync(() => gate.Pipeline.Traffic.Read().Single() is { BytesToClient: 900_000, BytesToPod: 300_000 }, "all three are counted");
    }

    [Fact]
    public async Task Sources_AreCountedOnce_AndAnewWhenTaken()
    {
        await using var pod = await WebServer.StartAsync(context => context.Response.WriteAsync("x"));
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint));
        for (var i = 1; i <= 5; i++)
        {
            var client = gate.Client($"127.0.0.{i}");
            for (var again = 0; again < 3; again++) await client.GetStringAsync("/");
        }

        var (name, sources) = gate.Pipeline.Traffic.TakeSources().Single();
        (name, sources.Estimate()).Should().Be(("a", 5));
        await gate.Client("127.0.0.9").GetStringAsync("/");
        gate.Pipeline.Traffic.TakeSources().Single().Sources.Estimate().Should().Be(1);
    }

    [Theory]
    [InlineData("/500", "01", true)]
    [InlineData("/500", "00", false)]
    [InlineData("/", "01", false)]
    public async Task Failed_OfASampledTrace_StandsForItsClass(string path, string flags, bool stands)
    {
        await using var pod = await WebServer.StartAsync(context =>
        {
            if (context.Request.Path == "/500") context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint));
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-{flags}");
        await gate.Client().SendAsync(request);
        await Soon.BeTrueAsync(() => gate.Pipeline.Traffic.Ended == 1, "it is counted");
        var standing = gate.Pipeline.Traffic.Read().Single().Exemplars.Where(one => one is not null).ToList();
        if (stands) standing.Should().ContainSingle().Which!.TraceId.Should().Be(Trace);
        else standing.Should().BeEmpty("the other requests cost nothing of the kind");
    }

    [Theory]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01", true)]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-03", true)]
    [InlineData($"cc-{Trace}-00f067aa0ba902b7-01-what-the-future-brings", true)]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-02", false)]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01-more", false)]
    [InlineData($"cc-{Trace}-00f067aa0ba902b7-01.more", false)]
    [InlineData($"ff-{Trace}-00f067aa0ba902b7-01", false)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false)]
    [InlineData($"00-{Trace}-0000000000000000-01", false)]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473\"-00f067aa0ba902b7-01", false)]
    [InlineData("", false)]
    [InlineData("no such thing", false)]
    public void Trace_IsReadStrictly(string header, bool isSampled) => Exemplar.SampledTrace(header).Should().Be(isSampled ? Trace : null);

    [Fact]
    public void Trace_ThatIsSaidTwice_IsNone() => Exemplar.SampledTrace(new([$"00-{Trace}-00f067aa0ba902b7-01", $"00-{Trace}-00f067aa0ba902b7-01"])).Should().BeNull();

    [Fact]
    public void ManyThatFail_CostOneAnObjectASecond()
    {
        var counters = new PodCounters("a", new Core.Routing.PodLoad());
        var now = DateTimeOffset.UnixEpoch;
        for (var i = 0; i < 1000; i++) counters.Stands($"00-{i:x32}-00f067aa0ba902b7-01", TimeSpan.FromMilliseconds(3), now.AddMilliseconds(i));
        counters.Read().Exemplars.Single(one => one is not null)!.TraceId.Should().Be($"{1:x32}", "a trace of zeros is none");
    }
}
