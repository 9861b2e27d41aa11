using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Probing;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Probing;

/// <summary>Reference targets: real listeners of TCP, HTTP and DNS, and the loops that ask them.</summary>
public sealed class ReferencesTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Tcp_AnswersWhenItTakesTheConnection()
    {
        await using var raw = RawPod.Answering("");
        (await AskAsync($"tcp://127.0.0.1:{raw.Port}")).Should().BeTrue();
        (await AskAsync($"tcp://127.0.0.1:{HttpProbeTests.ClosedPort()}")).Should().BeFalse();
    }

    [Fact]
    public async Task Web_AnswersWithAnything()
    {
        await using var unwell = RawPod.AnsweringWith("no", code: 503);
        await using var silent = new RawPod((_, cancel) => Task.Delay(Timeout.Infinite, cancel));
        (await AskAsync($"http://127.0.0.1:{unwell.Port}/a?b=c")).Should().BeTrue();
        unwell.Requests.Single().Should().StartWith("GET /a?b=c HTTP/1.1");
        (await AskAsync($"http://127.0.0.1:{silent.Port}", Short)).Should().BeFalse();
    }

    [Fact]
    public async Task Dns_AsksOneQuestion_AndTakesAnyReplyToIt()
    {
        byte[] question = [];
        using var server = new NameServer(asked =>
        {
            question = asked;
            // "No such name" is a reply, too.
            return [[asked[0], asked[1], 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0, .. asked[12..]]];
        });
        (await AskAsync($"dns://127.0.0.1:{server.Port}/pods.example.com")).Should().BeTrue();
        question[2..12].Should().Equal(1, 0, 0, 1, 0, 0, 0, 0, 0, 0);
        question[12..].Should().Equal([4, .. "pods"u8, 7, .. "example"u8, 3, .. "com"u8, 0, 0, 1, 0, 1]);
        new Uri("dns://10.0.0.53/example.com").Port.Should().Be(-1, "the usual port is taken then");
    }

    [Fact]
    public async Task Dns_RepliesToOthers_AreNoAnswer()
    {
        using var server = new NameServer(asked =>
        [
            [(byte)~asked[0], asked[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0],
            asked,
            [asked[0], asked[1], 0x81],
            [],
        ]);
        (await AskAsync($"dns://127.0.0.1:{server.Port}/example.com", Short)).Should().BeFalse();
        (await AskAsync($"dns://127.0.0.1:{HttpProbeTests.ClosedPort()}/example.com", Short)).Should().BeFalse();
        (await AskAsync("dns://unknown.example/example.com")).Should().BeFalse();
    }

    [Fact]
    public async Task Loops_ReportAnswersOnly_AtTheInterval_AndAtOnceWhenTriggered()
    {
        var clock = new StepClock();
        var start = clock.GetUtcNow();
        var answers = new ConcurrentQueue<(string Target, double At)>();
        await using var raw = RawPod.Answering("");
        var (well, gone) = ($"tcp://127.0.0.1:{raw.Port}/", $"tcp://127.0.0.1:{HttpProbeTests.ClosedPort()}/");
        var probe = new ReferenceProbe(clock, _ => [], Guid.NewGuid);
        await using var references = new References(
            probe,
            (target, sentAt) =>
            {
                answers.Enqueue((target, (sentAt - start).TotalMilliseconds));
                return ValueTask.CompletedTask;
            },
            clock, () => 0.5, NullLogger<References>.Instance);
        var settings = new FleetSettings { References = [new Uri(well), new Uri(gone)], ProbeInterval = TimeSpan.FromSeconds(2) };
        references.Apply(settings);
        await Eventually.TrueAsync(() => answers.Count == 1, "the first answer");
        await clock.SettledAsync(2);
        clock.Advance(TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(() => answers.Count == 2, "an interval later");
        await clock.SettledAsync(2);
        clock.Advance(TimeSpan.FromMilliseconds(300));
        references.Trigger();
        await Eventually.TrueAsync(() => answers.Count == 3, "at once");
        answers.Should().Equal((well, 0), (well, 2000), (well, 2300));

        references.Apply(settings with { References = [] });
        await Eventually.AMomentAsync();
        references.Trigger();
        await Eventually.AMomentAsync();
        answers.Should().HaveCount(3);
    }

    private static async Task<bool> AskAsync(string target, TimeSpan? timeout = null)
    {
        var probe = new ReferenceProbe(TimeProvider.System, _ => [], Guid.NewGuid);
        return (await probe.AskAsync(new Uri(target), timeout ?? Long, CancellationToken.None)).IsAnswer;
    }

    /// <summary>A name server that replies with whatever a test wants.</summary>
    private sealed class NameServer : IDisposable
    {
        private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
        private readonly Func<byte[], byte[][]> _reply;

        public NameServer(Func<byte[], byte[][]> reply)
        {
            _reply = reply;
            Port = ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;
            _ = ServeAsync();
        }

        public int Port { get; }

        public void Dispose() => _socket.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var asked = await _socket.ReceiveAsync();
                    foreach (var reply in _reply(asked.Buffer)) await _socket.SendAsync(reply, asked.RemoteEndPoint);
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
