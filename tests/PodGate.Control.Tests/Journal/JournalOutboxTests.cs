using Microsoft.Data.Sqlite;
using PodGate.Control.Journal;

namespace PodGate.Control.Tests.Journal;

/// <summary>The outbox in the journal: written together with what caused it, whole, and no part of the chain.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class JournalOutboxTests
{
    [Fact]
    public async Task Rows_are_there_after_opening_again_and_those_that_went_are_not()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
        {
            journal.Start.Outbox.Should().BeEmpty();
            (await journal.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1, latch: "L1")) with { Outbox = [Row("a", "1"), Row("b", "1")] })).Should().BeTrue();
            (await journal.RecordAsync(new JournalEntry([]) { Outbox = [Row("a", "2"), Row("c", "1")] })).Should().BeTrue();
            (await journal.RecordAsync(new JournalEntry([]) { Outbox = [Row("b", null), Row("never", null)] })).Should().BeTrue();
        }

        await using var again = room.Open();
        again.Start.Outbox.Should().BeEquivalentTo([Row("a", "2"), Row("c", "1")]);
        again.Start.Sequence.Should().Be(1, "what becomes of an alert does not make the chain grow");
    }

    [Fact]
    public async Task Journal_of_an_older_gate_gets_the_table_with_the_first_alert_and_not_before()
    {
        using var room = new JournalRoom();
        await OlderJournal.PlaceAsync(room);
        await using (var journal = room.Open())
            (await journal.RecordAsync(JournalRoom.Entry(100, JournalRoom.Record("pod-a", 100)))).Should().BeTrue();
        Schema(room).Should().Be("1", "an older gate can still be gone back to");

        await using (var journal = room.Open())
            (await journal.RecordAsync(new JournalEntry([]) { Outbox = [Row("a", "1")] })).Should().BeTrue();
        Schema(room).Should().Be(JournalDatabase.SchemaVersion.ToString(System.Globalization.CultureInfo.InvariantCulture), "an older gate must not take it for damaged");

        await using (var journal = room.Open())
        {
            journal.Start.Outbox.Should().Equal(Row("a", "1"));
            (await journal.RecordAsync(new JournalEntry([]) { Agenda = JournalRoom.Agenda(2) })).Should().BeTrue();
        }

        await using var again = room.Open();
        again.Start.Outbox.Should().Equal(Row("a", "1"));
        again.Start.Agenda.Plans.Should().HaveCount(7);
        again.Start.Sequence.Should().Be(OlderJournal.Sequence + 2);
    }

    [Theory]
    [InlineData("UPDATE outbox SET text = '9' WHERE name = 'a'", "checksum")]
    [InlineData("DELETE FROM outbox WHERE name = 'a'", "not those that were written")]
    [InlineData("UPDATE outbox SET name = 'z' WHERE name = 'a'", "checksum")]
    [InlineData("DELETE FROM meta WHERE name = 'outbox'", "meta")]
    [InlineData("DROP TABLE outbox", "tables")]
    public async Task Outbox_that_is_not_what_was_written_is_refused(string sql, string says)
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            (await journal.RecordAsync(new JournalEntry([]) { Outbox = [Row("a", "1"), Row("b", "1")] })).Should().BeTrue();
        Run(room, sql);
        var refusal = room.RefusedOpen();
        refusal.Kind.Should().Be(JournalExceptionKind.Damaged);
        refusal.Message.Should().Contain(says);
    }

    [Fact]
    public async Task Recovery_from_the_head_has_no_alerts_and_from_the_journal_all()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            (await journal.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)) with { Outbox = [Row("a", "1")] })).Should().BeTrue();
        File.Delete(room.Head);
        room.Recover();
        await using (var journal = room.Open()) journal.Start.Outbox.Should().Equal(Row("a", "1"));

        File.Delete(room.Database);
        room.Recover();
        await using var again = room.Open();
        again.Start.Outbox.Should().BeEmpty();
    }

    private static OutboxRow Row(string name, string? text) => new(name, text);

    private static string Schema(JournalRoom room) => (string)Run(room, "SELECT value FROM meta WHERE name = 'schema'")!;

    private static object? Run(JournalRoom room, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={room.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
