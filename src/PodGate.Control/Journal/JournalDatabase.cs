using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PodGate.Control.Journal;

/// <summary>The anchor of a chain: the transition before the oldest one that is kept.</summary>
/// <param name="Sequence">Its sequence; 0 when nothing was pruned.</param>
/// <param name="Hash">Its hash.</param>
internal readonly record struct JournalAnchor(long Sequence, string Hash)
{
    internal string Text => string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Hash}");

    internal static JournalAnchor Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new JournalAnchor(long.Parse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture), text[(colon + 1)..]);
    }
}

/// <summary>The database file: opening, the schema, and the one transaction that writes. Used by one thread at a time.</summary>
internal sealed partial class JournalDatabase : IDisposable
{
    /// <summary>
    /// 3 has an outbox, and 2 a row "agenda" in meta. A journal is no newer than what was written in it needs, so that older gates can read it for as long as
    /// that is possible.
    /// </summary>
    internal const int SchemaVersion = 3;

    /// <summary>From which one on there is a row "agenda" in meta.</summary>
    internal const int SchemaWithAgenda = 2;

    private const int SchemaWithoutAgenda = 1;

    private const int NoCheckpointOnClose = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE

    private JournalDatabase(SqliteConnection connection) => Connection = connection;

    internal SqliteConnection Connection { get; }

    /// <summary>The epoch that this connection began, and in which alone it writes; 0 before <see cref="BumpEpoch"/>.</summary>
    internal long Epoch { get; private set; }

    /// <summary>The tables, as SQLite itself remembers them: compared word for word when a journal is opened.</summary>
    internal static (string Name, string Sql)[] Schema { get; } =
    [
        ("meta", "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, checksum TEXT NOT NULL) WITHOUT ROWID"),
        ("pods", "CREATE TABLE pods (name TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL, checksum TEXT NOT NULL) WITHOUT ROWID"),
        ("transitions", "CREATE TABLE transitions (sequence INTEGER PRIMARY KEY, number INTEGER NOT NULL, at INTEGER NOT NULL, pod TEXT NOT NULL, "
            + "came_from TEXT NOT NULL, went_to TEXT NOT NULL, cause INTEGER NOT NULL, sentence TEXT NOT NULL, who TEXT NOT NULL, "
            + "version INTEGER NOT NULL, record TEXT, fleet TEXT, previous TEXT NOT NULL, hash TEXT NOT NULL)"),
    ];

    /// <summary>Makes a database whose chain begins at an image, and closes it.</summary>
    internal static void Create(string path, JournalImage image)
    {
        // SQLite gives the write-ahead log the mode of the database, so making the file first is enough for both.
        UnixFiles.WriteSynced(path, []);
        using (var database = Connect(path, SqliteOpenMode.ReadWrite, parameters: null))
            database.Fill(image);
        File.Delete(path + "-wal"); // Empty after the checkpoint, but it would not follow when the database is renamed.
    }

    private void Fill(JournalImage image)
    {
        Execute("PRAGMA page_size=4096");
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
        using (var transaction = Connection.BeginTransaction())
        {
            foreach (var (_, sql) in Schema)
                Execute(sql);
            SetMeta("schema", SchemaWithoutAgenda.ToString(CultureInfo.InvariantCulture));
            SetMeta("gate", image.GateId);
            SetMeta("key", image.Key);
            SetMeta("epoch", "0");
            SetMeta("anchor", new JournalAnchor(image.Sequence, image.Hash).Text);
            foreach (var (name, record) in image.Pods)
                SetPod(name, record);
            SetImage(image);
            transaction.Commit();
        }
        Checkpoint();
    }

    /// <summary>Opens for reading and writing, alone. Writes nothing yet.</summary>
    internal static JournalDatabase Open(string path)
    {
        var database = Connect(path, SqliteOpenMode.ReadWrite, parameters: null);
        try
        {
            database.Execute("PRAGMA synchronous=FULL");
        }
        catch
        {
            database.Dispose();
            throw;
        }
        return database;
    }

    /// <summary>Opens a file that cannot be written, and that nobody else can write either.</summary>
    internal static JournalDatabase OpenImmutable(string path) => Connect(path, SqliteOpenMode.ReadOnly, "immutable=1");

    /// <summary>
    /// Appends rows and what follows from them, all or nothing. <paramref name="reachedCommit"/> is false while it is certain that nothing
    /// of it can be in the file.
    /// </summary>
    internal void Append(
        IReadOnlyList<JournalRow> rows, JournalImage after, JournalAnchor? pruneTo, out bool reachedCommit, IReadOnlyCollection<OutboxRow>? outbox = null)
    {
        reachedCommit = false;
        using var transaction = Connection.BeginTransaction();
        RequireOwnEpoch();
        foreach (var row in rows)
        {
            Insert(row);
            if (row.Record is not null)
                SetPod(row.Pod, row.Record);
        }
        if (pruneTo is { } anchor)
        {
            Execute("DELETE FROM transitions WHERE sequence <= $sequence", ("$sequence", anchor.Sequence));
            SetMeta("anchor", anchor.Text);
        }
        ChangeOutbox(outbox ?? []);
        SetImage(after);
        reachedCommit = true;
        transaction.Commit();
    }

