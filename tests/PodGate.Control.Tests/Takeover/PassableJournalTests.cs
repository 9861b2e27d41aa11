using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Journal;
using PodGate.Control.Takeover;
using PodGate.Control.Tests.Journal;

namespace PodGate.Control.Tests.Takeover;

/// <summary>A journal that changes hands: never two writers, nothing lost, nothing written by whoever may not.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PassableJournalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task GivenUp_IsAnothersToTake_AtTheSamePlace_InTheNextEpoch()
    {
        using var room = new JournalRoom();
        await using var old = Passable(room, holds: false);
        (await old.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1, latch: "L1")))).Should().BeTrue();
        var closed = () => room.Open();
        closed.Should().Throw<JournalException>().Which.Kind.Should().Be(JournalExceptionKind.Locked);
        var given = await old.GiveUpAsync();
        given.Sequence.Should().Be(1);

        await using var young = Passable(room, holds: true);
        young.Position.Should().Be(given with { Epoch = given.Epoch + 1 });
        young.Start.Pods["pod-a"].Latch!.Id.Should().Be("L1");
    }

    [Fact]
    public async Task Held_WritesNothingBeforeItIsReleased_AndThenEverythingInOrder()
    {
        using var room = new JournalRoom();
        await using (var young = Passable(room, holds: true))
        {
            var record = young.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)));
            var commit = young.CommitAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2, latch: "L2")));
            await Task.WhenAny(record, Task.Delay(100));
            (record.IsCompleted, commit.IsCompleted, young.ReadNewest(10).Count).Should().Be((false, false, 0));
            young.Release();
            var later = young.RecordAsync(JournalRoom.Entry(3, JournalRoom.Record("pod-a", 3, disabled: true)));
            (await Task.WhenAll(record, commit, later).WaitAsync(Patience)).Should().Equal(true, true, true);
        }

        await using var again = room.Open();
        again.ReadNewest(10).Select(transition => transition.Number).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Held_ThatEndsWithoutBeingReleased_HasWrittenNothing_AndTheOldOneGoesOn()
    {
        using var room = new JournalRoom();
        await using var old = Passable(room, holds: false);
        var given = await old.GiveUpAsync();
        Task<bool> never;
        await using (var young = Passable(room, holds: true)) never = young.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)));
        (await never.WaitAsync(Patience)).Should().BeFalse();

        var meanwhile = old.RecordAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-b", 1)));
        await old.TakeBackAsync();
        (await meanwhile.WaitAsync(Patience)).Should().BeTrue("what came while it was given up is written when it is back");
        old.Position.Sequence.Should().Be(given.Sequence + 1);
        old.ReadNewest(10).Select(transition => transition.Number).Should().Equal(2);
    }

    [Fact]
    public async Task TakenBack_AfterSomebodyHasWritten_IsNotWritten_AndSaysSo()
    {
        using var room = new JournalRoom();
        await using var old = Passable(room, holds: false);
        var told = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        old.WritabilityChanged += told.SetResult;
        await old.GiveUpAsync();
        await using (var thief = room.Open()) (await thief.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)))).Should().BeTrue();

        await old.TakeBackAsync();
        (await told.Task.WaitAsync(Patience)).Should().Contain("somebody else has written to it");
        old.IsWritable.Should().BeFalse();
        (await old.CommitAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2)))).Should().BeFalse("nothing is enabled without a journal");
        (await old.RecordAsync(JournalRoom.Entry(3, JournalRoom.Record("pod-a", 3)))).Should().BeFalse("a move to safety is in effect and not durable");
        old.Backlog.Should().Be(1);
    }

    [Fact]
    public async Task TakenBack_WhileAnotherHasIt_IsTriedUntilItIsFree()
    {
        using var room = new JournalRoom();
        await using var old = Passable(room, holds: false);
        await old.GiveUpAsync();
        var other = room.Open();
        var back = old.TakeBackAsync();
        await Task.WhenAny(back, Task.Delay(250));
        back.IsCompleted.Should().BeFalse();
        await other.DisposeAsync();
        await back.WaitAsync(Patience);
        old.IsWritable.Should().BeTrue();
    }

    [Fact]
    public async Task AWriter_WhoseEpochIsNotTheNewest_DoesNotWrite()
    {
        using var room = new JournalRoom();
        var file = Path.Combine(room.Path, StateDirectory.JournalFile);
        var first = JournalOpening.Open(room.Path, new JournalLimits(), NullLogger.Instance);
        using (first.Database)
        {
            // Somebody who gets past all locks; here by the same connection, since SQLite's cannot be got past.
            using var command = first.Database!.Connection.CreateCommand();
            command.CommandText = "UPDATE meta SET value = '99' WHERE name = 'epoch'";
            command.ExecuteNonQuery();
            var rows = first.Image.RowsOf(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)), DateTimeOffset.UnixEpoch);
            var write = () => first.Database.Append(rows, first.Image.After(rows[0]), null, out _);
            write.Should().Throw<IOException>().Which.Message.Should().Contain("epoch 99").And.Contain($"epoch {first.Epoch}");
        }

        File.Exists(file).Should().BeTrue();
        var count = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString;
        await using var connection = new SqliteConnection(count);
        await connection.OpenAsync();
        await using var counting = connection.CreateCommand();
        counting.CommandText = "SELECT COUNT(*) FROM transitions";
        (await counting.ExecuteScalarAsync()).Should().Be(0L);
    }

    private static PassableJournal Passable(JournalRoom room, bool holds) => new(room.Open(), () => room.Open(), holds, TimeProvider.System, NullLogger.Instance);
}
