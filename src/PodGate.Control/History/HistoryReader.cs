using System.Collections.Immutable;
using PodGate.Core.Replaying;

namespace PodGate.Control.History;

/// <summary>There is no history to read; the message says what is there instead and what would be right.</summary>
/// <param name="message">For people.</param>
/// <param name="inner">What the system said, or null.</param>
public sealed class HistoryException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A history, with what could not be read of it.</summary>
/// <param name="History">The history; never without probes.</param>
/// <param name="Unreadable">Lines that were left out: torn by a kill, or damaged.</param>
public sealed record HistoryRead(RecordedHistory History, int Unreadable);

/// <summary>Reads the history of a state directory, also while a gate writes it. Opens nothing else there.</summary>
public static class HistoryReader
{
    private const long LargestFile = 64 * 1024 * 1024;

    /// <summary>Reads it all.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <exception cref="HistoryException">There is none, or nothing in it can be read.</exception>
    public static HistoryRead Read(string stateDirectory)
    {
        var directory = Path.Combine(stateDirectory, ProbeHistory.DirectoryName);
        if (!Directory.Exists(stateDirectory)) throw new HistoryException($"There is no state directory {stateDirectory}: name the gate's with --state, or its configuration with --config.");
        if (!Directory.Exists(directory))
            throw new HistoryException($"There is no probe history in {stateDirectory}: a gate writes it there, in {ProbeHistory.DirectoryName}/, as soon as it probes.");
        try
        {
            return Read(new DirectoryInfo(directory));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HistoryException($"The probe history in {directory} cannot be read: {exception.Message}", exception);
        }
    }

    private static HistoryRead Read(DirectoryInfo directory)
    {
        // The file of open runs first: a run that is closed meanwhile is then found in a segment, too, and not in neither.
        var files = directory.EnumerateFiles(HistorySegments.OpenFile)
            .Concat(directory.EnumerateFiles(HistorySegments.Pattern).OrderBy(file => file.Name, StringComparer.Ordinal)).ToArray();
        var runs = new Dictionary<(string, string?, DateTimeOffset), RecordedProbes>();
        var starts = ImmutableArray.CreateBuilder<DateTimeOffset>();
        var unreadable = 0;
        foreach (var file in files)
        {
            if (file.Length > LargestFile) throw new HistoryException($"{file.FullName} is larger than any segment of a history ({file.Length} bytes): take it away.");
            foreach (var text in Lines(file))
            {
                if (text.Length == 0) continue;
                if (HistoryJson.Read(text) is not { } entry) unreadable++;
                else if (entry.Started is { } start) starts.Add(start);
                else Add(runs, entry.Probes!);
            }
        }

        if (runs.Count == 0)
        {
            throw new HistoryException(unreadable == 0
                ? $"The probe history in {directory.FullName} is empty: no probe was recorded yet."
                : $"The probe history in {directory.FullName} is damaged: none of its {unreadable} lines can be read.");
        }

        return new HistoryRead(new RecordedHistory([.. runs.Values], starts.ToImmutable()), unreadable);
    }

    /// <summary>The lines of one file of a history; none when it is gone by now.</summary>
    /// <param name="file">The file.</param>
    internal static IEnumerable<string> Lines(FileInfo file)
    {
        var options = new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete };
        FileStream stream;
        try
        {
            stream = new FileStream(file.FullName, options);
        }
        catch (FileNotFoundException)
        {
            // The gate replaced or pruned it between the listing and now.
            yield break;
        }

        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }

    /// <summary>A run that grew, or was written twice, is there once: as it was last.</summary>
    private static void Add(Dictionary<(string, string?, DateTimeOffset), RecordedProbes> runs, RecordedProbes line)
    {
        var key = (line.Pod, line.Check, line.From);
        if (!runs.TryGetValue(key, out var known) || line.Count > known.Count) runs[key] = line;
    }
}
