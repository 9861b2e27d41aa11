using System.Net.Sockets;
using PodGate.Hosting.Takeover;

namespace PodGate.Hosting;

/// <summary>
/// The Unix socket of the admin port, for who is on this machine. Bound when the journal is this gate's, so that two gates of one state directory cannot take
/// the file from each other. Linux only.
/// </summary>
internal sealed class LocalSocket
{
    private const int TypeBits = 0xF000; // S_IFMT
    private const int SocketKind = 0xC000; // S_IFSOCK

    private LocalSocket(string path, Socket socket, bool isOwn) => (Path, Socket, IsOwn) = (path, socket, isOwn);

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>The socket; Kestrel owns it once the port is started.</summary>
    public Socket Socket { get; }

    /// <summary>Whether the file is this process's to take away; else it is that of the process before.</summary>
    public bool IsOwn { get; private set; }

    /// <summary>Where it is bound.</summary>
    public UnixDomainSocketEndPoint EndPoint => new(Path);

    /// <summary>Takes up the process before's, or binds a new one.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="mode">Who may connect.</param>
    /// <param name="inherited">Sockets that are open already; null: none.</param>
    /// <exception cref="ListenException">It cannot be there; the message says why.</exception>
    /// <exception cref="IOException">The disk takes nothing.</exception>
    public static LocalSocket Bind(string path, UnixFileMode mode, InheritedSockets? inherited = null)
    {
        if (!OperatingSystem.IsLinux()) throw Wrong(path, "works on Linux only; write null");
        Socket? socket = null;
        try
        {
            // One whose file was taken away meanwhile is nobody's way in any more.
            var isThere = Descriptors.Look(path) is { } found && (found.Mode & TypeBits) == SocketKind;
            socket = isThere ? inherited?.ClaimLocal(path) : null;
            var isOwn = socket is null;
            if (isOwn) ClearAway(path);
            socket ??= Descriptors.BoundTo(path);

            // Nobody can connect before it listens.
            File.SetUnixFileMode(path, mode);
            return new LocalSocket(path, socket, isOwn);
        }
        catch (UnauthorizedAccessException exception)
        {
            socket?.Dispose();
            throw Wrong(path, $"cannot be listened on: {exception.Message}; write a path in a directory that is there and in which the gate's user may write", exception);
        }
        catch (IOException)
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>The process before has ended its part: the file is this one's from now on.</summary>
    public void BecomeOwn() => IsOwn = true;

    /// <summary>Takes the file away, if it is this process's.</summary>
    public void Remove()
    {
        if (IsOwn) File.Delete(Path);
    }

    /// <summary>Takes away what a gate left that was killed, and nothing else.</summary>
    private static void ClearAway(string path)
    {
        if (Descriptors.Look(path) is not (var owner, var mode)) return;
        if ((mode & TypeBits) != SocketKind) throw Wrong(path, "is there and is no socket; take it away, or write another path");
        if (owner != Descriptors.User()) throw Wrong(path, $"is a socket of the user {owner}, not of the gate's; take it away, or write another path");
        using var asked = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            asked.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
        {
            // So many wait there that none more may: somebody listens.
        }
        catch (SocketException exception)
        {
            throw Wrong(path, $"is there, and whether anybody listens cannot be seen ({exception.Message}); take it away, or write another path", exception);
        }

        throw Wrong(path, "is listened on by another program; stop it, or write another path");
    }

    private static ListenException Wrong(string path, string what, Exception? inner = null) => new($"{Ports.SocketKey}: {path} {what}", inner);
}
