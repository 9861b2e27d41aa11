using System.Diagnostics;
using System.Text;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy;

/// <summary>The repository this test was built from.</summary>
internal static class Repository
{
    private static readonly string[] Ignored = [".git", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>The folder of PodGate.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every file that is committed or would be by "git add ."; paths relative to the root, with slashes, in order.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static string FullPath(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(FullPath(path));

    public static bool Exists(string path) => File.Exists(FullPath(path)) || Directory.Exists(FullPath(path));

    /// <summary>The C# files below the given rooms, such as "src" and "tests".</summary>
    public static IEnumerable<SourceFile> Sources(params string[] rooms) =>
        Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal) && IsIn(path, rooms)).Select(path => new SourceFile(path, Read(path)));

    public static IEnumerable<string> Projects(params string[] rooms) =>
        Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && IsIn(path, rooms));

    private static bool IsIn(string path, string[] rooms) => rooms.Any(room => path.StartsWith(room + "/", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PodGate.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No PodGate.sln in {AppContext.BaseDirectory} or any folder above it; build the tests inside the repository.");
    }

    private static List<string> ListFiles()
    {
        // An unpacked archive has no .git; there the folders are walked instead, without what builds leave behind.
        var paths = Exists(".git") ? AskGit() : Walk(new DirectoryInfo(Root));
        return paths.Where(path => File.Exists(FullPath(path))).Order(StringComparer.Ordinal).ToList();
    }

    private static string[] AskGit()
    {
        // The clone may belong to another user than the one who runs the tests, which git would otherwise object to.
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0)
        {
            throw new InvalidOperationException($"git ls-files ended with {git.ExitCode}; what it said is on standard error.");
        }

        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Select(file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'))
            .Concat(folder.EnumerateDirectories().Where(inner => !Ignored.Contains(inner.Name)).SelectMany(Walk));
}
