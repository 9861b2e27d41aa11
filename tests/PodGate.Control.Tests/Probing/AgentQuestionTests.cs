using System.Collections.Immutable;
using System.Net.Sockets;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using RawServer = PodGate.TestKit.Servers.RawPod;

namespace PodGate.Control.Tests.Probing;

/// <summary>Agent checks against real listeners that speak first, as HAProxy's agents do.</summary>
public sealed class AgentQuestionTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData("up\n", ProbeResult.Healthy)]
    [InlineData("ready up 75%\r\n", ProbeResult.Healthy)]
    [InlineData("up", ProbeResult.Healthy)]
    [InlineData("up\nand much more that nobody reads\n", ProbeResult.Healthy)]
    [InlineData("drain\n", ProbeResult.Leaving)]
    [InlineData("maint\n", ProbeResult.Leaving)]
    [InlineData("down#disk is full\n", ProbeResult.Unhealthy)]
    [InlineData("stopped\n", ProbeResult.Unhealthy)]
    [InlineData("garbage\n", ProbeResult.Unreadable)]
    [InlineData("\n", ProbeResult.Unreadable)]
    [InlineData("", ProbeResult.Broken)]
    public async Task Line_IsRead(string line, ProbeResult result)
    {
        await using var agent = RawServer.Start(connection => connection.WriteAsync(line));
        var report = await AskAsync(agent, Long);
        report.Result.Should().Be(result, report.Sentence);
        report.Sentence.Should().NotContain("disk", "sentences carry none of a pod's own words");
        if (line.Contains('#')) report.Body.Should().Be("down#disk is full");
        (report.Document is null).Should().Be(result == ProbeResult.Broken);
    }

    [Fact]
    public async Task LineInPieces_IsWaitedFor()
    {
        await using var agent = RawServer.Start(async connection =>
        {
            foreach (var letter in "maint\n")
            {
                await connection.WriteAsync(letter.ToString());
                await Task.Delay(5, connection.Stop);
            }

            await connection.WaitForCloseAsync();
        });
        (await AskAsync(agent, Long)).Result.Should().Be(ProbeResult.Leaving);
    }

    [Fact]
    public async Task EndlessLine_IsReadForOneKibibyte()
    {
        await using var agent = RawServer.Start(async connection =>
        {
            for (var i = 0; i < 100_000; i++) await connection.WriteAsync("up up up up up up up up ");
        });
        var report = await AskAsync(agent, Long);
        report.Result.Should().Be(ProbeResult.Unreadable);
        report.Sentence.Should().Be("the agent sent a line of more than 1024 bytes");
    }

    [Fact]
    public async Task Silence_IsTimedOut()
    {
        await using var agent = RawServer.Start(connection => connection.WaitForCloseAsync());
        var report = await AskAsync(agent, Short);
        report.Result.Should().Be(ProbeResult.TimedOut);
        report.Sentence.Should().Be($"127.0.0.1:{agent.EndPoint.Port} took the connection and sent no line within 0.3 s");
    }

    [Fact]
    public async Task Reset_IsBroken()
    {
        await using var agent = RawServer.Start(async connection =>
        {
            await connection.WriteAsync("u");
            connection.Reset();
        });
        (await AskAsync(agent, Long)).Result.Should().Be(ProbeResult.Broken);
    }

    [Fact]
    public async Task ClosedPort_IsRefused() => (await AskAsync(RawServer.Nobody().Port, Long)).Result.Should().Be(ProbeResult.Refused);

    [Fact]
    public async Task DataPortClosed_CondemnsThoughTheAgentIsWell()
    {
        await using var agent = RawServer.Start(connection => connection.WriteAsync("up\n"));
        var closed = RawServer.Nobody().Port;
        var report = await HttpProbeTests.ProbeAsync(Pod(agent.EndPoint.Port, $"http://127.0.0.1:{closed}"), [], Long);
        report.Result.Should().Be(ProbeResult.Refused);
        report.Document!.Result.Should().Be(ProbeResult.Healthy, "whose it is may count");
    }

    private static Task<ProbeReport> AskAsync(RawServer agent, TimeSpan timeout) => AskAsync(agent.EndPoint.Port, timeout);

    private static Task<ProbeReport> AskAsync(int port, TimeSpan timeout) => HttpProbeTests.ProbeAsync(Pod(port, $"http://127.0.0.1:{port}"), [], timeout);

    private static PodSettings Pod(int port, string address) => new(
        "pod-a", new Uri(address), new HealthSettings(new Uri($"tcp://127.0.0.1:{port}")) { Format = HealthFormat.Agent }, ImmutableSortedDictionary<string, string>.Empty);
}
