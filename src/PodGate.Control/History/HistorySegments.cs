using System.Globalization;
using PodGate.Control.Journal;

namespace PodGate.Control.History;

/// <summary>
/// The files of one history: segments of one day each that are only added to (several when a day has much to tell), and one small file with what may
/// still change. Readable by their owner only. Nothing is synced: a loss of power may cost what the system had not written yet, and a kill costs nothing of it.
/// </summary>
/// <param name="directory">Where they are.</param>
/// <param name="limits">What is kept.</param>
/// <param name="subject">What they tell of; their names begin with it.</param>
/// <param name="openFile">The small file's name.</param>
internal sealed class HistorySegments(
    string directory, HistoryLimits limits, string subject = HistorySegments.Probes, string openFile = HistorySegments.OpenFile) : IDisposable
{
    /// <summary>The runs that may still grow.</summary>
    public const string OpenFile = "open.jsonl";

    /// <summary>What segments of probes are called: the day, and a number within it.</summary>
    public const string Pattern = Probes + "-*.jsonl";

    private const string Probes = "probes";

    private FileStream? _stream;
    private string _day = "";

    /// <summary>Whether the next line begins a segment, or may: then it has to be understood without those before.</summary>
    /// <param name="now">The moment.</param>
    public bool BeginsAt(DateTimeOffset now) => _stream is null || DayOf(now) != _day || _stream.Length >= limits.Segment;

    /// <summary>Adds lines to the segment of the day.</summary>
    /// <param name="lines">Whole lines, with their ends.</param>
    /// <param name="now">The moment.</param>
    public void Append(IReadOnlyCollection<byte[]> lines, DateTimeOffset now)
    {
        var stream = Stream(now);
        foreach (var line in lines) stream.Write(line);
        stream.Flush();
    }

    /// <summary>Replaces the runs that may still grow, whole or not at all.</summary>
    /// <param name="lines">Whole lines, with their ends.</param>
    public void WriteOpen(IEnumerable<byte[]> lines)
    {
        var path = Path.Combine(directory, openFile);
        using (var stream = Create(path + ".new", FileMode.Create))
        {
            foreach (var line in lines) stream.Write(line);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>What a gate before this one left open becomes part of a segment.</summary>
    /// <param name="now">The moment.</param>
    public void TakeOver(DateTimeOffset now)
    {
        var path = Path.Combine(directory, openFile);
        if (!File.Exists(path)) return;
        var left = new FileInfo(path).Length > limits.Segment ? [] : File.ReadAllBytes(path);
        if (left.Length > 0) Append([left], now);
        File.Delete(path);
    }

    /// <summary>Lets go of the file after a failure: the next line begins on a line of its own.</summary>
    public void Dispose()
    {
        try
        {
            _stream?.Dispose();
        }
        catch (IOException)
        {
            // What could not be written is told by the write itself.
        }

        _stream = null;
    }

    private FileStream Stream(DateTimeOffset now)
    {
        if (!BeginsAt(now)) return _stream!;
        var day = DayOf(now);
        Dispose();
        MakeDirectory();
        var todays = Segments().Where(file => file.Name.StartsWith($"{subject}-{day}-", StringComparison.Ordinal)).ToArray();
        var number = todays.Length == 0 ? 0 : NumberOf(todays[^1].Name) + (todays[^1].Length < limits.Segment ? 0 : 1);
        var name = string.Create(CultureInfo.InvariantCulture, $"{subject}-{day}-{number:0000}.jsonl");
        var stream = Create(Path.Combine(directory, name), FileMode.OpenOrCreate);
        try
        {
            EndTornLine(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        (_stream, _day) = (stream, day);
        Prune(now);
        return stream;
    }

    /// <summary>A kill, or a full disk, may have left half a line; what follows must not become a part of it.</summary>
    private static void EndTornLine(FileStream stream)
    {
        if (stream.Length == 0) return;
        stream.Seek(-1, SeekOrigin.End);
        if (stream.ReadByte() != '\n') stream.WriteByte((byte)'\n');
    }

    private void Prune(DateTimeOffset now)
    {
        var segments = Segments();
        var oldest = $"{subject}-{DayOf(now - limits.Kept)}";
        var bytes = segments.Sum(file => file.Length);
        foreach (var file in segments.SkipLast(1))
        {
            // The segment that is written to may grow to its own limit yet.
            if (bytes + limits.Segment <= limits.Bytes && string.CompareOrdinal(file.Name, oldest) >= 0) break;
            bytes -= file.Length;
            file.Delete();
        }
    }

    private FileInfo[] Segments() => [.. new DirectoryInfo(directory).EnumerateFiles($"{subject}-*.jsonl").OrderBy(file => file.Name, StringComparer.Ordinal)];

    private static string DayOf(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static int NumberOf(string name) =>
        int.TryParse(Path.GetFileNameWithoutExtension(name).Split('-')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private void MakeDirectory()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, UnixFiles.OwnerDirectory);
    }

    private static FileStream Create(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFiles.OwnerFile;
        var stream = new FileStream(path, options);
        stream.Seek(0, SeekOrigin.End);
        return stream;
    }
}
