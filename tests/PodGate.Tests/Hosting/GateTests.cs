using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using PodGate.Control.Journal;
using PodGate.Hosting;
using PodGate.Operator;

namespace PodGate.Tests.Hosting;

/// <summary>A whole gate: starting, serving, reloading, stopping, and every way in which it does not start.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private const string Loopback = "\"http://127.0.0.1:0\"";
    private GateRig _rig = null!;

    public async Task InitializeAsync() => _rig = await GateRig.CreateAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    private async Task<string> TwoPodsAsync(string listen = Loopback, string more = "", TaskCompletionSource? slow = null)
    {
        var a = await _rig.PodAsync("pod-a", slow);
        var b = await _rig.PodAsync("pod-b", slow);
        var pods = $$"""
            "pod-a": { "Address": "{{a}}" }, "pod-b": { "Address": "{{b}}" }
            """;
        _rig.Configure(listen, pods, more);
        return pods;
    }

    [Fact]
    public async Task Gate_Started_ForwardsAndCommandsAndTellsItsPorts()
    {
        await TwoPodsAsync();
        var gate = await _rig.StartAsync();
        await _rig.UntilServingAsync(gate.DataUrls[0]);

        var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_rig.State, GateFile.Name))).RootElement;
        file.GetProperty("pid").GetInt32().Should().Be(Environment.ProcessId);
        file.GetProperty("data")[0].GetString().Should().Be(gate.DataUrls[0]);
        file.GetProperty("admin").GetString().Should().Be(gate.AdminUrl);
        _rig.Log.ToString().Should().Contain($"data port listening on {gate.DataUrls[0]}; admin port on {gate.AdminUrl}");
        (await _rig.Client.GetAsync(gate.AdminUrl + "/readyz")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _rig.Client.GetAsync(gate.DataUrls[0] + "/api/v1/pods")).Headers.Should().ContainKey("X-Pod").And.NotContainKey("X-Frame-Options",
            "the data port knows no admin surface");

        var owner = (await _rig.Client.GetAsync(gate.DataUrls[0])).Headers.GetValues("X-Pod").Single();
        (await _rig.AdminAsync(HttpMethod.Post, $"/api/v1/pods/{owner}/drain",
            """{"reason":"new disk","force":true}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _rig.Client.GetAsync(gate.DataUrls[0])).Headers.GetValues("X-Pod").Single().Should().NotBe(owner);
        var metrics = await _rig.Client.GetStringAsync(gate.AdminUrl + "/metrics");
        metrics.Should().Contain($"podgate_transitions_total{{pod=\"{owner}\",cause=\"drained\"}} 1");
        metrics.Should().Contain($"podgate_pod_requests_total{{pod=\"{owner}\",code=\"2xx\"}}");
    }

    [Fact]
    public async Task Gate_RestartedAfterDrain_StillKnowsIt()
    {
        await TwoPodsAsync();
        var gate = await _rig.StartAsync();
        await _rig.UntilServingAsync(gate.DataUrls[0]);
        (await _rig.AdminAsync(HttpMethod.Post, "/api/v1/pods/pod-a/disable",
            """{"reason":"new disk","force":true}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        await gate.DisposeAsync();
        File.Exists(Path.Combine(_rig.State, GateFile.Name)).Should().BeFalse();

        gate = await _rig.StartAsync(init: false);
        await _rig.UntilServingAsync(gate.DataUrls[0]);
        var pod = await (await _rig.AdminAsync(HttpMethod.Get, "/api/v1/pods/pod-a")).Content.ReadFromJsonAsync(ApiJson.Default.PodJson);
        pod!.Intent.Should().Be("Disabled");
        pod.IntentReason.Should().Be("new disk");
        pod.State.Should().Be("Drained");
    }

    [Fact]
    public async Task Stop_RequestRunning_LetsItFinishAndTakesNoOther()
    {
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await TwoPodsAsync(slow: slow);
        var gate = await _rig.StartAsync();
        await _rig.UntilServingAsync(gate.DataUrls[0]);
        using var running = await _rig.Client.GetAsync(gate.DataUrls[0] + "/slow", HttpCompletionOption.ResponseHeadersRead);

        var stopping = gate.DisposeAsync().AsTask();
        await GateRig.UntilAsync("not ready", async () =>
            (await _rig.Client.GetAsync(gate.AdminUrl + "/readyz")).StatusCode == HttpStatusCode.ServiceUnavailable);
        await GateRig.UntilAsync("no new connection", () => Task.FromResult(!CanConnect(gate.DataUrls[0])));
        stopping.IsCompleted.Should().BeFalse("a request is running");
        slow.SetResult();
        (await running.Content.ReadAsStringAsync()).Should().StartWith("begun pod-");
        await stopping.WaitAsync(TimeSpan.FromSeconds(15));
        CanConnect(gate.AdminUrl).Should().BeFalse();
    }

    [Fact]
    public async Task Reload_NewPod_ServesAndBrokenFileIsRefused()
    {
        var pods = await TwoPodsAsync();
        var gate = await _rig.StartAsync();
        await _rig.UntilServingAsync(gate.DataUrls[0]);
        var third = await _rig.PodAsync("pod-c");
        _rig.Configure(Loopback, pods + $$""", "pod-c": { "Address": "{{third}}" } """, """ "Affinity": { "ResponseHeader": "X-Other" },""");
        (await _rig.AdminAsync(HttpMethod.Post, "/api/v1/reload")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _rig.Client.GetAsync(gate.DataUrls[0])).Headers.Should().ContainKey("X-Other");
        await GateRig.UntilAsync("pod-c is open", async () =>
            (await (await _rig.AdminAsync(HttpMethod.Get, "/api/v1/pods/pod-c")).Content.ReadFromJsonAsync(ApiJson.Default.PodJson))!.State == "Open");

        await File.WriteAllTextAsync(_rig.ConfigPath, "{ \"Pods\": 3 }");
        (await _rig.AdminAsync(HttpMethod.Post, "/api/v1/reload")).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await _rig.Client.GetStringAsync(gate.AdminUrl + "/metrics")).Should().Contain("podgate_config_last_reload_successful 0\n");
        (await _rig.Client.GetAsync(gate.DataUrls[0])).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Listen")]
    [InlineData("Admin.Listen")]
    public async Task Start_PortTaken_SaysWhichAndLeavesNothing(string which)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"\"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}\"";
        _rig.Configure(which == "Listen" ? url : Loopback, "\"pod-a\": { \"Address\": \"http://127.0.0.1:9\" }", admin: which == "Listen" ? Loopback : url);
        var start = () => _rig.StartAsync();
        (await start.Should().ThrowAsync<ListenException>()).WithMessage($"{which}: {url.Trim('"')}*another program*");
        Directory.Exists(_rig.State).Should().BeFalse("ports come first");
    }

    [Fact]
    public async Task Start_NoStateDirectory_IsRefusedWithoutInit()
    {
        await TwoPodsAsync();
        var start = () => _rig.StartAsync(init: false);
        (await start.Should().ThrowAsync<JournalException>()).WithMessage("*--init*");
    }

    [Fact]
    public async Task Start_TokensLost_AreMadeByInitAndTheJournalStays()
    {
        await TwoPodsAsync();
        await (await _rig.StartAsync()).DisposeAsync();
        File.Delete(Path.Combine(_rig.State, TokenFile.Name));
        var start = () => _rig.StartAsync(init: false);
        (await start.Should().ThrowAsync<TokenFileException>()).WithMessage("*--init*");
        var gate = await _rig.StartAsync(init: true);
        (await _rig.AdminAsync(HttpMethod.Get, "/api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.OK);
        await gate.DisposeAsync();
        var again = () => _rig.StartAsync(init: true);
        (await again.Should().ThrowAsync<JournalException>()).Which.Kind.Should().Be(JournalExceptionKind.Exists);
    }

    [Fact]
    public async Task Start_TwoGatesOneState_SecondIsRefused()
    {
        await TwoPodsAsync();
        var gate = await _rig.StartAsync();
        var second = () => _rig.StartAsync(init: false);
        (await second.Should().ThrowAsync<JournalException>()).Which.Kind.Should().Be(JournalExceptionKind.Locked);
        (await _rig.Client.GetAsync(gate.AdminUrl + "/readyz")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AspNetCoreEnvironment_HasNoInfluence()
    {
        await TwoPodsAsync();
        var names = new[] { "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "Kestrel__Endpoints__Http__Url" };
        foreach (var name in names)
            Environment.SetEnvironmentVariable(name, name.EndsWith("ENVIRONMENT") ? "Development" : name.EndsWith("PORTS") ? "1" : "http://127.0.0.1:1");
        try
        {
            var gate = await _rig.StartAsync();
            await _rig.UntilServingAsync(gate.DataUrls[0]);
        }
        finally
        {
            foreach (var name in names) Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public async Task Localhost_AnyPort_ListensOnBothFamiliesOnOnePort()
    {
        await TwoPodsAsync("\"http://localhost:0\"");
        var gate = await _rig.StartAsync();
        gate.DataUrls.Select(url => new Uri(url).Port).Distinct().Should().ContainSingle();
        foreach (var url in gate.DataUrls) await _rig.UntilServingAsync(url);
    }

    [Fact]
    public async Task Https_CertificateChain_SpeaksHttp2AndAdminToo()
    {
        WriteCertificate();
        const string Tls = """{ "Url": "https://127.0.0.1:0", "Certificate": "cert.pem", "CertificateKey": "key.pem" }""";
        var a = await _rig.PodAsync("pod-a");
        _rig.Configure(Tls, $$"""
            "pod-a": { "Address": "{{a}}" }
            """, admin: "\"https://127.0.0.1:0\", \"Certificate\": \"cert.pem\", \"CertificateKey\": \"key.pem\"");
        var gate = await _rig.StartAsync();
        await _rig.UntilServingAsync(gate.DataUrls[0]);
        using var request = new HttpRequestMessage(HttpMethod.Get, gate.DataUrls[0])
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var answer = await _rig.Client.SendAsync(request);
        answer.Version.Should().Be(HttpVersion.Version20);
        (await answer.Content.ReadAsStringAsync()).Should().Be("pod-a");
        (await _rig.AdminAsync(HttpMethod.Get, "/api/v1/pods")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _rig.Fingerprint = certificate.GetCertHashString();
        File.WriteAllText(Path.Combine(_rig.Directory, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_rig.Directory, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static bool CanConnect(string url)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, new Uri(url).Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
