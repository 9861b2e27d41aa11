using Microsoft.Data.Sqlite;

namespace PodGate.Control.Tests.Journal;

/// <summary>A journal as a gate of before there were plans has written it, word for word: 9 entries about three pods. As text, so that one can read it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static class OlderJournal
{
    public const long Sequence = 9;

    /// <summary>Puts it into a room in place of the one that is there.</summary>
    public static async Task PlaceAsync(JournalRoom room)
    {
        File.Delete(room.Database);
        await using (var connection = new SqliteConnection($"Data Source={room.Database};Pooling=False"))
        {
            await connection.OpenAsync();
            foreach (var sql in new[] { "PRAGMA page_size=4096", "PRAGMA journal_mode=WAL", Read("OlderJournal.sql"), "PRAGMA wal_checkpoint(TRUNCATE)" })
            {
                await using var command = connection.CreateCommand();
                command.CommandText = sql;
                await command.ExecuteNonQueryAsync();
            }
        }

        await File.WriteAllTextAsync(room.Head, Read("OlderJournal.head"));
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(OlderJournal).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
