using System.Diagnostics;
using PodGate.Control.Takeover;

namespace PodGate.Hosting.Takeover;

/// <summary>
/// The program that is to take over, and how it is called: as this process was, with another program in its place if one is named. One that is named is run
/// with all that the gate may, so nobody but root and the gate's own user may be able to write it, or to put another one in its place.
/// </summary>
internal static class NewBinary
{
    private const string Deleted = " (deleted)";
    private const string Assembly = ".dll";
    private const int TypeBits = 0xF000; // S_IFMT
    private const int RegularFile = 0x8000; // S_IFREG
    private const int Directory = 0x4000; // S_IFDIR
    private const int Link = 0xA000; // S_IFLNK
    private const int MostLinks = 40; // as Linux
    private const int StickyDirectory = 0x200; // S_ISVTX
    private const int OthersWrite = 0x12; // S_IWGRP | S_IWOTH
    private const int AnyExecute = 0x49; // S_IXUSR | S_IXGRP | S_IXOTH

    /// <summary>How to start it.</summary>
    /// <param name="path">A full path, or null: the program of this process, or what has been put in its place meanwhile.</param>
    /// <exception cref="TakeoverException">It cannot be taken; the message says why, and what would be right.</exception>
    public static ProcessStartInfo Start(string? path) =>
        Start(path, Environment.ProcessPath ?? "", CommandLine(), Environment.GetCommandLineArgs()[1..]);

    /// <summary>The same of a process that is called in another way.</summary>
    /// <param name="path">A full path, or null.</param>
    /// <param name="program">The program of this process: an executable of its own, or <c>dotnet</c>.</param>
    /// <param name="commandLine">All that it was called with, the platform's own arguments included; the first is its name.</param>
    /// <param name="arguments">What of it is for the gate.</param>
    public static ProcessStartInfo Start(string? path, string program, IReadOnlyList<string> commandLine, IReadOnlyList<string> arguments)
    {
        // What was replaced while it runs has this at the end of its name, and what has taken its place is meant.
        if (program.EndsWith(Deleted, StringComparison.Ordinal)) program = program[..^Deleted.Length];
        var isPlatform = Path.GetFileNameWithoutExtension(program) == "dotnet";
        if (path is null)
        {
            // By the name that it was called with: a link on the way may have been turned to another version. What is not this program is looked at like one
            // that is named now.
            if (!isPlatform && commandLine is [var called, ..] && Path.IsPathFullyQualified(called) && File.Exists(called))
            {
                if (Walk(called)[^1].Path != program) Check(called);
                return Info(called, arguments);
            }

            if (!File.Exists(program)) throw new TakeoverException($"the program of this gate ({program}) is not there any more; name the new one");
            return isPlatform ? Info(program, commandLine.Skip(1)) : Info(program, arguments);
        }

        Check(path);
        if (!path.EndsWith(Assembly, StringComparison.OrdinalIgnoreCase)) return Info(path, arguments);
        return isPlatform
            ? Info(program, ["exec", path, .. arguments])
            : throw new TakeoverException($"{path} needs the dotnet command, and this gate does not run by it; name the executable beside it");
    }

    private static void Check(string path)
    {
        if (!Path.IsPathFullyQualified(path)) throw new TakeoverException($"{path} is not a full path; begin it with /");
        var way = Walk(path);
        var file = way[^1];
        if ((file.Mode & TypeBits) != RegularFile) throw new TakeoverException($"{path} is not a file");
        if ((file.Mode & AnyExecute) == 0 && !path.EndsWith(Assembly, StringComparison.OrdinalIgnoreCase))
            throw new TakeoverException($"{path} is not executable; chmod +x it if it is the new podgate");
        way.ForEach(RequireOwn);
    }

    /// <summary>
    /// The way of a path as the system goes it: through each directory, and through each link to where it leads. At its end is the thing itself, by a path
    /// without links.
    /// </summary>
    private static List<Step> Walk(string path)
    {
        var names = new Stack<string>(path.Split('/').Reverse());
        var here = "/";
        var way = new List<Step> { Look(here) };
        for (var links = 0; names.TryPop(out var name);)
        {
            if (name is "" or ".") continue;
            var step = Look(name == ".." ? Path.GetDirectoryName(here) ?? "/" : Path.Combine(here, name));
            way.Add(step);
            if ((step.Mode & TypeBits) != Link)
            {
                here = step.Path;
                continue;
            }

            if (++links > MostLinks) throw new TakeoverException($"{path} leads through more than {MostLinks} links");
            var target = new FileInfo(step.Path).LinkTarget ?? throw NotThere();
            if (target.StartsWith('/')) here = "/";
            foreach (var part in target.Split('/').Reverse()) names.Push(part);
        }

        return way;

        Step Look(string at) => Descriptors.Look(at) is { } found ? new Step(at, found.Owner, found.Mode) : throw NotThere();
        TakeoverException NotThere() => new($"{path} is not there, or the gate's user cannot see it");
    }

    /// <summary>
    /// Whoever may write it, or exchange it for another one, could become the gate. In a directory with the sticky bit only owners exchange files, and a link
    /// has no mode of its own.
    /// </summary>
    private static void RequireOwn(Step step)
    {
        if (step.Owner != 0 && step.Owner != Descriptors.User())
            throw new TakeoverException($"{step.Path} belongs to the user {step.Owner}, who could put anything there; it must belong to root or to the gate's own user");
        var type = step.Mode & TypeBits;
        if ((step.Mode & OthersWrite) != 0 && type != Link && !(type == Directory && (step.Mode & StickyDirectory) != 0))
            throw new TakeoverException($"{step.Path} can be written by others than its owner, who could put anything there; chmod go-w it");
    }

    private static ProcessStartInfo Info(string program, IEnumerable<string> arguments) => new(program, arguments) { UseShellExecute = false };

    private static string[] CommandLine()
    {
        try
        {
            return File.ReadAllText("/proc/self/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException exception)
        {
            throw new TakeoverException($"how this gate was called cannot be read ({exception.Message}); name the new program", exception);
        }
    }

    private readonly record struct Step(string Path, uint Owner, int Mode);
}