    /// <summary>A durable write that changes nothing but a counter: shows that the journal can be written, and tells writers apart.</summary>
    internal long BumpEpoch()
    {
        var epoch = NewestEpoch() + 1;
        using var transaction = Connection.BeginTransaction();
        SetMeta("epoch", epoch.ToString(CultureInfo.InvariantCulture));
        transaction.Commit();
        Epoch = epoch;
        return epoch;
    }

    /// <summary>
    /// Locks keep a second writer away. Should one ever get past them, whoever opened last is the one who writes, and nobody writes what another one's entries
    /// do not lead to.
    /// </summary>
    private void RequireOwnEpoch()
    {
        if (NewestEpoch() is var newest && newest != Epoch)
            throw new JournalTakenException($"another gate has opened the journal: it is in epoch {newest}, and this gate writes in epoch {Epoch}; it writes no more until it is restarted");
    }

    private long NewestEpoch() => long.Parse(Text($"SELECT value FROM meta WHERE name = 'epoch'"), CultureInfo.InvariantCulture);

    /// <summary>Raises the schema when it is lower. Returns what it was.</summary>
    private int RequireSchema(int least)
    {
        var found = int.Parse(Text($"SELECT value FROM meta WHERE name = 'schema'"), CultureInfo.InvariantCulture);
        if (found < least) SetMeta("schema", least.ToString(CultureInfo.InvariantCulture));
        return found;
    }

    /// <summary>Moves the write-ahead log into the database file: what is in the log only, a flipped bit could make SQLite forget.</summary>
    internal void Checkpoint()
    {
        using var command = Connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        using var reader = command.ExecuteReader();
        if (!reader.Read() || reader.GetInt64(0) != 0)
            throw new IOException("SQLite could not move its write-ahead log into the journal.");
    }

    internal string HashAt(long sequence) => Text($"SELECT hash FROM transitions WHERE sequence = {sequence}");

    internal string Text(FormattableString sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = FormattableString.Invariant(sql);
        return command.ExecuteScalar() as string ?? throw new FormatException($"'{command.CommandText}' finds nothing");
    }

    /// <inheritdoc/>
    public void Dispose() => Connection.Dispose();

    private static JournalDatabase Connect(string path, SqliteOpenMode mode, string? parameters)
    {
        var source = parameters is null ? path : "file://" + Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal) + "?" + parameters;
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = source,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 1, // seconds; the lock file has told other gates away before, so nothing is worth waiting for
        }.ConnectionString);
        var database = new JournalDatabase(connection);
        try
        {
            connection.Open();
            // Closing must not write: a journal that is refused has to stay as it was found.
            var result = raw.sqlite3_db_config(connection.Handle!, NoCheckpointOnClose, 1, out _);
            if (result != raw.SQLITE_OK)
                throw new SqliteException("SQLite cannot be told to leave its log alone when it closes.", result);
            database.Execute("PRAGMA locking_mode=EXCLUSIVE");
            database.Execute("PRAGMA cell_size_check=ON");
            database.Execute("PRAGMA trusted_schema=OFF");
        }
        catch
        {
            database.Dispose();
            throw;
        }
        return database;
    }

    private void SetImage(JournalImage image)
    {
        SetMeta("number", image.Number.ToString(CultureInfo.InvariantCulture));
        SetMeta("freeze", image.Freeze);
        if (image.Agenda != JournalJson.None)
        {
            RequireSchema(SchemaWithAgenda);
            SetMeta("agenda", image.Agenda);
        }

        SetMeta("unknown_pods", image.UnknownPodsStartDisabled ? "disabled" : "enabled");
        SetMeta("state", JournalHashing.OfImage(image));
    }

    private void SetMeta(string name, string value) => Execute(
        "INSERT INTO meta (name, value, checksum) VALUES ($name, $value, $checksum) "
            + "ON CONFLICT (name) DO UPDATE SET value = excluded.value, checksum = excluded.checksum",
        ("$name", name), ("$value", value), ("$checksum", JournalHashing.OfPair("meta", name, value)));

    private void SetPod(string name, string record) => Execute(
        "INSERT INTO pods (name, record, checksum) VALUES ($name, $record, $checksum) "
            + "ON CONFLICT (name) DO UPDATE SET record = excluded.record, checksum = excluded.checksum",
        ("$name", name), ("$record", record), ("$checksum", JournalHashing.OfPair("pods", name, record)));

    private void Insert(JournalRow row) => Execute(
        "INSERT INTO transitions (sequence, number, at, pod, came_from, went_to, cause, sentence, who, version, record, fleet, previous, hash) "
            + "VALUES ($sequence, $number, $at, $pod, $from, $to, $cause, $sentence, $who, $version, $record, $fleet, $previous, $hash)",
        ("$sequence", row.Sequence), ("$number", row.Number), ("$at", row.At), ("$pod", row.Pod), ("$from", row.From), ("$to", row.To),
        ("$cause", row.Cause), ("$sentence", row.Sentence), ("$who", row.Who), ("$version", row.Version),
        ("$record", row.Record), ("$fleet", row.Fleet), ("$previous", row.Previous), ("$hash", row.Hash));

    private void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}
