using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PodGate.TestKit;

namespace Speed.Rig;

/// <summary>What all contenders share: a directory, a certificate, and the pods, which answer on the second core.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(10);

    // What rows under load never come near to.
    private const int UsualClients = 9_000;
    private ForeignProcess? _pods;
    private ForeignProcess? _echo;

    private Ground(string directory) => Folder = directory;

    public string Folder { get; }

    public string Certificate => Path.Combine(Folder, "certificate.pem");

    public string Key => Path.Combine(Folder, "key.pem");

    /// <summary>Both in one file.</summary>
    public string Pem => Path.Combine(Folder, "both.pem");

    /// <summary>The port that all pods listen on; they differ in the address.</summary>
    public int PodPort { get; private set; }

    /// <summary>A pod that echoes WebSocket messages.</summary>
    public string Echo { get; private set; } = "";

    public static async Task<Ground> PrepareAsync(CancellationToken cancel)
    {
        var ground = new Ground(Directory.CreateTempSubdirectory("speed-").FullName);
        try
        {
            // The pods' worker, which is not root, reads its files.
            const UnixFileMode Entered = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            if (OperatingSystem.IsLinux()) File.SetUnixFileMode(ground.Folder, Entered);
            ground.WriteCertificate();
            await ground.StartPodsAsync(cancel);
            return ground;
        }
        catch
        {
            await ground.DisposeAsync();
            throw;
        }
    }

    /// <summary>Addresses of so many pods, which are one process.</summary>
    public IReadOnlyList<string> Pods(int count) => [.. Enumerable.Range(0, count).Select(i => $"127.{100 + (i / 250)}.0.{1 + (i % 250)}:{PodPort}")];

    /// <summary>A configuration of bench/speed/proxies with this run's words for those between @; the line with @pod.name@ or @pod.address@ is repeated for each pod.</summary>
    public string Fill(string file, int port, int tlsPort, IReadOnlyList<string> pods, int threads, string directory, int? clients = null)
    {
        var lines = File.ReadLines(ConfigurationPath(file)).SelectMany(line => line.Contains("@pod.", StringComparison.Ordinal)
            ? pods.Select((pod, i) => line.Replace("@pod.name@", $"pod-{i}", StringComparison.Ordinal).Replace("@pod.address@", pod, StringComparison.Ordinal))
            : [line]);
        (string Word, string Value)[] words =
        [
            ("@listen@", $"127.0.0.1:{port}"), ("@listen.port@", $"{port}"), ("@listen.tls@", $"127.0.0.1:{tlsPort}"), ("@listen.tls.port@", $"{tlsPort}"),
            ("@port@", $"{PodPort}"), ("@pods@", string.Join(' ', pods)), ("@threads@", $"{threads}"), ("@directory@", directory),
            ("@certificate@", Certificate), ("@key@", Key), ("@pem@", Pem),
            ("@clients@", $"{clients ?? UsualClients}"), ("@connections@", $"{(clients is { } most ? (2 * most) + 50 : UsualClients)}"),
        ];
        return words.Aggregate(string.Join('\n', lines) + "\n", (text, word) => text.Replace(word.Word, word.Value, StringComparison.Ordinal));
    }

    public static string ConfigurationPath(string file) => Path.Combine(Built.Root, "bench", "speed", "proxies", file);

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits until a port answers a GET with 200.</summary>
    public static async Task<bool> ServesAsync(Uri url, TimeSpan longest, ForeignProcess child, CancellationToken cancel)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(longest);
        while (!child.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(url, limit.Token);
                if (answer.StatusCode == HttpStatusCode.OK) return true;
                await Task.Delay(20, limit.Token);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20, cancel);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                return false;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // This one request took too long; the next may not.
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_pods is not null) await _pods.DisposeAsync();
        if (_echo is not null) await _echo.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task StartPodsAsync(CancellationToken cancel)
    {
        PodPort = FreePort();
        var files = Directory.CreateDirectory(Path.Combine(Folder, "pods", "files")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(files, "10k"), new byte[10_000], cancel);
        await File.WriteAllBytesAsync(Path.Combine(files, "1m"), new byte[1_000_000], cancel);
        var directory = Path.Combine(Folder, "pods");
        var configuration = Path.Combine(directory, "pods.conf");
        await File.WriteAllTextAsync(configuration, Fill("pods.conf", 0, 0, [], 1, directory), cancel);
        _pods = Cores.Start(Cores.Second, "nginx", ["-p", directory, "-e", "stderr", "-c", configuration]);
        if (!await ServesAsync(new Uri($"http://{Pods(1)[0]}/small"), LongestStart, _pods, cancel)) throw new InvalidOperationException($"the pods do not serve: {_pods.Output}");

        await RenewEchoAsync(cancel);
    }

    /// <summary>A new pod for WebSockets in the place of the old one: one that has just lost ten thousand of them has much to do for a while.</summary>
    public async Task RenewEchoAsync(CancellationToken cancel)
    {
        if (_echo is not null) await _echo.DisposeAsync();
        var echo = FreePort();
        _echo = Cores.Start(Cores.Second, "dotnet", ["exec", Built.Find("bench/speed/peers", "Peers.dll"), "echo", $"{echo}"]);
        Echo = $"127.0.0.1:{echo}";
        if (!await ServesAsync(new Uri($"http://{Echo}/"), LongestStart, _echo, cancel)) throw new InvalidOperationException($"the pod for WebSockets does not serve: {_echo.Output}");
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=product.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("product.example");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var (pem, keyPem) = (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Certificate, pem + "\n");
        File.WriteAllText(Key, keyPem + "\n");
        File.WriteAllText(Pem, pem + "\n" + keyPem + "\n");
    }
}
