using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.TestKit.Servers;

namespace PodGate.Control.Tests.Probing;

/// <summary>gRPC health against an endpoint of HTTP/2 written by hand, and against the real server of Google's library.</summary>
public sealed class GrpcQuestionTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(new byte[] { 8, 1 }, ProbeResult.Healthy)]
    [InlineData(new byte[] { 8, 2 }, ProbeResult.Unhealthy)]
    [InlineData(new byte[] { }, ProbeResult.Unreadable)]
    [InlineData(new byte[] { 8, 3 }, ProbeResult.Unreadable)]
    [InlineData(new byte[] { 8, 0x81, 0x80, 0x80, 0 }, ProbeResult.Healthy)]
    [InlineData(new byte[] { 18, 2, 65, 66, 29, 1, 2, 3, 4, 25, 1, 2, 3, 4, 5, 6, 7, 8, 8, 1 }, ProbeResult.Healthy)]
    [InlineData(new byte[] { 8 }, ProbeResult.Unreadable)]
    [InlineData(new byte[] { 8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1 }, ProbeResult.Unreadable)]
    [InlineData(new byte[] { 18, 200, 1, 65 }, ProbeResult.Unreadable)]
    public async Task Message_IsRead(byte[] message, ProbeResult result)
    {
        await using var pod = await StartAsync(context => AnswerAsync(context, Framed(message), "0"));
        var report = await AskAsync(pod);
        report.Result.Should().Be(result, report.Sentence);
        report.Document!.Result.Should().Be(result);
    }

    [Fact]
    public async Task Request_IsOneFrameOverHttp2_WithTheServiceOfThePath()
    {
        string seen = "", protocol = "", te = "", token = "";
        byte[] body = [];
        await using var pod = await StartAsync(async context =>
        {
            (seen, protocol, te, token) = (context.Request.Path, context.Request.Protocol, context.Request.Headers.TE!, context.Request.Headers["X-Token"]!);
            using var copy = new MemoryStream();
            await context.Request.Body.CopyToAsync(copy);
            body = copy.ToArray();
            await AnswerAsync(context, Framed(8, 1), "0");
        });
        var health = new HealthSettings(new Uri(pod.Address, "/shop.Orders"))
            { Format = HealthFormat.Grpc, Headers = ImmutableSortedDictionary<string, string>.Empty.Add("X-Token", "abc") };
        (await AskAsync(pod, health)).Result.Should().Be(ProbeResult.Healthy);
        (seen, protocol, te, token).Should().Be(("/grpc.health.v1.Health/Check", "HTTP/2", "trailers", "abc"));
        body.Should().Equal([0, 0, 0, 0, 13, 0x0A, 11, .. "shop.Orders"u8]);

        await AskAsync(pod);
        body.Should().Equal(0, 0, 0, 0, 0);
    }

    [Theory]
    [InlineData("5", ProbeResult.Unreadable)]
    [InlineData("12", ProbeResult.Unreadable)]
    [InlineData("99", ProbeResult.Unreadable)]
    [InlineData("x", ProbeResult.Unreadable)]
    public async Task FailureWithoutBody_IsReadFromTheHeaders(string status, ProbeResult result)
    {
        await using var pod = await StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = status;
            context.Response.Headers["grpc-message"] = "secret";
            return Task.CompletedTask;
        });
        var report = await AskAsync(pod);
        report.Result.Should().Be(result, report.Sentence);
        report.Sentence.Should().NotContain("secret");
    }

    [Fact]
    public async Task FailureInTheTrailers_GoesBeforeTheMessage()
    {
        await using var pod = await StartAsync(context => AnswerAsync(context, Framed(8, 1), "5"));
        (await AskAsync(pod)).Result.Should().Be(ProbeResult.Unreadable);
    }

    [Fact]
    public async Task OtherThings_AreUnreadable()
    {
        await using var web = await StartAsync(context => context.Response.WriteAsync("Healthy"));
        (await AskAsync(web)).Sentence.Should().Be("health answered 200 and not as gRPC does");
        await using var old = await WebServer.StartAsync(context => context.Response.WriteAsync("Healthy"));
        var report = await AskAsync(old);
        report.IsGood.Should().BeFalse("that is HTTP/1.1 only");
        report.IsSilence.Should().BeFalse(report.Sentence);
        await using var huge = await StartAsync(context => AnswerAsync(context, new byte[100_000], "0"));
        (await AskAsync(huge)).Result.Should().Be(ProbeResult.Unreadable);
    }

    [Fact]
    public async Task Silence_IsTimedOut()
    {
        await using var pod = await StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        (await AskAsync(pod, timeout: TimeSpan.FromMilliseconds(300))).Result.Should().Be(ProbeResult.TimedOut);
    }

    [Fact]
    public async Task Tls_IsSpoken_AndItsCertificateIsChecked()
    {
        using var key = RSA.Create(2048);
        var asked = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = asked.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var pod = await WebServer.StartAsync(context => AnswerAsync(context, Framed(8, 1), "0"), null, certificate, HttpProtocols.Http2);
        var report = await AskAsync(pod);
        report.Result.Should().Be(ProbeResult.Unreadable);
        report.Sentence.Should().StartWith($"TLS with 127.0.0.1:{pod.EndPoint.Port} failed");
    }

    [Fact]
    public async Task GoogleServer_IsUnderstood()
    {
        await using var peer = await PythonPeer.StartAsync();
        (await AskAsync(peer.Port, "/")).Result.Should().Be(ProbeResult.Healthy);
        (await AskAsync(peer.Port, "/sick")).Result.Should().Be(ProbeResult.Unhealthy);
        var unknown = await AskAsync(peer.Port, "/nobody");
        unknown.Result.Should().Be(ProbeResult.Unreadable, unknown.Sentence);
    }

    private static Task<WebServer> StartAsync(RequestDelegate serve) => WebServer.StartAsync(serve, protocols: HttpProtocols.Http2);

    private static byte[] Framed(params byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static async Task AnswerAsync(HttpContext context, byte[] body, string status)
    {
        context.Response.ContentType = "application/grpc+proto";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(body);
        context.Response.AppendTrailer("grpc-status", status);
    }

    private static Task<ProbeReport> AskAsync(int port, string path) => AskAsync(
        new HealthSettings(new Uri($"http://127.0.0.1:{port}{path}")) { Format = HealthFormat.Grpc }, new Uri($"http://127.0.0.1:{port}"), Long);

    private static Task<ProbeReport> AskAsync(WebServer pod, HealthSettings? health = null, TimeSpan? timeout = null) =>
        AskAsync(health ?? new HealthSettings(pod.Address) { Format = HealthFormat.Grpc }, pod.Address, timeout ?? Long);

    private static Task<ProbeReport> AskAsync(HealthSettings health, Uri address, TimeSpan timeout) => HttpProbeTests.ProbeAsync(
        new PodSettings("pod-a", address, health, ImmutableSortedDictionary<string, string>.Empty), [new IPEndPoint(IPAddress.Loopback, address.Port)], timeout);

    /// <summary>A server of Debian's python3-grpcio: well as a whole, with one service that is sick and no others.</summary>
    private sealed class PythonPeer : IAsyncDisposable
    {
        private const string Program = """
            import sys, grpc
            from concurrent import futures
            def check(request, context):
                if request == b"": return b"\x08\x01"
                if request == b"\x0a\x04sick": return b"\x08\x02"
                context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
            handler = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(check)})
            server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
            server.add_generic_rpc_handlers((handler,))
            print(server.add_insecure_port("127.0.0.1:0"), flush=True)
            server.start()
            sys.stdin.read()
            """;

        private readonly Process _process;

        private PythonPeer(Process process, int port)
        {
            _process = process;
            Port = port;
        }

        public int Port { get; }

        public static async Task<PythonPeer> StartAsync()
        {
            // Debian's own interpreter: its packages are not those of another one that may be on the path.
            var start = new ProcessStartInfo("/usr/bin/python3", ["-c", Program]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            var process = Process.Start(start)!;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var line = await process.StandardOutput.ReadLineAsync(limit.Token);
            if (int.TryParse(line, out var port) && port > 0) return new PythonPeer(process, port);
            throw new InvalidOperationException("python3-grpcio is missing? eng/test installs it. " + await process.StandardError.ReadToEndAsync(limit.Token));
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }
}
