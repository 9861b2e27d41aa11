using System.Net;
using System.Net.Sockets;
using System.Text;
using PodGate.Control.Configuration;

namespace PodGate.Tests.Hosting;

/// <summary>The data port used to reach the admin port: whatever is asked there goes to a pod, and nothing of the gate's own answers.</summary>
public sealed class DataPortAttemptsTests : IAsyncLifetime
{
    private const string Script = "<script>alert(1)</script>";

    private GateRig _rig = null!;

    public async Task InitializeAsync() => _rig = await GateRig.CreateAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task AdminPort_IsNotReachedThroughTheDataPort()
    {
        var pods = new[] { await _rig.PodAsync("pod-a says"), await _rig.PodAsync("pod-b says") };
        _rig.Configure("\"http://127.0.0.1:0\"", $$"""
            "pod-a": { "Address": "{{pods[0]}}", "Health": "{{pods[0]}}" }, "pod-b": { "Address": "{{pods[1]}}", "Health": "{{pods[1]}}" }
            """);
        var gate = await _rig.StartAsync();
        await _rig.UntilServingAsync(gate.DataUrls[0]);
        var (data, admin) = (new Uri(gate.DataUrls[0]), new Uri(gate.AdminUrl));
        var token = (await File.ReadAllTextAsync(Path.Combine(_rig.State, PodGate.Operator.TokenStore.OperatorTokenFile))).Trim();
        foreach (var path in new[] { "/api/v1/pods", "/api/v1/tokens", "/metrics", "/healthz", "/readyz", "/sign-in", "/audit", "/page/page.css", "/openapi/v1.json" })
        {
            foreach (var (line, host) in new[]
                     {
                         ($"GET {path}", data.Authority), ($"GET {path}", admin.Authority), ($"GET {path}", "localhost"), ($"POST {path}", admin.Authority),
                         ($"GET {admin.GetLeftPart(UriPartial.Authority)}{path}", admin.Authority), ($"GET /..{path}", admin.Authority), ($"GET /x/..%2f..{path}", data.Authority),
                     })
            {
                var body = line.StartsWith("POST", StringComparison.Ordinal) ? "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" : "\r\n";
                var answer = await RawAsync(data, $"{line} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nX-Forwarded-Host: {admin.Authority}\r\nConnection: close\r\n{body}");
                answer.Should().MatchRegex("^HTTP/1.1 (200|400) ", line);
                if (answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) answer.Should().Contain(" says", line).And.Contain("X-Pod: ");
                answer.Should().NotContain("X-Frame-Options").And.NotContain("podgate_");
            }
        }

        (await RawAsync(data, $"CONNECT {admin.Authority} HTTP/1.1\r\nHost: {admin.Authority}\r\nConnection: close\r\n\r\n")).Should().NotStartWith("HTTP/1.1 2");
        (await _rig.AdminAsync(HttpMethod.Get, "/api/v1/pods")).StatusCode.Should().Be(HttpStatusCode.OK, "the admin port is where it is");
    }

    [Fact]
    public void Script_InAPodsName_IsRefusedByTheConfiguration()
    {
        _rig.Configure("\"http://127.0.0.1:0\"", $$"""
            "{{Script}}": { "Address": "http://127.0.0.1:9", "Health": "http://127.0.0.1:9" }
            """);
        var loaded = new ConfigurationLoader(TimeProvider.System).LoadFile(_rig.ConfigPath, new Dictionary<string, string>());
        loaded.Errors.Should().Contain(error => error.ToString()!.Contains("1 to 63 of a-z, 0-9 and -"));
    }

    private static async Task<string> RawAsync(Uri port, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await reader.ReadToEndAsync(limit.Token);
    }
}
