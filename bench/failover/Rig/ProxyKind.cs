using System.Diagnostics;
using PodGate.TestKit;

namespace Failover.Rig;

/// <summary>A proxy that can be measured.</summary>
/// <param name="Key">Its name on the command line.</param>
/// <param name="Name">Its name in tables.</param>
/// <param name="Program">The executable.</param>
/// <param name="Configuration">Its file in bench/failover/proxies.</param>
/// <param name="Arguments">The arguments for a configuration file and a directory of its own.</param>
/// <param name="VersionArgument">What makes it say its version.</param>
internal sealed record ProxyKind(
    string Key, string Name, string Program, string Configuration, Func<string, string, string[]> Arguments, string VersionArgument)
{
    public static readonly ProxyKind PodGate = new("podgate", "PodGate", "dotnet", "podgate.json", (_, _) => [], "--version");

    public static readonly IReadOnlyList<ProxyKind> All =
    [
        PodGate,
        new("haproxy", "HAProxy", "haproxy", "haproxy.cfg", (file, _) => ["-db", "-f", file], "-v"),
        new("nginx", "nginx", "nginx", "nginx.conf", (file, directory) => ["-p", directory, "-e", "stderr", "-c", file], "-v"),
        new("caddy", "Caddy", "caddy", "Caddyfile", (file, _) => ["run", "--adapter", "caddyfile", "--config", file], "version"),
    ];

    public bool IsPodGate => this == PodGate;

    public static string ConfigurationPath(string file) => Path.Combine(Built.Root, "bench", "failover", "proxies", file);

    public Proxy Make() => IsPodGate ? new PodGateProxy() : new OtherProxy(this);

    /// <summary>What it says its version is, in a line; null: it is not installed.</summary>
    public async Task<string?> VersionAsync()
    {
        if (IsPodGate)
        {
            var said = await GateProcess.RunAsync(VersionArgument);
            return said.Output.Trim().Split('\n')[0];
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(Program, [VersionArgument]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return ((await output) + (await error)).Trim().Split('\n')[0];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
