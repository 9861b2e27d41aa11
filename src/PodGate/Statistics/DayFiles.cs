using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using PodGate.Core.Routing;

namespace PodGate.Statistics;

/// <summary>
/// The files of the statistics, beside the histories: one of numbers for each day, replaced whole, and, as long as the day may still grow, one of its sources.
/// What a process left that was taken over from is a file of its own until the gate takes it in. For one thread at a time.
/// </summary>
/// <param name="directory">Where they are.</param>
/// <param name="limits">What is kept.</param>
/// <param name="logger">The log.</param>
internal sealed class DayFiles(string directory, StatisticsLimits limits, ILogger logger)
{
    private const string Prefix = "traffic-";
    private const string Numbers = ".jsonl";
    private const string Sources = ".sources";
    private const string Left = ".left";
    private const string DayFormat = "yyyyMMdd";

    /// <summary>Adds to a day what was counted of it, and what other processes left of it.</summary>
    /// <param name="day">The day.</param>
    /// <param name="more">Each pod's part.</param>
    public void Add(DateOnly day, IEnumerable<DayTraffic> more)
    {
        MakeDirectory();
        var (head, pods) = Load(PathOf(day, Numbers), PathOf(day, Sources), day);
        var left = LeftOf(day);
        var taken = head.Taken.Intersect(left.Select(file => file.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var file in left.Where(file => taken.Add(file.Name)))
            AddTo(pods, Load(file.FullName, file.FullName + Sources, day).Pods.Values);
        AddTo(pods, more);

        // The sources first: adding them twice changes nothing, adding numbers twice would.
        Write(PathOf(day, Sources), null, pods.Values);
        Write(PathOf(day, Numbers), new DayHead(day, [.. taken]), pods.Values);
        foreach (var file in left) Delete(file);
    }

    /// <summary>Leaves what was counted of a day to the process that has the files now.</summary>
    /// <param name="day">The day.</param>
    /// <param name="parts">Each pod's part.</param>
    /// <param name="name">A name that no other process gives.</param>
    public void Leave(DateOnly day, IReadOnlyCollection<DayTraffic> parts, string name)
    {
        MakeDirectory();
        var path = PathOf(day, $"-{name}{Left}");
        Write(path + Sources, null, parts);
        Write(path, new DayHead(day, []), parts);
    }

    /// <summary>Days of which other processes left something.</summary>
    public IReadOnlyList<DateOnly> DaysWithLeft() =>
        !Directory.Exists(directory) ? [] : [.. Files($"{Prefix}*{Left}").Select(file => DayOf(file.Name)).OfType<DateOnly>().Distinct()];

    /// <summary>The days that there is something of, from one to another, oldest first; of each day, its pods in ordinal order of names.</summary>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last one.</param>
    /// <param name="cancel">Gives up.</param>
    public IReadOnlyList<DayTraffic> Read(DateOnly from, DateOnly to, CancellationToken cancel)
    {
        var days = new List<DayTraffic>();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            cancel.ThrowIfCancellationRequested();
            days.AddRange(Load(PathOf(day, Numbers), null, day).Pods.Values);
        }

        return days;
    }

    /// <summary>Forgets what is too old, or too much.</summary>
    /// <param name="today">The day.</param>
    public void Prune(DateOnly today)
    {
        // Yesterday may still grow: another process may leave something of it.
        foreach (var file in Files($"{Prefix}*{Sources}").Where(file => DayOf(file.Name) < today.AddDays(-1))) file.Delete();
        foreach (var file in Files($"{Prefix}*{Left}").Where(file => DayOf(file.Name) <= today.AddDays(-limits.Days))) file.Delete();
        var numbers = Files($"{Prefix}*{Numbers}");
        var bytes = numbers.Sum(file => file.Length);
        foreach (var file in numbers.SkipLast(1))
        {
            if (bytes <= limits.Bytes && DayOf(file.Name) > today.AddDays(-limits.Days)) break;
            bytes -= file.Length;
            file.Delete();
        }
    }

    private static void AddTo(SortedDictionary<string, DayTraffic> pods, IEnumerable<DayTraffic> more)
    {
        foreach (var part in more) pods[part.Pod] = pods.TryGetValue(part.Pod, out var known) ? known.Plus(part) : part;
    }

    private static void Delete(FileInfo left)
    {
        try
        {
            File.Delete(left.FullName + Sources);
            left.Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is told among what was taken in, does not count again, and is deleted another time.
        }
    }

    private static DateOnly? DayOf(string name) =>
        name.Length >= Prefix.Length + DayFormat.Length
        && DateOnly.TryParseExact(
            name.AsSpan(Prefix.Length, DayFormat.Length), DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private (DayHead Head, SortedDictionary<string, DayTraffic> Pods) Load(string numbers, string? sources, DateOnly day)
    {
        var pods = new SortedDictionary<string, DayTraffic>(StringComparer.Ordinal);
        DayHead? head = null;
        var wrong = 0;
        foreach (var line in LinesOf(numbers))
        {
            if (head is null) head = Parse(line, StatisticsJson.Default.DayHead) is { Taken: not null } known ? known : new DayHead(day, []);
            else if (Parse(line, StatisticsJson.Default.DayLine)?.Read(day) is { } pod) pods[pod.Pod] = pod;
            else wrong++;
        }

        foreach (var line in sources is null ? [] : LinesOf(sources))
        {
            if (Parse(line, StatisticsJson.Default.SourcesLine) is { Pod: { } name } found && found.Read() is { } sketch)
                pods[name] = (pods.GetValueOrDefault(name) ?? new DayTraffic(day, name)) with { Sources = sketch };
            else wrong++;
        }

        if (wrong > 0) StatisticsLog.Damaged(logger, wrong, numbers);
        return (head ?? new DayHead(day, []), pods);
    }

    private string[] LinesOf(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true } file && file.Length <= limits.LargestFile) return File.ReadAllLines(path);
            if (File.Exists(path)) StatisticsLog.TooLarge(logger, path, limits.LargestFile);
            return [];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // It has become too old just now.
            return [];
        }
    }

    private static T? Parse<T>(string line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            // Who reads it counts and tells what is wrong.
            return null;
        }
    }

    /// <summary>Replaces a file, whole or not at all: numbers with a head, else sources.</summary>
    private static void Write(string path, DayHead? head, IEnumerable<DayTraffic> pods)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(path + ".new", options))
        {
            if (head is not null) WriteLine(stream, head, StatisticsJson.Default.DayHead);
            foreach (var pod in pods)
            {
                if (head is not null) WriteLine(stream, DayLine.Of(pod), StatisticsJson.Default.DayLine);
                else if (pod.Sources is { IsEmpty: false } sources)
                    WriteLine(stream, new SourcesLine(pod.Pod, sources.ToArray()), StatisticsJson.Default.SourcesLine);
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    private static void WriteLine<T>(Stream stream, T line, JsonTypeInfo<T> type)
    {
        JsonSerializer.Serialize(stream, line, type);
        stream.WriteByte((byte)'\n');
    }

    private string PathOf(DateOnly day, string end) => Path.Combine(directory, Prefix + day.ToString(DayFormat, CultureInfo.InvariantCulture) + end);

    private ImmutableArray<FileInfo> LeftOf(DateOnly day) => Files($"{Prefix}{day.ToString(DayFormat, CultureInfo.InvariantCulture)}-*{Left}");

    private ImmutableArray<FileInfo> Files(string pattern) =>
        [.. new DirectoryInfo(directory).EnumerateFiles(pattern).OrderBy(file => file.Name, StringComparer.Ordinal)];

    private void MakeDirectory()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
