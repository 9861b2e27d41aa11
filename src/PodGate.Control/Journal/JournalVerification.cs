using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>What a journal that verified in itself says.</summary>
/// <param name="Image">What a gate starts from.</param>
/// <param name="Anchor">The transition before the oldest kept one.</param>
/// <param name="Newest">The newest transitions, oldest first.</param>
/// <param name="HashAtHead">The hash at the head's sequence, or null when the journal does not reach it or has pruned it.</param>
/// <param name="FromHead">The head with every later row applied, or null when there is no head or <paramref name="HashAtHead"/> is null.</param>
internal sealed record JournalContents(
    JournalImage Image,
    JournalAnchor Anchor,
    IReadOnlyList<Transition> Newest,
    string? HashAtHead,
    JournalImage? FromHead)
{
    /// <summary>The rows of the outbox.</summary>
    internal IReadOnlyList<OutboxRow> Outbox { get; init; } = [];
}

/// <summary>
/// Reads a whole journal and believes nothing in it: SQLite does not notice a flipped bit. Every transition is chained to the one before;
/// every row of state has a checksum, equals the record of its pod's newest transition, and goes into one hash over the whole state.
/// </summary>
internal sealed class JournalVerification
{
    private static readonly string[] MetaNames = ["anchor", "epoch", "freeze", "gate", "key", "number", "schema", "state", "unknown_pods"];
    private static readonly string[] MetaNamesWithAgenda = ["agenda", .. MetaNames];
    private static readonly string[] MetaNamesWithOutbox = [.. MetaNamesWithAgenda.Append("outbox").Order(StringComparer.Ordinal)];

    private readonly JournalDatabase _database;
    private readonly JournalLimits _limits;
    private readonly string _file;
    private readonly JournalImage? _head;
    private readonly Dictionary<string, string> _meta = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _newestRecords = new(StringComparer.Ordinal);
    private readonly Queue<JournalRow> _newest = new();
    private JournalAnchor _last;
    private int _schema;
    private string? _hashAtHead;
    private JournalImage? _fromHead;

    private JournalVerification(JournalDatabase database, string file, JournalImage? head, JournalLimits limits)
    {
        _database = database;
        _file = file;
        _head = head;
        _limits = limits;
    }

    /// <summary>Verifies everything; throws <see cref="JournalException"/> (Damaged, VersionTooNew), or SQLite's exception when it cannot read.</summary>
    internal static JournalContents Run(JournalDatabase database, string file, JournalImage? head, JournalLimits limits)
    {
        try
        {
            return new JournalVerification(database, file, head, limits).Verify();
        }
        catch (Exception e) when (JournalJson.IsDamage(e))
        {
            throw JournalException.Damaged(file, $"something in it cannot be read ({e.Message})", e);
        }
    }

    private JournalContents Verify()
    {
        if (_database.Text($"PRAGMA quick_check(1)") is var check and not "ok")
            throw Damaged($"SQLite finds it damaged ({check})");
        VerifyMeta();
        VerifySchema();
        var anchor = JournalAnchor.Parse(_meta["anchor"]);
        VerifyChain(anchor);
        var image = new JournalImage
        {
            GateId = _meta["gate"],
            Key = _meta["key"],
            Sequence = _last.Sequence,
            Hash = _last.Hash,
            Number = long.Parse(_meta["number"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
            Freeze = _meta["freeze"],
            Agenda = _meta.GetValueOrDefault("agenda", JournalJson.None),
            UnknownPodsStartDisabled = _meta["unknown_pods"] == "disabled",
            Pods = ReadPods(anchor),
        };
        if (JournalHashing.OfImage(image) != _meta["state"])
            throw Damaged($"tables meta, pods and transitions do not belong together: the hash of the whole state is not that of transition {_last.Sequence}");
        _ = image.ToState(writable: true); // What cannot be read now must not be found out later.
        return new JournalContents(image, anchor, [.. _newest.Select(row => row.ToTransition())], _hashAtHead, _fromHead) { Outbox = ReadOutbox() };
    }

    private void VerifyMeta()
    {
        using (var command = Select("SELECT name, value, checksum FROM meta ORDER BY name"))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var (name, value) = (reader.GetString(0), reader.GetString(1));
                if (reader.GetString(2) != JournalHashing.OfPair("meta", name, value))
                    throw Damaged($"table meta, row '{name}': its checksum does not fit");
                _meta.Add(name, value);
            }
        }
        if (!_meta.TryGetValue("schema", out var schema))
            throw Damaged("table meta has no row 'schema'");
        _schema = int.Parse(schema, CultureInfo.InvariantCulture);
        if (_schema > JournalDatabase.SchemaVersion)
        {
            throw new JournalException(
                JournalExceptionKind.VersionTooNew,
                _file,
                $"it was written by a newer PodGate (schema {_schema}; this one reads up to {JournalDatabase.SchemaVersion})",
                "Run the newer PodGate, or restore a backup from before it ran.");
        }
        var names = _schema < JournalDatabase.SchemaWithAgenda ? MetaNames
            : _schema < JournalDatabase.SchemaVersion ? MetaNamesWithAgenda : MetaNamesWithOutbox;
        if (!_meta.Keys.Order(StringComparer.Ordinal).SequenceEqual(names))
            throw Damaged($"table meta has the rows {string.Join(", ", _meta.Keys)}, and should have {string.Join(", ", names)}");
    }

