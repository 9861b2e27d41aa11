using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using static PodGate.Control.Tests.Probing.HttpProbeTests;

namespace PodGate.Control.Tests.Probing;

/// <summary>Where the probe connects to: several addresses, a data port beside the health port, TLS, ports where nobody answers.</summary>
public sealed class HttpProbeAddressTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Probe_BlackHole_IsTimedOutWhileConnecting()
    {
        using var hole = new BlackHole();
        var report = await ProbeAsync(Pod($"http://127.0.0.1:{hole.Port}"), [hole.Endpoint], Short);
        report.Result.Should().Be(ProbeResult.TimedOut);
        report.Sentence.Should().Be($"no connection to 127.0.0.1:{hole.Port} within 0.3 s");
    }

    [Fact]
    public async Task Probe_NoWay_IsUnreachable()
    {
        // The broadcast address of the loopback network: the kernel has no TCP route to it, and sends nothing.
        var report = await ProbeAsync(Pod("http://127.255.255.255:81"), [], Long);
        report.Result.Should().Be(ProbeResult.Unreachable);
    }

    [Fact]
    public async Task Probe_NameWithoutAddress_IsInconclusive()
    {
        var report = await ProbeAsync(Pod("http://pod-a.example:8080"), [], Long);
        report.Result.Should().Be(ProbeResult.Inconclusive);
        report.Sentence.Should().Be("no address is known yet for pod-a.example");
        (await ProbeAsync(Pod("http://pod-a.example:8080"), default, Long)).Result.Should().Be(ProbeResult.Inconclusive);
    }

    [Fact]
    public async Task Probe_SeveralAddresses_OneThatTakesItIsEnough()
    {
        await using var raw = RawPod.AnsweringWith("Healthy");
        var other = new IPEndPoint(IPAddress.Parse("127.0.0.99"), raw.Port);
        var pod = Pod($"http://localhost:{raw.Port}");
        (await ProbeAsync(pod, [other, raw.Endpoint], Long)).Result.Should().Be(ProbeResult.Healthy);
        (await ProbeAsync(pod, [raw.Endpoint, other], Long)).Result.Should().Be(ProbeResult.Healthy);
        (await ProbeAsync(pod, [other], Long)).Result.Should().Be(ProbeResult.Refused);
    }

    [Fact]
    public async Task Probe_SeveralAddresses_ASilentOneLeavesTimeForTheNext()
    {
        await using var raw = RawPod.AnsweringWith("Healthy");
        using var hole = new BlackHole(IPAddress.Parse("127.0.0.98"), raw.Port);
        var pod = Pod($"http://localhost:{raw.Port}");
        (await ProbeAsync(pod, [hole.Endpoint, raw.Endpoint], TimeSpan.FromSeconds(3))).Result.Should().Be(ProbeResult.Healthy);
        var nobody = new IPEndPoint(IPAddress.Parse("127.0.0.99"), raw.Port);
        (await ProbeAsync(pod, [hole.Endpoint, nobody], Short)).Result.Should().Be(ProbeResult.TimedOut, "silence goes before refusal: the pod may be there");
    }

    [Fact]
    public async Task Probe_DataPortBeside_TheWorseCounts()
    {
        await using var well = RawPod.AnsweringWith("Healthy");
        await using var unwell = RawPod.AnsweringWith("Unhealthy", code: 503);
        await using var data = RawPod.AnsweringWith("");
        using var hole = new BlackHole();
        var closed = ClosedPort();

        async Task<ProbeReport> Both(int dataPort, int healthPort) => await ProbeAsync(
            Pod($"http://127.0.0.1:{dataPort}", $"http://127.0.0.1:{healthPort}/health"), [new IPEndPoint(IPAddress.Loopback, dataPort)], TimeSpan.FromSeconds(1));

        (await Both(data.Port, well.Port)).Result.Should().Be(ProbeResult.Healthy);
        data.Requests.Should().NotContain(head => head.Contains("GET"), "the data port is only connected to");
        var refused = await Both(closed, well.Port);
        refused.Result.Should().Be(ProbeResult.Refused);
        refused.Sentence.Should().Be($"data port: 127.0.0.1:{closed} refused the connection (health answered 200 Healthy)");
        (await Both(hole.Port, well.Port)).Result.Should().Be(ProbeResult.TimedOut);
        (await Both(data.Port, unwell.Port)).Result.Should().Be(ProbeResult.Unhealthy);
        (await Both(hole.Port, unwell.Port)).Result.Should().Be(ProbeResult.Unhealthy, "what the pod says itself needs no witness");
        (await Both(data.Port, closed)).Result.Should().Be(ProbeResult.Refused);
        (await Both(closed, unwell.Port)).Result.Should().Be(ProbeResult.Refused);
    }

    [Fact]
    public async Task Probe_SaysWhetherTheDataPortBesideTookAConnection()
    {
        await using var well = RawPod.AnsweringWith("Healthy");
        await using var data = RawPod.AnsweringWith("");
        using var hole = new BlackHole();
        var closed = ClosedPort();

        async Task<bool> Took(int dataPort, int healthPort) => (await ProbeAsync(
            Pod($"http://127.0.0.1:{dataPort}", $"http://127.0.0.1:{healthPort}/health"), [new IPEndPoint(IPAddress.Loopback, dataPort)], Short)).DataPortTook;

        (await Took(data.Port, closed)).Should().BeTrue("whatever became of the self-monitoring, clients can connect");
        (await Took(data.Port, hole.Port)).Should().BeTrue();
        (await Took(data.Port, well.Port)).Should().BeTrue();
        (await Took(closed, well.Port)).Should().BeFalse();
        (await Took(hole.Port, closed)).Should().BeFalse();
        (await Took(well.Port, well.Port)).Should().BeFalse("there is no other port that would say more than the health address does");
    }

    [Fact]
    public async Task Probe_HealthOnAnotherName_GoesToItsKnownAddresses()
    {
        await using var health = RawPod.AnsweringWith("Healthy");
        await using var data = RawPod.AnsweringWith("");
        var pod = Pod($"http://127.0.0.1:{data.Port}", $"http://monitor.example:{health.Port}/health");
        ImmutableArray<IPEndPoint> endpoints = [data.Endpoint];

        var known = await NewProbe(addressesOf: host => host == "monitor.example" ? [IPAddress.Loopback] : []).ProbeAsync(pod, endpoints, Long, default);
        known.Result.Should().Be(ProbeResult.Healthy);
        health.Requests.Single().Should().Contain($"Host: monitor.example:{health.Port}");

        (await NewProbe().ProbeAsync(pod, endpoints, Long, default)).Result.Should().Be(ProbeResult.Inconclusive, "an open data port alone proves nothing");
    }

    [Fact]
    public async Task Probe_BadCertificate_IsUnreadable()
    {
        using var certificate = SelfSigned();
        await using var raw = TlsPod(certificate);
        var report = await ProbeAsync(Pod($"https://127.0.0.1:{raw.Port}"), [raw.Endpoint], Long);
        report.Result.Should().Be(ProbeResult.Unreadable);
        report.Sentence.Should().StartWith($"TLS with 127.0.0.1:{raw.Port} failed: ").And.Contain("certificate");
    }

    [Fact]
    public async Task Probe_TlsWhereThereIsNone_IsUnreadable()
    {
        await using var plain = new RawPod(async (stream, cancel) => await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), cancel));
        (await ProbeAsync(Pod($"https://127.0.0.1:{plain.Port}"), [plain.Endpoint], Long)).Result.Should().Be(ProbeResult.Unreadable);
        await using var closing = new RawPod((_, _) => Task.CompletedTask);
        (await ProbeAsync(Pod($"https://127.0.0.1:{closing.Port}"), [closing.Endpoint], Long)).Result.Should().Be(ProbeResult.Broken);
        await using var silent = new RawPod((_, cancel) => Task.Delay(Timeout.Infinite, cancel));
        (await ProbeAsync(Pod($"https://127.0.0.1:{silent.Port}"), [silent.Endpoint], Short)).Result.Should().Be(ProbeResult.TimedOut);
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, ProbeResult.Refused)]
    [InlineData(SocketError.TimedOut, ProbeResult.TimedOut)]
    [InlineData(SocketError.HostUnreachable, ProbeResult.Unreachable)]
    [InlineData(SocketError.NetworkUnreachable, ProbeResult.Unreachable)]
    [InlineData(SocketError.HostDown, ProbeResult.Unreachable)]
    [InlineData(SocketError.ConnectionReset, ProbeResult.Broken)]
    [InlineData(SocketError.TooManyOpenSockets, ProbeResult.Inconclusive)]
    [InlineData(SocketError.NoBufferSpaceAvailable, ProbeResult.Inconclusive)]
    [InlineData(SocketError.AddressNotAvailable, ProbeResult.Inconclusive)]
    [InlineData(SocketError.AddressFamilyNotSupported, ProbeResult.Inconclusive)]
    [InlineData(SocketError.AccessDenied, ProbeResult.Inconclusive)]
    public void Failure_OfConnecting_IsThePodsOrTheGatesOwn(SocketError error, ProbeResult expected) =>
        ProbeFailure.OfConnecting(new SocketException((int)error), "x").Result.Should().Be(expected);

    [Theory]
    [InlineData(SocketError.ConnectionReset, ProbeResult.Broken)]
    [InlineData(SocketError.ConnectionAborted, ProbeResult.Broken)]
    [InlineData(SocketError.Shutdown, ProbeResult.Broken)]
    [InlineData(SocketError.TimedOut, ProbeResult.TimedOut)]
    [InlineData(SocketError.NetworkUnreachable, ProbeResult.Unreachable)]
    [InlineData(SocketError.NoBufferSpaceAvailable, ProbeResult.Inconclusive)]
    [InlineData(SocketError.ConnectionRefused, ProbeResult.Broken)]
    public void Failure_OfTheAnswer_IsThePodsOrTheGatesOwn(SocketError error, ProbeResult expected) =>
        ProbeFailure.OfAnswer(new HttpRequestException("x", new IOException("y", new SocketException((int)error))), "x").Result.Should().Be(expected);

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static RawPod TlsPod(X509Certificate2 certificate) => new(
        async (stream, cancel) =>
        {
            try
            {
                await using var tls = new SslStream(new Rewound(stream));
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancel);
            }
            catch (System.Security.Authentication.AuthenticationException)
            {
                // The prober does not trust it, as it should not.
            }
        });

    /// <summary>Gives back the first byte of the TLS hello, which told the listener that this is no HTTP.</summary>
    private sealed class Rewound(Stream inner) : Stream
    {
        private bool _given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_given || buffer.IsEmpty) return await inner.ReadAsync(buffer, cancellationToken);
            _given = true;
            buffer.Span[0] = 0x16;
            return 1;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    /// <summary>A listening socket whose queue is full: the kernel ignores further connections, as a packet filter would.</summary>
    private sealed class BlackHole : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _waiting = [];

        public BlackHole(IPAddress? address = null, int port = 0)
        {
            _listener.Bind(new IPEndPoint(address ?? IPAddress.Loopback, port));
            _listener.Listen(0);
            Endpoint = (IPEndPoint)_listener.LocalEndPoint!;
            for (var i = 0; i < 32; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _waiting.Add(socket);
                using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
                try
                {
                    socket.ConnectAsync(Endpoint, limit.Token).AsTask().GetAwaiter().GetResult();
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }

            throw new InvalidOperationException("the queue does not fill");
        }

        public IPEndPoint Endpoint { get; }

        public int Port => Endpoint.Port;

        public void Dispose()
        {
            foreach (var socket in _waiting) socket.Dispose();
            _listener.Dispose();
        }
    }
}
