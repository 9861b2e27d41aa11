using System.Globalization;

namespace PodGate.Control.Journal;

// The outbox's table. No part of the chain: what became of an alert changes often, and must not make the chain grow.
internal sealed partial class JournalDatabase
{
    private static readonly (string Name, string Sql) OutboxTable =
        ("outbox", "CREATE TABLE outbox (name TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL, checksum TEXT NOT NULL) WITHOUT ROWID");

    /// <summary>The tables of a schema, by name.</summary>
    internal static IEnumerable<(string Name, string Sql)> SchemaOf(int version) =>
        version < SchemaVersion ? Schema : Schema.Append(OutboxTable).OrderBy(table => table.Name, StringComparer.Ordinal);

    /// <summary>Writes whole rows and deletes others, within the transaction that is under way.</summary>
    private void ChangeOutbox(IReadOnlyCollection<OutboxRow> changes)
    {
        if (changes.Count == 0)
            return;
        RequireOutbox();
        var digest = OutboxDigest.Parse(Text($"SELECT value FROM meta WHERE name = 'outbox'"));
        foreach (var (name, text) in changes)
        {
            if (ChecksumOf(name) is { } old)
                digest.Remove(old);
            if (text is null)
            {
                Execute("DELETE FROM outbox WHERE name = $name", ("$name", name));
                continue;
            }
            var checksum = JournalHashing.OfPair("outbox", name, text);
            digest.Add(checksum);
            Execute(
                "INSERT INTO outbox (name, text, checksum) VALUES ($name, $text, $checksum) "
                    + "ON CONFLICT (name) DO UPDATE SET text = excluded.text, checksum = excluded.checksum",
                ("$name", name), ("$text", text), ("$checksum", checksum));
        }
        SetMeta("outbox", digest.Text);
    }

    /// <summary>The table is made for the first alert, so that a journal without any can still be read by an older gate.</summary>
    private void RequireOutbox()
    {
        var before = RequireSchema(SchemaVersion);
        if (before < SchemaWithAgenda)
            SetMeta("agenda", JournalJson.None);
        if (before == SchemaVersion)
            return;
        Execute(OutboxTable.Sql);
        SetMeta("outbox", new OutboxDigest().Text);
    }

    private string? ChecksumOf(string name)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = "SELECT checksum FROM outbox WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return command.ExecuteScalar() as string;
    }
}

/// <summary>How many rows the outbox has and what they are, whatever their order: so that one that vanished is noticed as well as one that changed.</summary>
internal sealed class OutboxDigest
{
    private readonly byte[] _sum = new byte[32];
    private long _count;

    internal string Text => string.Create(CultureInfo.InvariantCulture, $"{_count}:{Convert.ToHexStringLower(_sum)}");

    internal static OutboxDigest Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var digest = new OutboxDigest { _count = long.Parse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture) };
        digest.Mix(text[(colon + 1)..]);
        return digest;
    }

    /// <summary>A row is there.</summary>
    internal void Add(string checksum)
    {
        _count++;
        Mix(checksum);
    }

    /// <summary>A row that was there is not any more.</summary>
    internal void Remove(string checksum)
    {
        _count--;
        Mix(checksum);
    }

    private void Mix(string checksum)
    {
        var bytes = Convert.FromHexString(checksum);
        if (bytes.Length != _sum.Length)
            throw new FormatException($"'{checksum}' is no checksum");
        for (var i = 0; i < bytes.Length; i++)
            _sum[i] ^= bytes[i];
    }
}
