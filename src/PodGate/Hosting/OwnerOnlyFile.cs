using System.Runtime.InteropServices;
using System.Text;

namespace PodGate.Hosting;

/// <summary>
/// Files that only their owner may read, written so that after a loss of power there is the old content or the new one, never a part:
/// a temporary file beside it, synced, renamed over it, and the directory synced, which is what makes the rename last.
/// </summary>
internal static class OwnerOnlyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ReadOnly = 0;

    /// <summary>Writes a file whole, or leaves what was there.</summary>
    /// <param name="path">Where.</param>
    /// <param name="content">What.</param>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var full = Path.GetFullPath(path);
        var temporary = full + ".new";
        // A leftover of an interrupted write may have been opened by somebody meanwhile; a fresh file is nobody else's.
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, full, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(full)!);
    }

    /// <summary>Makes renames and new names in a directory last.</summary>
    /// <param name="directory">The directory.</param>
    public static void SyncDirectory(string directory)
    {
        // Windows has no such call and writes its directory's journal by itself.
        if (!OperatingSystem.IsLinux()) return;
        var descriptor = Open(Encoding.UTF8.GetBytes(directory + '\0'), ReadOnly);
        if (descriptor < 0) throw new IOException($"{directory} cannot be opened for syncing (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (Sync(descriptor) != 0) throw new IOException($"{directory} cannot be synced (error {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
