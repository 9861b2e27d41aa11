using System.ComponentModel;
using System.Runtime.InteropServices;

namespace PodGate.Control.Journal;

/// <summary>The three things about files that .NET does not offer: syncing a directory, a lock that is free again after kill -9, and safe modes.</summary>
internal static class UnixFiles
{
    private const int ReadOnlyDirectory = 0x10000 /* O_DIRECTORY, Linux */ | 0x80000 /* O_CLOEXEC */;
    private const int WouldBlock = 11;
    private const int Interrupted = 4;

    internal const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    internal const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
            UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes renames and new files in a directory survive power loss.</summary>
    internal static void SyncDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
            return;
        // O_DIRECTORY has another value on some architectures; O_RDONLY alone opens a directory everywhere.
        var flags = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? ReadOnlyDirectory : 0x80000;
        int descriptor;
        do
            descriptor = Open(path, flags);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (descriptor < 0)
            throw Failed("cannot be opened to sync it", path);
        try
        {
            if (Sync(descriptor) != 0)
                throw Failed("cannot be synced", path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>
    /// Takes the lock of a state directory, or says that another process has it by returning false. SQLite's own lock does not do:
    /// it is let go while the journal is opened again after a failure, and a damaged or read-only file cannot be locked at all.
    /// </summary>
    internal static bool TryLock(string path, out FileStream? held)
    {
        held = null;
        try
        {
            held = OpenLock(path, FileAccess.ReadWrite, FileMode.OpenOrCreate);
            return true;
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!File.Exists(path))
                return true; // A read-only file system without the file: nobody can write there, so there is nothing to protect.
        }
        try
        {
            held = OpenLock(path, FileAccess.Read, FileMode.Open);
            return true;
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return false;
        }
    }

    /// <summary>Whether others than the owner can reach a file or directory.</summary>
    internal static bool IsOpenToOthers(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0;

    /// <summary>Writes a new file that only its owner can read, and syncs it.</summary>
    internal static void WriteSynced(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerFile;
        using var stream = new FileStream(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    // FileShare.None is an exclusive flock, which the system lets go with the process.
    private static FileStream OpenLock(string path, FileAccess access, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode == FileMode.OpenOrCreate)
            options.UnixCreateMode = OwnerFile;
        return new FileStream(path, options);
    }

    private static IOException Failed(string what, string path) =>
        new($"{path} {what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [DllImport("libc", EntryPoint = "open", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