    private void VerifySchema()
    {
        var found = new List<(string, string)>();
        using var command = Select("SELECT name, sql FROM sqlite_schema ORDER BY name");
        using var reader = command.ExecuteReader();
        while (reader.Read())
            found.Add((reader.GetString(0), reader.IsDBNull(1) ? "" : reader.GetString(1)));
        if (!found.SequenceEqual(JournalDatabase.SchemaOf(_schema)))
            throw Damaged("its tables are not those that PodGate makes");
    }

    private void VerifyChain(JournalAnchor anchor)
    {
        _last = anchor;
        if (_head is not null && _head.Sequence == anchor.Sequence)
            Meet(anchor);
        using var command = Select(
            "SELECT sequence, number, at, pod, came_from, went_to, cause, sentence, who, version, record, fleet, previous, hash FROM transitions ORDER BY sequence");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var row = Read(reader);
            if (row.Sequence != _last.Sequence + 1)
                throw Damaged($"table transitions: after sequence {_last.Sequence} comes {row.Sequence}");
            if (row.Previous != _last.Hash || JournalHashing.OfRow(row) != row.Hash)
                throw Damaged($"table transitions, sequence {row.Sequence}: the chain of hashes breaks here");
            _last = new JournalAnchor(row.Sequence, row.Hash);
            if (row.Record is not null)
                _newestRecords[row.Pod] = row.Record;
            _fromHead = _fromHead?.After(row);
            if (_head is not null && row.Sequence == _head.Sequence)
                Meet(_last);
            _newest.Enqueue(row);
            if (_newest.Count > _limits.InMemory)
                _newest.Dequeue();
        }
    }

    private void Meet(JournalAnchor point)
    {
        _hashAtHead = point.Hash;
        _fromHead = _head;
    }

    private ImmutableSortedDictionary<string, string> ReadPods(JournalAnchor anchor)
    {
        var pods = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        using var command = Select("SELECT name, record, checksum FROM pods");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (name, record) = (reader.GetString(0), reader.GetString(1));
            if (reader.GetString(2) != JournalHashing.OfPair("pods", name, record))
                throw Damaged($"table pods, row '{name}': its checksum does not fit");
            if (_newestRecords.TryGetValue(name, out var newest) ? newest != record : anchor.Sequence == 0)
                throw Damaged($"table pods, row '{name}': it is not what the newest transition of that pod says");
            pods.Add(name, record);
        }
        foreach (var name in _newestRecords.Keys)
        {
            if (!pods.ContainsKey(name))
                throw Damaged($"table pods has no row '{name}', although transitions speak of that pod");
        }
        return pods.ToImmutable();
    }

    private List<OutboxRow> ReadOutbox()
    {
        var rows = new List<OutboxRow>();
        if (_schema < JournalDatabase.SchemaVersion)
            return rows;
        var digest = new OutboxDigest();
        using var command = Select("SELECT name, text, checksum FROM outbox");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (name, text, checksum) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
            if (checksum != JournalHashing.OfPair("outbox", name, text))
                throw Damaged($"table outbox, row '{name}': its checksum does not fit");
            digest.Add(checksum);
            rows.Add(new OutboxRow(name, text));
        }
        if (digest.Text != _meta["outbox"])
            throw Damaged($"table outbox has {rows.Count} rows, which are not those that were written");
        return rows;
    }

    private static JournalRow Read(SqliteDataReader reader) => new(
        reader.GetInt64(0),
        reader.GetInt64(1),
        reader.GetInt64(2),
        reader.GetString(3),
        reader.GetString(4),
        reader.GetString(5),
        checked((int)reader.GetInt64(6)),
        reader.GetString(7),
        reader.GetString(8),
        reader.GetInt64(9),
        reader.IsDBNull(10) ? null : reader.GetString(10),
        reader.IsDBNull(11) ? null : reader.GetString(11),
        reader.GetString(12),
        reader.GetString(13));

    private SqliteCommand Select(string sql)
    {
        var command = _database.Connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private JournalException Damaged(string wrong) => JournalException.Damaged(_file, wrong);
}
