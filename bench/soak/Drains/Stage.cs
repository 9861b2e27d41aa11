using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PodGate.TestKit;

namespace Drains;

/// <summary>A gate with three pods that speak TLS, so that gRPC can pass too; all are processes, ended by their own ids.</summary>
internal sealed partial class Stage : IAsyncDisposable
{
    private const string Subject = "CN=pods.example";
    private static readonly string[] Names = ["pod-a", "pod-b", "pod-c"];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("drains-");
    private readonly GateProcess _gate = new();
    private readonly List<PodProcess> _pods = [];
    private HttpClient? _admin;
    private HttpClient? _direct;

    public static IReadOnlyList<string> Pods => Names;

    /// <summary>The gate's port for HTTP/1.1.</summary>
    public Uri Plain { get; private set; } = null!;

    /// <summary>Its port for HTTP/2 without TLS.</summary>
    public Uri Http2 { get; private set; } = null!;

    public string GateOutput => _gate.Output;

    private HttpClient Admin => _admin ??= _gate.AdminClient();

    public static async Task<Stage> SetAsync(CancellationToken cancel)
    {
        var stage = new Stage();
        try
        {
            var both = stage.File("both.pem", Certificate());
            stage._pods.AddRange(await Task.WhenAll(Names.Select(name => PodProcess.StartAsync(name, certificate: both))));
            var configuration = GateProcess.Configuration(stage._pods.Select(pod => (pod.Name, pod.Url)));
            configuration["Listen"] = new JsonArray("http://127.0.0.1:0", new JsonObject { ["Url"] = "http://127.0.0.1:0", ["Protocols"] = "Http2" });
            configuration["Affinity"] = new JsonObject { ["Key"] = "000102030405060708090a0b0c0d0e0f" };
            configuration["Ramp"] = new JsonObject { ["Duration"] = "00:00:00" };
            configuration["Failover"] = new JsonObject { ["GoodbyeSpread"] = "00:00:01" };

            // This is about drains: a machine that is late for a moment is no reason to fail a request, nor to go around a pod.
            configuration["Forwarding"] = new JsonObject { ["ConnectTimeout"] = "00:00:10" };
            configuration["Probing"] = new JsonObject { ["Timeout"] = "00:00:10" };
            configuration["Traffic"] = new JsonObject { ["Enabled"] = false };

            // Programs that cannot choose their source address say it as a balancer in front would.
            configuration["TrustedProxies"] = new JsonArray("127.0.0.1/32");
            stage._gate.Write(configuration);
            stage._gate.Variables["SSL_CERT_FILE"] = both;
            await stage._gate.StartAsync("--init");
            foreach (var name in Names) await stage.UntilAsync(name, "Open", TimeSpan.FromSeconds(30), cancel);
            var listeners = Listening().Match(stage._gate.Output).Groups[1].Value.Split(", ");
            (stage.Plain, stage.Http2) = (new Uri(listeners[0]), new Uri(listeners[1]));
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a file that lasts as long as the stage.</summary>
    /// <returns>Its path.</returns>
    public string File(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Addresses of a range, so many for each pod when all are open.</summary>
    public async Task<IReadOnlyList<IPAddress>> AddressesAsync(byte range, int ofEachPod, CancellationToken cancel)
    {
        var found = Names.ToDictionary(name => name, _ => new List<IPAddress>());
        for (var i = 1; i < 250 && found.Values.Any(list => list.Count < ofEachPod); i++)
        {
            var address = new IPAddress([127, 20, range, (byte)i]);
            var answer = (await Admin.GetFromJsonAsync<JsonNode>($"/api/v1/whereis/{address}", cancel))!;
            var list = found[(string)answer["pod"]!];
            if (list.Count < ofEachPod) list.Add(address);
        }

        // In turn, so that the first three are one for each pod.
        return [.. Enumerable.Range(0, ofEachPod).SelectMany(i => Names.Select(name => found[name][i]))];
    }

    /// <summary>Drains a pod; returns when the gate has acknowledged.</summary>
    public async Task DrainAsync(string pod, TimeSpan deadline, CancellationToken cancel)
    {
        using var answer = await Admin.PostAsJsonAsync($"/api/v1/pods/{pod}/drain", new { reason = "work on it", deadline = deadline.ToString("c") }, cancel);
        if (answer.StatusCode != HttpStatusCode.OK) throw new InvalidOperationException($"drain {pod}: {await answer.Content.ReadAsStringAsync(cancel)}");
    }

    /// <summary>Enables a pod as soon as the gate finds it well.</summary>
    public async Task EnableAsync(string pod, CancellationToken cancel)
    {
        string said;
        var until = DateTimeOffset.UtcNow.AddSeconds(20);
        do
        {
            using var answer = await Admin.PostAsJsonAsync($"/api/v1/pods/{pod}/enable", new { reason = "done" }, cancel);
            if (answer.IsSuccessStatusCode) return;
            said = await answer.Content.ReadAsStringAsync(cancel);
            await Task.Delay(100, cancel);
        }
        while (DateTimeOffset.UtcNow < until);
        throw new TimeoutException($"{pod} could not be enabled: {said}");
    }

    public async Task UntilAsync(string pod, string state, TimeSpan longest, CancellationToken cancel)
    {
        var last = "";
        for (var until = DateTimeOffset.UtcNow + longest; DateTimeOffset.UtcNow < until; await Task.Delay(20, cancel))
        {
            last = (string)(await Admin.GetFromJsonAsync<JsonNode>($"/api/v1/pods/{pod}", cancel))!["state"]!;
            if (last == state) return;
        }

        throw new TimeoutException($"{pod} is {last} and did not become {state} within {longest.TotalSeconds} s");
    }

    /// <summary>What runs on a pod, by kind, as the gate says.</summary>
    public async Task<IReadOnlyDictionary<string, int>> RunningAsync(string pod, CancellationToken cancel)
    {
        var answer = (await Admin.GetFromJsonAsync<JsonNode>($"/api/v1/pods/{pod}/connections", cancel))!;
        return answer["counts"]!.AsObject().ToDictionary(count => count.Key, count => (int)count.Value!, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>How much of a client's runs on a pod, as the gate says.</summary>
    public async Task<int> RunningOfAsync(string pod, IPAddress client, CancellationToken cancel)
    {
        var answer = (await Admin.GetFromJsonAsync<JsonNode>($"/api/v1/pods/{pod}/connections?most=1000", cancel))!;
        return answer["connections"]!.AsArray().Count(one => (string?)one!["client"] == client.ToString());
    }

    /// <summary>Clients' requests that a pod has seen so far, by its own count, and when it saw the last one.</summary>
    public async Task<(long Total, DateTimeOffset Last)> SeenByAsync(string pod, CancellationToken cancel)
    {
        _direct ??= new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == Subject } });
        var seen = (await _direct.GetFromJsonAsync<JsonNode>(new Uri(_pods.Single(one => one.Name == pod).Url, "/requests"), cancel))!;
        return ((long)seen["total"]!, (DateTimeOffset?)seen["last"] ?? DateTimeOffset.MinValue);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        _direct?.Dispose();
        await _gate.DisposeAsync();
        foreach (var pod in _pods) await pod.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>The pods' certificate and its key.</summary>
    private static string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    [GeneratedRegex("data port listening on (.*?); admin")]
    private static partial Regex Listening();
}
