using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace PodGate.Control.Journal;

/// <summary>
/// The small synced file beside the journal. It says how far the journal must reach at least, and is the last good copy when the journal
/// cannot be read. Replaced as a whole after each commit, so it is always the previous or the new one.
/// </summary>
internal static class JournalHead
{
    // 2 has an agenda, 1 has none.
    private const int Format = 2;
    private const long Largest = 64 * 1024 * 1024;
    private const int DigestLength = 64;

    // The frame is compared byte for byte, so that a flipped bit outside of the body is noticed as well.
    private static readonly byte[] Before = "{\"sha256\":\""u8.ToArray();
    private static readonly byte[] Between = "\",\"body\":"u8.ToArray();
    private static readonly byte[] After = "}\n"u8.ToArray();

    /// <summary>Writes the head durably: a new file, synced, renamed over the old one, and the directory synced.</summary>
    internal static void Write(string directory, JournalImage image)
    {
        var path = Path.Combine(directory, StateDirectory.HeadFile);
        var body = Encoding.UTF8.GetBytes(Body(image));
        UnixFiles.WriteSynced(path + ".new", [.. Before, .. Encoding.ASCII.GetBytes(JournalHashing.OfBytes(body)), .. Between, .. body, .. After]);
        File.Move(path + ".new", path, overwrite: true);
        UnixFiles.SyncDirectory(directory);
    }

    /// <summary>Reads and verifies the head, or says what is wrong with it.</summary>
    internal static JournalImage Read(string directory)
    {
        var path = Path.Combine(directory, StateDirectory.HeadFile);
        byte[] bytes;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                throw new JournalException(
                    JournalExceptionKind.Damaged,
                    path,
                    "the journal's head is not there, and without it nothing proves that the journal beside it is the newest one",
                    JournalException.RestoreOrRecover);
            }
            if (info.Length > Largest)
                throw JournalException.Damaged(path, $"it has {info.Length} bytes, and no head has more than {Largest}");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(
                JournalExceptionKind.Unreadable,
                path,
                $"it cannot be read: {e.Message}",
                "Make the state directory readable for the user that runs the gate, and look at the disk.",
                e);
        }
        try
        {
            return Parse(path, bytes);
        }
        catch (Exception e) when (JournalJson.IsDamage(e))
        {
            throw JournalException.Damaged(path, $"it is not what was written ({e.Message})", e);
        }
    }

    private static JournalImage Parse(string path, byte[] bytes)
    {
        var frame = Before.Length + DigestLength + Between.Length + After.Length;
        if (bytes.Length < frame + 2
            || !bytes.AsSpan().StartsWith(Before)
            || !bytes.AsSpan(Before.Length + DigestLength).StartsWith(Between)
            || !bytes.AsSpan().EndsWith(After))
            throw JournalException.Damaged(path, $"it is not what was written: its {bytes.Length} bytes do not begin or end as a head does");
        var body = bytes.AsSpan(frame - After.Length, bytes.Length - frame);
        if (!bytes.AsSpan(Before.Length, DigestLength).SequenceEqual(Encoding.ASCII.GetBytes(JournalHashing.OfBytes(body))))
            throw JournalException.Damaged(path, "it is not what was written: its checksum does not fit");

        using var document = JsonDocument.Parse(body.ToArray());
        var json = document.RootElement;
        var format = json.GetProperty("format").GetInt32();
        if (format > Format)
        {
            throw new JournalException(
                JournalExceptionKind.VersionTooNew,
                path,
                $"it was written by a newer PodGate (format {format}; this one reads up to {Format})",
                "Run the newer PodGate, or restore a backup from before it ran.");
        }
        return new JournalImage
        {
            GateId = JournalJson.Text(json, "gate"),
            Key = JournalJson.Text(json, "key"),
            Sequence = json.GetProperty("sequence").GetInt64(),
            Hash = JournalJson.Text(json, "hash"),
            Number = json.GetProperty("number").GetInt64(),
            Freeze = json.GetProperty("freeze").GetRawText(),
            Agenda = format == 1 ? JournalJson.None : json.GetProperty("agenda").GetRawText(),
            UnknownPodsStartDisabled = json.GetProperty("unknownPodsStartDisabled").GetBoolean(),
            Pods = json.GetProperty("pods").EnumerateObject()
                .ToImmutableSortedDictionary(pod => pod.Name, pod => pod.Value.GetRawText(), StringComparer.Ordinal),
        };
    }

    private static string Body(JournalImage image) => JournalJson.Render(json =>
    {
        json.WriteNumber("format", image.Agenda == JournalJson.None ? 1 : Format);
        json.WriteNumber("sequence", image.Sequence);
        json.WriteString("hash", image.Hash);
        json.WriteNumber("number", image.Number);
        json.WriteString("gate", image.GateId);
        json.WriteString("key", image.Key);
        Raw(json, "freeze", image.Freeze);
        if (image.Agenda != JournalJson.None) Raw(json, "agenda", image.Agenda);
        json.WriteBoolean("unknownPodsStartDisabled", image.UnknownPodsStartDisabled);
        json.WriteStartObject("pods");
        foreach (var (name, record) in image.Pods)
            Raw(json, name, record);
        json.WriteEndObject();
    });

    private static void Raw(Utf8JsonWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value);
    }
}
