using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PodGate.TestKit;

/// <summary>
/// A network namespace of the test's own (root, and Debian's iproute2 and nftables): processes started in it have a loopback that nobody
/// shares, and packets in it can be
/// dropped without touching the machine's own network.
/// </summary>
public sealed partial class TestNamespace : IAsyncDisposable
{
    private const int NewNetwork = 0x40000000;
    private static int s_count;

    private TestNamespace(string name) => Name = name;

    public string Name { get; }

    public static async Task<TestNamespace> CreateAsync()
    {
        var made = new TestNamespace($"podgate-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        await RunAsync("ip", "netns", "add", made.Name).ConfigureAwait(false);
        await made.ExecuteAsync("ip", "link", "set", "lo", "up").ConfigureAwait(false);
        await made.ExecuteAsync("nft", "add", "table", "inet", "test").ConfigureAwait(false);
        await made.ExecuteAsync("nft", "add", "chain", "inet", "test", "in", "{ type filter hook input priority 0; }").ConfigureAwait(false);
        return made;
    }

    /// <summary>From now on packets to these ports vanish: no refusal, no answer.</summary>
    public Task DropAsync(params int[] ports) =>
        ExecuteAsync("nft", "add", "rule", "inet", "test", "in", "tcp", "dport", "{", string.Join(",", ports), "}", "drop");

    /// <summary>Packets arrive again.</summary>
    public Task PassAsync() => ExecuteAsync("nft", "flush", "chain", "inet", "test", "in");

    /// <summary>Makes a process start in the namespace; its id stays the same.</summary>
    public void Enter(ProcessStartInfo info)
    {
        var inner = info.ArgumentList.Prepend(info.FileName).ToArray();
        info.FileName = "ip";
        info.ArgumentList.Clear();
        foreach (var argument in (string[])["netns", "exec", Name, .. inner]) info.ArgumentList.Add(argument);
    }

    /// <summary>Whether namespaces can be made here: null, or what is missing.</summary>
    public static string? Missing()
    {
        if (!Environment.IsPrivilegedProcess) return "network namespaces need root";
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").ToList();
        return new[] { ("ip", "iproute2"), ("nft", "nftables") }.Where(tool => !places.Any(place => File.Exists(Path.Combine(place, tool.Item1))))
            .Select(tool => $"network namespaces need {tool.Item2}").FirstOrDefault();
    }

    /// <summary>Processes that enter from now on ask this resolver for names, and nobody else's.</summary>
    public void UseResolver(IPAddress resolver)
    {
        // What is in this folder, iproute2 lays over /etc of whoever enters.
        Directory.CreateDirectory(OwnFiles);
        File.WriteAllText(Path.Combine(OwnFiles, "resolv.conf"), $"nameserver {resolver}\noptions timeout:1 attempts:2\n");
    }

    /// <summary>A TCP socket that lives in the namespace, whoever uses it.</summary>
    public Socket CreateSocket() => CreateSocket(SocketType.Stream, ProtocolType.Tcp);

    /// <summary>An IPv4 socket that lives in the namespace, whoever uses it.</summary>
    public Socket CreateSocket(SocketType type, ProtocolType protocol)
    {
        Socket? socket = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            // A socket belongs to the namespace of the thread that makes it; this thread makes one and ends.
            try
            {
                using var file = File.OpenHandle($"/var/run/netns/{Name}");
                if (SetNamespace(file, NewNetwork) != 0) throw new InvalidOperationException($"setns: error {Marshal.GetLastPInvokeError()}");
                socket = new Socket(AddressFamily.InterNetwork, type, protocol);
                if (protocol == ProtocolType.Tcp) socket.NoDelay = true;
            }
            catch (Exception exception) when (exception is InvalidOperationException or IOException or SocketException)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new InvalidOperationException($"no socket in {Name}", failure);
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(OwnFiles)) Directory.Delete(OwnFiles, recursive: true);
        await RunAsync("ip", "netns", "del", Name).ConfigureAwait(false);
    }

    private string OwnFiles => $"/etc/netns/{Name}";

    private Task ExecuteAsync(params string[] command) => RunAsync("ip", ["netns", "exec", Name, .. command]);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.Trim()} (network namespaces need root, iproute2 and nftables)");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle file, int kind);
}
