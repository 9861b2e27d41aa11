using System.Globalization;
using Microsoft.Data.Sqlite;
using PodGate.Control.Journal;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Journal;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SqliteJournalTests
{
    [Fact]
    public async Task What_was_written_is_there_after_opening_again()
    {
        using var room = new JournalRoom();
        string written;
        await using (var journal = room.Open())
        {
            journal.Start.Pods.Should().BeEmpty();
            journal.Start.Writable.Should().BeTrue();
            journal.Start.GateId.Should().Be("0102030405060708090a0b0c0d0e0f10");
            journal.Start.Key.Low.Should().Be(0x1817161514131211);
            (await journal.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1, latch: "L1")))).Should().BeTrue();
            (await journal.RecordAsync(JournalRoom.Entry(5, JournalRoom.Record("pod-b", 1, disabled: true)))).Should().BeTrue();
            (await journal.RecordAsync(new JournalEntry([], FreezeChanged: true, new FreezeOrder("anna", "why", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue)))).Should().BeTrue();
            written = string.Join('\n', journal.ReadNewest(10).Select(transition => transition.ToString()));
        }

        await using var again = room.Open();
        again.Start.Sequence.Should().Be(3);
        again.Start.LastNumber.Should().Be(5);
        again.Start.Freeze.Should().Be(new FreezeOrder("anna", "why", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue));
        JournalJson.Write(again.Start.Pods["pod-a"]).Should().Be(JournalJson.Write(JournalRoom.Record("pod-a", 1, latch: "L1")));
        again.Start.Pods["pod-a"].Latch!.Evidence.Should().Equal("first line", "second line");
        again.Start.Pods["pod-b"].Should().Be(JournalRoom.Record("pod-b", 1, disabled: true));
        again.ReadNewest(10).Select(transition => transition.Number).Should().Equal(1, 5, 5);
        again.ReadNewest(1).Single().Cause.Should().Be(Cause.Frozen);
        string.Join('\n', again.ReadNewest(10).Select(transition => transition.ToString())).Should().Be(written);
    }

    [Fact]
    public async Task An_entry_of_several_transitions_is_one()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
        {
            var both = new[] { JournalRoom.Transition(1, JournalRoom.Record("pod-a", 1)), JournalRoom.Transition(2, JournalRoom.Record("pod-b", 1)) };
            (await journal.CommitAsync(new JournalEntry(both))).Should().BeTrue();
        }
        await using var again = room.Open();
        again.Start.Pods.Keys.Should().Equal("pod-a", "pod-b");
    }

    [Fact]
    public async Task Texts_that_a_file_cannot_hold_do_not_damage_it()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
        {
            var transition = JournalRoom.Transition(1, JournalRoom.Record("pod-a", 1)) with { Sentence = "lone \ud800 surrogate and \0 NUL" };
            (await journal.CommitAsync(new JournalEntry([transition]))).Should().BeTrue();
        }
        await using var again = room.Open();
        again.ReadNewest(1).Single().Sentence.Should().Be("lone \ufffd surrogate and \ufffd NUL");
    }

    [Fact]
    public async Task Many_entries_at_once_are_all_written_in_order()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
        {
            var answers = Enumerable.Range(1, 1500).Select(number => journal.RecordAsync(JournalRoom.Entry(number, JournalRoom.Record("pod-a", number)))).ToList();
            (await Task.WhenAll(answers)).Should().AllBeEquivalentTo(true);
            journal.Backlog.Should().Be(0);
        }
        await using var again = room.Open();
        again.ReadNewest(2000).Select(transition => transition.Number).Should().Equal(Enumerable.Range(1, 1500).Select(number => (long)number));
        again.Start.Pods["pod-a"].Version.Should().Be(1500);
    }

    [Fact]
    public async Task Old_transitions_are_pruned_and_the_rest_still_verifies()
    {
        using var room = new JournalRoom();
        var limits = new JournalLimits { Kept = 50, PruneBatch = 10, InMemory = 20 };
        await using (var journal = room.Open(limits))
        {
            (await journal.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-old", 1, latch: "L")))).Should().BeTrue();
            for (var number = 2; number <= 200; number++)
                (await journal.CommitAsync(JournalRoom.Entry(number, JournalRoom.Record("pod-a", number)))).Should().BeTrue();
            journal.ReadNewest(1000).Should().HaveCount(20);
        }
        await using (var again = room.Open())
        {
            again.Start.Sequence.Should().Be(200);
            again.Start.Pods["pod-old"].Latch!.Id.Should().Be("L", "a latch outlives its transition");
            again.ReadNewest(1000).Count.Should().BeInRange(50, 61);
        }
        Tamper(room, "DELETE FROM pods WHERE name = 'pod-old'");
        room.RefusedOpen().Kind.Should().Be(JournalExceptionKind.Damaged);
    }

    [Fact]
    public void Only_the_owner_can_reach_the_files()
    {
        using var room = new JournalRoom();
        File.GetUnixFileMode(room.Path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(room.Path))
            File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    [Fact]
    public void A_second_initialisation_is_refused()
    {
        using var room = new JournalRoom();
        var again = () => StateDirectory.Initialise(room.Path, TimeProvider.System, JournalRoom.Randomness);
        again.Should().Throw<JournalException>().Which.Kind.Should().Be(JournalExceptionKind.Exists);
        File.Delete(room.Database);
        again.Should().Throw<JournalException>().Which.Kind.Should().Be(JournalExceptionKind.Exists);
    }

    [Fact]
    public void A_directory_that_others_use_is_not_closed_to_them()
    {
        using var room = new JournalRoom(initialise: false);
        Directory.CreateDirectory(room.Path, (UnixFileMode)Convert.ToInt32("755", 8));
        var initialise = () => StateDirectory.Initialise(room.Path, TimeProvider.System, JournalRoom.Randomness);
        File.WriteAllText(Path.Combine(room.Path, "somebody-elses"), "");
        initialise.Should().Throw<JournalException>().Which.Kind.Should().Be(JournalExceptionKind.UnfitDirectory);
        File.Delete(Path.Combine(room.Path, "somebody-elses"));
        initialise.Should().NotThrow();
    }

    [Fact]
    public async Task A_missing_journal_is_refused_with_what_to_do()
    {
        using var room = new JournalRoom(initialise: false);
        room.RefusedOpen().Kind.Should().Be(JournalExceptionKind.Missing);
        Directory.CreateDirectory(room.Path);
        room.RefusedOpen().Message.Should().Contain("--init only for a new gate").And.Contain("--recover");
        StateDirectory.Initialise(Path.Combine(room.Parent, "other"), TimeProvider.System, JournalRoom.Randomness);
        await using (var journal = SqliteJournal.Open(Path.Combine(room.Parent, "other"), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))
            journal.IsWritable.Should().BeTrue();
        File.Delete(Path.Combine(room.Parent, "other", "journal.db"));
        File.Copy(Path.Combine(room.Parent, "other", "journal.head"), room.Head);
        room.RefusedOpen().Kind.Should().Be(JournalExceptionKind.Missing);
    }

    [Fact]
    public async Task A_second_opener_is_refused()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
        {
            room.RefusedOpen().Kind.Should().Be(JournalExceptionKind.Locked);
            ((Action)(() => room.Recover())).Should().Throw<JournalException>().Which.Kind.Should().Be(JournalExceptionKind.Locked);
            (await journal.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)))).Should().BeTrue();
        }
        await room.Open().DisposeAsync();
    }

    [Theory]
    [InlineData("UPDATE pods SET record = replace(record, '\"latch-', '\"natch-')", "pods")]
    [InlineData("DELETE FROM pods WHERE name = 'pod-b'", "pods")]
    [InlineData("UPDATE transitions SET sentence = 'other' WHERE sequence = 5", "sequence 5")]
    [InlineData("DELETE FROM transitions WHERE sequence = 5", "after sequence 4 comes 6")]
    [InlineData("UPDATE meta SET value = 'enabled ' WHERE name = 'unknown_pods'", "unknown_pods")]
    [InlineData("DELETE FROM meta WHERE name = 'freeze'", "meta")]
    [InlineData("DELETE FROM meta WHERE name = 'agenda'", "meta")]
    [InlineData("UPDATE meta SET value = replace(value, 'm-1', 'm-9') WHERE name = 'agenda'", "agenda")]
    [InlineData("CREATE TABLE other (x)", "tables")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON transitions BEGIN DELETE FROM pods; END", "tables")]
    public async Task Whatever_is_changed_is_found(string sql, string said)
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            await JournalRoom.FillAsync(journal, 20);
        Tamper(room, sql);
        var refusal = room.RefusedOpen();
        refusal.Kind.Should().Be(JournalExceptionKind.Damaged);
        refusal.Message.Should().Contain(said).And.Contain("--recover").And.StartWith(room.Database);
    }

    [Fact]
    public async Task A_journal_behind_its_head_is_refused_and_one_ahead_is_not()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            await JournalRoom.FillAsync(journal, 10);
        var (oldJournal, oldHead) = (File.ReadAllBytes(room.Database), File.ReadAllBytes(room.Head));
        string newest;
        await using (var journal = room.Open())
        {
            await JournalRoom.FillAsync(journal, 1);
            newest = journal.ReadNewest(1).Single().ToString();
        }
        var (newJournal, newHead) = (File.ReadAllBytes(room.Database), File.ReadAllBytes(room.Head));

        File.WriteAllBytes(room.Database, oldJournal);
        var refusal = room.RefusedOpen();
        refusal.Kind.Should().Be(JournalExceptionKind.Behind);
        refusal.Message.Should().Contain("sequence 10").And.Contain("sequence 11");

        File.WriteAllBytes(room.Database, newJournal);
        File.WriteAllBytes(room.Head, oldHead);
        await using (var journal = room.Open())
        {
            journal.Start.Sequence.Should().Be(11);
            journal.ReadNewest(1).Single().ToString().Should().Be(newest);
        }
        File.ReadAllBytes(room.Head).Should().Equal(newHead, "the head is brought up to the journal");

        // Another history of the same length.
        File.WriteAllBytes(room.Database, oldJournal);
        File.WriteAllBytes(room.Head, oldHead);
        await using (var journal = room.Open())
            (await journal.CommitAsync(JournalRoom.Entry(11, JournalRoom.Record("pod-z", 1)))).Should().BeTrue();
        File.WriteAllBytes(room.Head, newHead);
        room.RefusedOpen().Kind.Should().Be(JournalExceptionKind.Behind);
    }

    [Fact]
    public async Task A_journal_without_its_head_is_refused()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            await JournalRoom.FillAsync(journal, 10);
        File.Delete(room.Head);
        var refusal = room.RefusedOpen();
        refusal.Kind.Should().Be(JournalExceptionKind.Damaged);
        refusal.Message.Should().StartWith(room.Head).And.Contain("--recover");
    }

    [Fact]
    public async Task A_journal_of_a_newer_version_is_refused_as_such()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            await JournalRoom.FillAsync(journal, 2);
        var newer = (JournalDatabase.SchemaVersion + 1).ToString(CultureInfo.InvariantCulture);
        var checksum = JournalHashing.OfPair("meta", "schema", newer);
        Tamper(room, string.Create(CultureInfo.InvariantCulture, $"UPDATE meta SET value = '{newer}', checksum = '{checksum}' WHERE name = 'schema'"));
        room.RefusedOpen().Kind.Should().Be(JournalExceptionKind.VersionTooNew);
    }

    private static void Tamper(JournalRoom room, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={room.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
