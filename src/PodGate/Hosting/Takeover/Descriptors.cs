using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace PodGate.Hosting.Takeover;

/// <summary>
/// What sockets and files need beside what .NET offers for them, on Linux: descriptors that a process started here inherits, a pair of connected sockets,
/// and who may write a file.
/// </summary>
internal static class Descriptors
{
    private const int SetFlags = 2; // F_SETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const int UnixFamily = 1; // AF_UNIX
    private const int StreamType = 1; // SOCK_STREAM
    private const int StreamCloseOnExec = 0x80000; // SOCK_CLOEXEC
    private const int WorkingDirectory = -100; // AT_FDCWD
    private const int NotThroughLinks = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8; // STATX_TYPE | STATX_MODE | STATX_UID
    private const int StatLength = 256;
    private static readonly int[] DiskErrors = [5, 28, 30, 122]; // EIO, ENOSPC, EROFS, EDQUOT

    /// <summary>A second descriptor of the same socket that a process started from now on inherits; to be closed as soon as it is started.</summary>
    /// <param name="descriptor">The first one, which it does not inherit.</param>
    public static int Heritable(int descriptor) => Checked(Duplicate(descriptor), "duplicated");

    /// <summary>Keeps a descriptor from processes that are started here, or lets them have it.</summary>
    /// <param name="descriptor">It.</param>
    /// <param name="closes">True: it is closed in them.</param>
    public static void CloseInChildren(int descriptor, bool closes) => Checked(Control(descriptor, SetFlags, closes ? CloseOnExec : 0), "marked");

    /// <summary>Closes a descriptor that no object of .NET owns.</summary>
    /// <param name="descriptor">It.</param>
    public static void Close(int descriptor) => _ = CloseDescriptor(descriptor);

    /// <summary>Two sockets that are connected with each other, and in no directory. Neither is inherited.</summary>
    public static (Socket Ours, int Theirs) Pair()
    {
        var pair = new int[2];
        Checked(SocketPair(UnixFamily, StreamType | StreamCloseOnExec, 0, pair), "made");
        return (new Socket(new SafeSocketHandle(pair[0], ownsHandle: true)), pair[1]);
    }

    /// <summary>
    /// A socket that is bound to a path, and does not listen yet. The platform's own would take the file away when it is closed, also when another process
    /// listens at it; this one leaves that to its owner.
    /// </summary>
    /// <param name="path">The path, where nothing is; 107 bytes at most.</param>
    /// <exception cref="IOException">The disk takes nothing.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be there for another reason.</exception>
    public static Socket BoundTo(string path)
    {
        var descriptor = Checked(MakeSocket(UnixFamily, StreamType | StreamCloseOnExec, 0), "made");
        byte[] address = [.. BitConverter.GetBytes((ushort)UnixFamily), .. Encoding.UTF8.GetBytes(path + '\0')];
        if (Bind(descriptor, address, address.Length) == 0) return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        var error = Marshal.GetLastPInvokeError();
        Close(descriptor);
        var why = new Win32Exception(error).Message;
        throw DiskErrors.Contains(error) ? new IOException(why) : new UnauthorizedAccessException(why);
    }

    /// <summary>What kind of thing is at a path, who owns it, and who may what; of a symbolic link at its end, the link itself.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The owner's number, and type and permissions as <c>stat</c> says them; null when there is nothing, or it cannot be seen.</returns>
    public static (uint Owner, int Mode)? Look(string path)
    {
        var found = new byte[StatLength];
        if (StatX(WorkingDirectory, Encoding.UTF8.GetBytes(path + '\0'), NotThroughLinks, TypeModeAndOwner, found) != 0) return null;

        // struct statx is the same on every architecture: owner at 20, type and permissions at 28.
        return (BitConverter.ToUInt32(found, 20), BitConverter.ToUInt16(found, 28));
    }

    /// <summary>The id of the process that started this one.</summary>
    public static int Parent() => ParentProcess();

    /// <summary>The number of the user as whom this process acts.</summary>
    public static uint User() => EffectiveUser();

    private static int Checked(int result, string what) =>
        result >= 0 ? result : throw new IOException($"A descriptor cannot be {what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [DllImport("libc", EntryPoint = "dup", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int descriptor);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, int command, int argument);

    [DllImport("libc", EntryPoint = "close", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseDescriptor(int descriptor);

    [DllImport("libc", EntryPoint = "socketpair", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SocketPair(int family, int type, int protocol, int[] pair);

    [DllImport("libc", EntryPoint = "socket", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeSocket(int family, int type, int protocol);

    [DllImport("libc", EntryPoint = "bind", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Bind(int descriptor, byte[] address, int length);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int directory, byte[] path, int flags, uint mask, byte[] found);

    [DllImport("libc", EntryPoint = "getppid"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ParentProcess();

    [DllImport("libc", EntryPoint = "geteuid"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
