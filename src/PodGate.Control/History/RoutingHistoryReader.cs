using PodGate.Core.Routing;

namespace PodGate.Control.History;

/// <summary>Reads the routing history, also while a gate writes it. Opens nothing else there.</summary>
internal static class RoutingHistoryReader
{
    private const long LargestFile = 64 * 1024 * 1024;

    /// <summary>
    /// Reads it all, oldest first. A line that is torn or damaged is left out, with those that build on it up to the next whole picture, which tells how many.
    /// </summary>
    /// <param name="directory">Where the files are; when there is none, nothing was written yet.</param>
    /// <exception cref="HistoryException">It cannot be read.</exception>
    public static IReadOnlyList<RoutingEntry> Read(string directory)
    {
        var entries = new List<RoutingEntry>();
        if (!Directory.Exists(directory)) return entries;
        try
        {
            RoutingPicture? picture = null;
            var missed = 0;
            foreach (var file in Files(new DirectoryInfo(directory)))
            {
                if (file.Length > LargestFile) throw new HistoryException($"{file.FullName} is larger than any segment of a history ({file.Length} bytes): take it away.");
                foreach (var line in HistoryReader.Lines(file))
                {
                    if (line.Length == 0) continue;
                    if (RoutingJson.Read(line, picture) is not { } entry)
                    {
                        picture = null;
                        missed++;
                        continue;
                    }

                    picture = entry.Picture ?? picture;
                    entries.Add(entry.Picture is null || missed == 0 ? entry : entry with { Missed = entry.Missed + missed });
                    if (entry.Picture is not null) missed = 0;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HistoryException($"The routing history in {directory} cannot be read: {exception.Message}", exception);
        }

        return entries;
    }

    private static IEnumerable<FileInfo> Files(DirectoryInfo directory) =>
        directory.EnumerateFiles($"{RoutingHistory.Subject}-*.jsonl").OrderBy(file => file.Name, StringComparer.Ordinal);
}
