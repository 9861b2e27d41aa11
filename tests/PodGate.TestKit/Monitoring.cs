using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PodGate.TestKit;

/// <summary>
/// Prometheus and Alertmanager, from the system's packages and with the configuration of <c>samples/monitoring</c>, beside one gate. Both are processes of the
/// caller's own, on ports of their own, with their data in a folder that goes with them.
/// </summary>
public sealed class Monitoring : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("podgate-monitoring-").FullName;
    private readonly List<ForeignProcess> _processes = [];

    private Monitoring()
    {
    }

    /// <summary>Where Prometheus listens.</summary>
    public Uri Prometheus { get; } = Local(FreePort());

    /// <summary>Where Alertmanager listens.</summary>
    public Uri Alertmanager { get; } = Local(FreePort());

    /// <summary>What both printed last.</summary>
    public string Output => string.Join('\n', _processes.Select(process => process.Output));

    /// <summary>Starts both and waits until they are ready.</summary>
    /// <param name="admin">The gate's admin port.</param>
    /// <param name="webhook">Where Alertmanager tells of alerts.</param>
    /// <param name="every">How often Prometheus looks; null: as often as the sample says.</param>
    public static async Task<Monitoring> StartAsync(Uri admin, Uri webhook, TimeSpan? every = null)
    {
        ArgumentNullException.ThrowIfNull(admin);
        ArgumentNullException.ThrowIfNull(webhook);
        var monitoring = new Monitoring();
        try
        {
            await monitoring.BeginAsync(admin, webhook, every).ConfigureAwait(false);
            return monitoring;
        }
        catch
        {
            await monitoring.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task BeginAsync(Uri admin, Uri webhook, TimeSpan? every)
    {
        var rules = Directory.CreateDirectory(Path.Combine(_folder, "rules")).FullName;
        var sample = Path.Combine(Built.Root, "samples", "monitoring");
        foreach (var file in Directory.GetFiles(Path.Combine(sample, "rules"), "*.yml").Where(file => !file.EndsWith(".test.yml", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(rules, Path.GetFileName(file)));
        var interval = every is { } span ? string.Create(CultureInfo.InvariantCulture, $"_interval: {span.TotalMilliseconds:0}ms") : "_interval: 5s";
        Write("prometheus.yml", ("127.0.0.1:9090", admin.Authority), ("127.0.0.1:9093", Alertmanager.Authority), ("_interval: 5s", interval));
        Write("alertmanager.yml", ("http://127.0.0.1:9099/alertmanager", webhook.ToString()));

        await StartAsync("prometheus-alertmanager", Alertmanager, [
            $"--config.file={_folder}/alertmanager.yml", $"--storage.path={_folder}/alertmanager", $"--web.listen-address={Alertmanager.Authority}",
            "--cluster.listen-address="]).ConfigureAwait(false);
        await StartAsync("prometheus", Prometheus, [
            $"--config.file={_folder}/prometheus.yml", $"--storage.tsdb.path={_folder}/prometheus", $"--web.listen-address={Prometheus.Authority}",
            "--web.enable-lifecycle", "--enable-feature=exemplar-storage"]).ConfigureAwait(false);

        void Write(string name, params (string Sample, string Here)[] changes)
        {
            var text = File.ReadAllText(Path.Combine(sample, name));
            foreach (var (written, here) in changes)
            {
                if (!text.Contains(written, StringComparison.Ordinal)) throw new InvalidOperationException($"samples/monitoring/{name} has no {written} any more");
                text = text.Replace(written, here, StringComparison.Ordinal);
            }

            File.WriteAllText(Path.Combine(_folder, name), text);
        }
    }

    private async Task StartAsync(string program, Uri address, IEnumerable<string> arguments)
    {
        var process = new ForeignProcess(program, arguments, _folder);
        _processes.Add(process);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        using var limit = new CancellationTokenSource(StartLimit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await IsReadyAsync(client, new Uri(address, "/-/ready")).ConfigureAwait(false))
        {
            if (process.HasExited || limit.IsCancellationRequested)
                throw new InvalidOperationException($"{program} {(process.HasExited ? "ended" : "was not ready")} within {StartLimit.TotalSeconds} s: {process.Output}");
            await timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, Uri address)
    {
        try
        {
            using var answer = await client.GetAsync(address).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            // Not yet; the caller asks until its own limit.
            return false;
        }
    }

    private static Uri Local(int port) => new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
