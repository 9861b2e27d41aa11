using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PodGate.Hosting.Takeover;

/// <summary>
/// Listening sockets that this process did not open: they come from the process that it takes over from, or from systemd. Who listens claims those that his
/// configuration names; others have them open as well, so they are closed here without harm to those.
/// </summary>
internal sealed class InheritedSockets : IDisposable
{
    private const int FirstOfSystemd = 3; // SD_LISTEN_FDS_START
    private const int MostOfSystemd = 256;

    private readonly string _from;
    private readonly List<(string? Key, Socket Socket, EndPoint EndPoint)> _unclaimed = [];

    private InheritedSockets(string from) => _from = from;

    /// <summary>Where those are that nobody has claimed, in words; empty when there are none.</summary>
    public IReadOnlyList<string> Unclaimed => [.. _unclaimed.Select(one => $"{one.EndPoint}{(one.Key is null ? "" : $" (for {one.Key})")}")];

    /// <summary>Takes descriptors, all or none.</summary>
    /// <param name="from">Who they are from, for errors.</param>
    /// <param name="descriptors">The configuration key that each is for (null: whichever names its address) and its number.</param>
    /// <exception cref="ListenException">One is no listening socket of the kind that its key has.</exception>
    public static InheritedSockets Of(string from, IEnumerable<(string? Key, int Descriptor)> descriptors)
    {
        var sockets = new InheritedSockets(from);
        try
        {
            foreach (var (key, descriptor) in descriptors) sockets.Add(key, descriptor);
            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Those that systemd hands to this process (sd_listen_fds(3)), or null. Which port each is for is told by its name, <c>FileDescriptorName=</c> in the
    /// socket unit: it begins with "data" or with "admin"; one with another name goes to whichever listener has its address.
    /// </summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="pid">This process's id.</param>
    /// <exception cref="ListenException">What systemd says cannot be understood, or is not what a gate listens on.</exception>
    public static InheritedSockets? OfSystemd(Func<string, string?> variable, int pid)
    {
        // The variables go to every child; whom they are meant for is in one of them.
        if (variable("LISTEN_PID") != pid.ToString(CultureInfo.InvariantCulture)) return null;
        if (!int.TryParse(variable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostOfSystemd)
            throw new ListenException($"LISTEN_FDS is '{variable("LISTEN_FDS")}'; it must be a number from 1 to {MostOfSystemd}.");
        var names = variable("LISTEN_FDNAMES")?.Split(':') ?? [];
        return Of("systemd", Enumerable.Range(0, count).Select(i => (KeyOf(names.ElementAtOrDefault(i)), FirstOfSystemd + i)));
    }

    /// <summary>
    /// The socket for an address, if there is one: from now on the caller's. Whoever closes it here, in whichever way, harms nobody elsewhere. Children inherit
    /// it until <see cref="KeepFromChildren"/>.
    /// </summary>
    /// <param name="key">The configuration key of the port.</param>
    /// <param name="wanted">The address; port 0 takes any port of that address that is meant for the key.</param>
    public Socket? Claim(string key, IPEndPoint wanted)
    {
        return Take(_unclaimed.FindIndex(one => (one.Key ?? key) == key && one.EndPoint is IPEndPoint at && at.Address.Equals(wanted.Address)
            && (wanted.Port == at.Port || (wanted.Port == 0 && one.Key is not null))));
    }

    /// <summary>The Unix socket of a path, if there is one: the caller's as <see cref="Claim"/> says.</summary>
    /// <param name="path">The full path.</param>
    public Socket? ClaimLocal(string path) => Take(_unclaimed.FindIndex(one => one.EndPoint is UnixDomainSocketEndPoint at && at.ToString() == path));

    /// <summary>Closes those that nobody has claimed; whoever else has them keeps them.</summary>
    public void Dispose()
    {
        foreach (var one in _unclaimed) CloseHere(one.Socket);
        _unclaimed.Clear();
    }

    /// <summary>
    /// Closes a listening socket in this process, and leaves it as it is for all others that have it. By itself the platform would not: a listener that
    /// waits for connections is closed by force, which drops what is queued for everybody, and sets it to reset whatever it accepts from then on. It
    /// refrains from the one with a descriptor that children inherit, which it takes for shared, and from the other with one whose sending end was shut,
    /// which means nothing to a listener.
    /// </summary>
    /// <param name="socket">The socket; nothing happens when it is closed already.</param>
    public static void CloseHere(Socket socket)
    {
        if (!IsOpen(socket)) return;
        Share(socket);
        socket.Dispose();
    }

    /// <summary>No process that is started here from now on has the socket. To be called once nobody but the gate itself closes it.</summary>
    /// <param name="socket">The socket; nothing happens when it is closed already.</param>
    public static void KeepFromChildren(Socket socket)
    {
        if (OperatingSystem.IsLinux() && IsOpen(socket)) Descriptors.CloseInChildren((int)socket.Handle, closes: true);
    }

    private Socket? Take(int index)
    {
        if (index < 0) return null;
        var socket = _unclaimed[index].Socket;
        _unclaimed.RemoveAt(index);
        Share(socket);
        return socket;
    }

    private static bool IsOpen(Socket socket) => socket.SafeHandle is { IsClosed: false, IsInvalid: false };

    private static void Share(Socket socket)
    {
        if (!OperatingSystem.IsLinux()) return;
        Descriptors.CloseInChildren((int)socket.Handle, closes: false);
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.NotConnected)
        {
            // It is bound and does not listen: nobody waits at it, and it is closed as it is.
        }
    }

    private static string? KeyOf(string? name) =>
        name is null ? null
        : name.StartsWith("data", StringComparison.Ordinal) ? Ports.DataKey
        : name.StartsWith("admin", StringComparison.Ordinal) ? Ports.AdminKey
        : null;

    private void Add(string? key, int descriptor)
    {
        Socket socket;
        try
        {
            Descriptors.CloseInChildren(descriptor, closes: true);
            socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw new ListenException($"The descriptor {descriptor} from {_from} is no socket ({exception.Message}).", exception);
        }

        var isLocal = key == Ports.SocketKey;
        var listens = socket.SocketType == SocketType.Stream
            && (isLocal ? socket.AddressFamily is AddressFamily.Unix : socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            && (int)(socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection) ?? 0) != 0;
        if (!listens || socket.LocalEndPoint is not { } endPoint)
        {
            CloseHere(socket);
            var kind = isLocal ? "Unix" : "TCP";
            throw new ListenException($"The descriptor {descriptor} from {_from} is no listening {kind} socket; only those can be handed to a gate.");
        }

        _unclaimed.Add((key, socket, endPoint));
    }
}
