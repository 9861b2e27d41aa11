using System.Globalization;
using System.Net.Sockets;

namespace PodGate.Hosting;

/// <summary>
/// Tells systemd how it stands with this process: a datagram to the socket that it names in NOTIFY_SOCKET (sd_notify(3), "Notes"). Without that variable
/// nothing is told. What systemd does not hear is no reason to stop: it then waits, and in the end starts the gate anew.
/// </summary>
/// <param name="socket">The value of NOTIFY_SOCKET: a path, or '@' and an abstract name; null or empty: nobody listens.</param>
internal sealed class ServiceNotifier(string? socket)
{
    /// <summary>The one of this process.</summary>
    public static ServiceNotifier OfProcess() => new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    /// <summary>The gate serves.</summary>
    public bool Ready() => Tell($"READY=1\nMAINPID={Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}\nSTATUS=serving");

    /// <summary>Another process is the gate now.</summary>
    /// <param name="pid">Its id.</param>
    public bool HandedOver(int pid) => Tell($"MAINPID={pid.ToString(CultureInfo.InvariantCulture)}\nSTATUS=handed over");

    /// <summary>The gate was told to stop.</summary>
    /// <param name="within">How long that may take; systemd gives it that time, whatever its own limit.</param>
    public bool Stopping(TimeSpan within)
    {
        var microseconds = ((long)within.TotalMicroseconds).ToString(CultureInfo.InvariantCulture);
        return Tell($"STOPPING=1\nEXTEND_TIMEOUT_USEC={microseconds}\nSTATUS=letting what runs finish");
    }

    /// <summary>Tells something.</summary>
    /// <param name="state">Lines of NAME=VALUE.</param>
    /// <returns>Whether it was taken.</returns>
    private bool Tell(string state)
    {
        if (string.IsNullOrEmpty(socket)) return false;
        var path = socket[0] == '@' ? '\0' + socket[1..] : socket;
        try
        {
            using var to = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            to.SendTo(System.Text.Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return false;
        }
    }
}
