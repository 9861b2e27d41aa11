namespace PodGate.TestKit;

/// <summary>Finds what the same build made of other projects.</summary>
public static class Built
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file in a project's output, of the same configuration as the caller's own.</summary>
    public static string Find(string project, string file)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Root, project, "bin", framework.Parent!.Name, framework.Name, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built: there is no {path}");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PodGate.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("PodGate.sln is in no folder above this program");
    }
}
