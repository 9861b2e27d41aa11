using System.Globalization;
using PodGate.Hosting;

namespace PodGate.Operator.Audit;

/// <summary>A file of the trail.</summary>
/// <param name="Number">Its number; each is one more than the one before.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">How long it is.</param>
internal sealed record AuditSegment(int Number, string Path, long Bytes)
{
    /// <summary>The file's name, for people.</summary>
    public string Name => System.IO.Path.GetFileName(Path);
}

/// <summary>
/// The trail's files, <c>audit/00000001.jsonl</c> and so on in the state directory, readable by their owner only and only ever added to. Opened for each
/// write: acts are rare, and who takes over from this process must find nothing held.
/// </summary>
/// <param name="stateDirectory">The state directory.</param>
internal sealed class AuditFiles(string stateDirectory)
{
    /// <summary>The directory within the state directory.</summary>
    public const string DirectoryName = "audit";

    /// <summary>The most bytes of a file: a group may go beyond the limit.</summary>
    public const int Largest = AuditLimits.Segment + (AuditLimits.Group * AuditLimits.LongestLine);

    private const string Ending = ".jsonl";
    private const int DigitsOfName = 8;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where they are.</summary>
    public string Directory { get; } = Path.Combine(stateDirectory, DirectoryName);

    /// <summary>All of them, the oldest first; none when there is no trail.</summary>
    public IReadOnlyList<AuditSegment> List() => !System.IO.Directory.Exists(Directory) ? [] :
    [
        .. new DirectoryInfo(Directory).EnumerateFiles("*" + Ending)
            .Where(file => NumberOf(file.Name) is not null)
            .Select(file => new AuditSegment(NumberOf(file.Name)!.Value, file.FullName, file.Length))
            .OrderBy(segment => segment.Number),
    ];

    /// <summary>Where a file of that number is, or would be.</summary>
    /// <param name="number">The number.</param>
    public string PathOf(int number) => Path.Combine(Directory, string.Create(CultureInfo.InvariantCulture, $"{number:00000000}{Ending}"));

    /// <summary>How long a file is; 0 when it is not there.</summary>
    /// <param name="number">Its number.</param>
    public long LengthOf(int number) => new FileInfo(PathOf(number)) is { Exists: true } file ? file.Length : 0;

    /// <summary>Adds whole lines behind what is there, and returns when they are on the disk.</summary>
    /// <param name="number">The file's number.</param>
    /// <param name="length">How long the file is; what a write that failed has left behind that goes.</param>
    /// <param name="lines">The lines.</param>
    public void Append(int number, long length, ReadOnlySpan<byte> lines)
    {
        if (!OperatingSystem.IsWindows()) System.IO.Directory.CreateDirectory(Directory, OwnerFile | UnixFileMode.UserExecute);
        else System.IO.Directory.CreateDirectory(Directory);
        using (var stream = Open(PathOf(number), FileMode.OpenOrCreate))
        {
            if (stream.Length > length) stream.SetLength(length);
            stream.Seek(length, SeekOrigin.Begin);
            stream.Write(lines);
            stream.Flush(flushToDisk: true);
        }

        if (length > 0) return;
        OwnerOnlyFile.SyncDirectory(Directory);
        OwnerOnlyFile.SyncDirectory(Path.GetDirectoryName(Directory)!);
    }

    /// <summary>Takes a file's end out of it and keeps it beside it.</summary>
    /// <param name="number">The file's number.</param>
    /// <param name="length">What stays.</param>
    /// <param name="suffix">What the name beside it has more.</param>
    /// <returns>That name.</returns>
    public string KeepAside(int number, long length, string suffix)
    {
        var aside = PathOf(number) + suffix;
        OwnerOnlyFile.Write(aside, Read(PathOf(number)).AsSpan((int)length));
        using var stream = Open(PathOf(number), FileMode.OpenOrCreate);
        stream.SetLength(length);
        stream.Flush(flushToDisk: true);
        return Path.GetFileName(aside);
    }

    /// <summary>What is in a file, also while it is written. Of one that is larger than any may be, the beginning.</summary>
    /// <param name="path">The file.</param>
    public static byte[] Read(string path)
    {
        using var stream = Open(path, FileMode.Open);
        var content = new byte[Math.Min(stream.Length, Largest)];
        var read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return read == content.Length ? content : content[..read];
    }

    /// <summary>The first entry of a file; null when it has none that can be read.</summary>
    /// <param name="segment">The file.</param>
    public static AuditEntry? FirstOf(AuditSegment segment)
    {
        using var stream = Open(segment.Path, FileMode.Open);
        var begin = new byte[(int)Math.Min(stream.Length, AuditLimits.LongestLine)];
        var length = stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
        var end = begin.AsSpan(0, length).IndexOf((byte)'\n');
        return end < 0 ? null : AuditLine.Read(begin.AsSpan(0, end), out _);
    }

    /// <summary>The lines of a file's content, without their ends, with where each begins; the last one also when it has no end.</summary>
    /// <param name="content">The content.</param>
    public static IEnumerable<(int Begin, int Length, bool HasEnd)> Lines(byte[] content)
    {
        for (var begin = 0; begin < content.Length;)
        {
            var length = content.AsSpan(begin).IndexOf((byte)'\n');
            yield return length < 0 ? (begin, content.Length - begin, false) : (begin, length, true);
            begin += length < 0 ? content.Length - begin : length + 1;
        }
    }

    private static int? NumberOf(string name)
    {
        var isNumber = int.TryParse(name.AsSpan(0, Math.Min(DigitsOfName, name.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber && name.Length == DigitsOfName + Ending.Length ? number : null;
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var writes = mode == FileMode.OpenOrCreate;
        var options = new FileStreamOptions
        {
            Mode = mode, Access = writes ? FileAccess.ReadWrite : FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
        };
        if (writes && !OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
        return new FileStream(path, options);
    }
}
