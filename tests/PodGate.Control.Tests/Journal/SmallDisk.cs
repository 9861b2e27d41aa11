using System.Diagnostics;
using Xunit.Abstractions;

namespace PodGate.Control.Tests.Journal;

/// <summary>A file system of a few megabytes in memory, mounted for one test; needs root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _mountPoint;

    private SmallDisk(DirectoryInfo mountPoint) => _mountPoint = mountPoint;

    public string Path => _mountPoint.FullName;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts one, or says why not and returns null.</summary>
    public static SmallDisk? Mount(ITestOutputHelper output)
    {
        var mountPoint = Directory.CreateTempSubdirectory("podgate-disk-");
        if (Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "podgate-test", mountPoint.FullName) is var said && said.Length == 0)
            return new SmallDisk(mountPoint);
        mountPoint.Delete();
        output.WriteLine("SKIPPED: this test mounts a small file system, and that needs root. eng/test as root runs it.");
        return null;
    }

    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var chunk = 65536; chunk > 0;)
        {
            try
            {
                filler.Write(new byte[chunk]);
            }
            catch (IOException)
            {
                chunk /= 2;
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public void Remount(bool readOnly) => Run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Path).Should().BeEmpty();

    public void Dispose()
    {
        Run("umount", Path).Should().BeEmpty();
        _mountPoint.Delete();
    }

    private static string Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : $"{file}: {process.ExitCode} {said}";
    }
}
