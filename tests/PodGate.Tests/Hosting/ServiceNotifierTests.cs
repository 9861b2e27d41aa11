using System.Net.Sockets;
using System.Text;
using PodGate.Hosting;

namespace PodGate.Tests.Hosting;

/// <summary>What systemd hears, on a socket as it makes one.</summary>
public sealed class ServiceNotifierTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("podgate-notify-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ready_AndStopping_AreTold(bool isAbstract)
    {
        var name = Path.Combine(_directory.FullName, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name : name));
        var notifier = new ServiceNotifier(isAbstract ? '@' + name : name);
        notifier.Ready().Should().BeTrue();
        (await HeardAsync(systemd)).Should().StartWith("READY=1\n").And.Contain($"MAINPID={Environment.ProcessId}\n");
        notifier.Stopping(TimeSpan.FromSeconds(45)).Should().BeTrue();
        (await HeardAsync(systemd)).Should().StartWith("STOPPING=1\nEXTEND_TIMEOUT_USEC=45000000\n");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/nowhere/notify")]
    [InlineData("@nobody-listens-here")]
    public void Nobody_WhoListens_IsNoMatter(string? socket) => new ServiceNotifier(socket).Ready().Should().BeFalse();

    private static async Task<string> HeardAsync(Socket socket)
    {
        var buffer = new byte[1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, limit.Token));
    }
}
