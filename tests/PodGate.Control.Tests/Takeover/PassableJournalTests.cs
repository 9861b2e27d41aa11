using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Journal;
using PodGate.Control.Takeover;
using PodGate.Control.Tests.Journal;
using PodGate.TestKit;

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
        await old.TakeBackAsync(Task.CompletedTask);
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

        await old.TakeBackAsync(Task.CompletedTask);
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
        var back = old.TakeBackAsync(Task.CompletedTask);
        await Task.WhenAny(back, Task.Delay(250));
        back.IsCompleted.Should().BeFalse();
        await other.DisposeAsync();
        await back.WaitAsync(Patience);
        old.IsWritable.Should().BeTrue();
    }

    [Fact]
    public async Task GivenUp_WhileSomethingWaitsForTheDisk_ItStaysOpen_AndNothingIsLost()
    {
        using var room = new JournalRoom();
        await using (var old = Passable(room, holds: false))
        {
            Directory.CreateDirectory(room.Head + ".new");
            (await old.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)))).Should().BeTrue("only its head is missing");
            (await old.RecordAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2, latch: "L2")))).Should().BeFalse();
            await old.Awaiting(journal => journal.GiveUpAsync().WaitAsync(Patience)).Should().ThrowAsync<TakeoverException>();
            await old.TakeBackAsync(Task.CompletedTask);
            old.Backlog.Should().Be(1);
            old.IsWritable.Should().BeFalse();
            Directory.Delete(room.Head + ".new");
            await Soon.BeTrueAsync(() => old is { IsWritable: true, Backlog: 0 }, "the disk is back");
        }

        await using var again = room.Open();
        again.Start.Pods["pod-a"].Latch!.Id.Should().Be("L2");
    }

    [Fact]
    public async Task GivenUp_WhileTheDiskHangs_IsHadBackAtOnce()
    {
        using var room = new JournalRoom();
        using var disk = new HangingDisk(room);
        await using var old = new PassableJournal(disk.Open(), disk.Open, holds: false, TimeProvider.System, NullLogger.Instance);
        var slow = await disk.HangAsync(old);
        var given = old.GiveUpAsync();
        await Task.WhenAny(given, Task.Delay(100));
        given.IsCompleted.Should().BeFalse("it waits for the disk");
        await old.TakeBackAsync(Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(2));
        await given.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<TakeoverException>();
        var later = old.RecordAsync(JournalRoom.Entry(3, JournalRoom.Record("pod-a", 3, latch: "L3")));
        slow.IsCompleted.Should().BeFalse();
        disk.GoOn();
        (await Task.WhenAll(slow, later).WaitAsync(Patience)).Should().Equal(true, true);
    }

    [Fact]
    public async Task TakenBack_WhileItDoesNotOpen_IsNotWaitedFor_AndNoRefusedCommitComesAbout()
    {
        using var room = new JournalRoom();
        using var hangs = new ManualResetEventSlim();
        await using (var old = new PassableJournal(room.Open(), OpenLate, holds: false, TimeProvider.System, NullLogger.Instance))
        {
            await old.GiveUpAsync();
            var commit = old.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)));
            var record = old.RecordAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-b", 1, latch: "L1")));
            await old.TakeBackAsync(Task.CompletedTask).WaitAsync(Patience);
            (await commit.WaitAsync(Patience), await record.WaitAsync(Patience)).Should().Be((false, false));
            (old.IsWritable, old.Backlog).Should().Be((false, 1));
            hangs.Set();
            await Soon.BeTrueAsync(() => old is { IsWritable: true, Backlog: 0 }, "it is open again");
            await Soon.BeTrueAsync(() => old.ReadNewest(10).Count > 0, "what waited is written");
        }

        await using var again = room.Open();
        again.Start.Pods.Keys.Should().Equal("pod-b");

        SqliteJournal OpenLate()
        {
            hangs.Wait();
            return room.Open();
        }
    }

    [Fact]
    public async Task TakenBack_WhereItCannotBeWritten_SaysSo_AndAgainWhenItCan()
    {
        using var room = new JournalRoom();
        await using var old = Passable(room, holds: false);
        var told = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        old.WritabilityChanged += told.Enqueue;
        await old.GiveUpAsync();
        Directory.CreateDirectory(room.Head + ".new");
        await old.TakeBackAsync(Task.CompletedTask);
        old.IsWritable.Should().BeFalse();
        told.Should().ContainSingle().Which.Should().NotBeNull();
        Directory.Delete(room.Head + ".new");
        await Soon.BeTrueAsync(() => told.Count == 2, "it is told");
        told.Last().Should().BeNull();
    }

    [Fact]
    public async Task AWriter_WhoseEpochIsNotTheNewest_WritesNoMore_AndOpensNothingAgain()
    {
        using var room = new JournalRoom();
        var opened = JournalOpening.Open(room.Path, new JournalLimits(), NullLogger.Instance);
        await using (var command = opened.Database!.Connection.CreateCommand())
        {
            command.CommandText = $"UPDATE meta SET value = '99', checksum = '{JournalHashing.OfPair("meta", "epoch", "99")}' WHERE name = 'epoch'";
            await command.ExecuteNonQueryAsync();
        }

        var writer = new JournalWriter(room.Path, opened, null, new JournalLimits { RetryAfter = TimeSpan.FromMilliseconds(20) }, TimeProvider.System, room.Log);
        (await writer.Add(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)), isCommit: false).WaitAsync(Patience)).Should().BeFalse();
        await Task.Delay(300);
        (writer.IsWritable, writer.Backlog).Should().Be((false, 1));
        await writer.StopAsync().WaitAsync(Patience);
        room.Log.Has(3006).Should().BeTrue("it says what is lost");
        await using var again = room.Open();
        (again.Start.Sequence, again.Position.Epoch).Should().Be((0, 100), "nobody else has opened it");
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

    /// <summary>Stalls the writer thread after its next write, as a disk does whose sync does not return.</summary>
    private sealed class HangingDisk(JournalRoom room) : ILogger, IDisposable
    {
        private const int Pruned = 3013;
        private readonly ManualResetEventSlim _goesOn = new();
        private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SqliteJournal Open() => SqliteJournal.Open(room.Path, TimeProvider.System, this, new JournalLimits { Kept = 1, PruneBatch = 0 });

        public async Task<Task<bool>> HangAsync(PassableJournal journal)
        {
            (await journal.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1))).WaitAsync(Patience)).Should().BeTrue();
            var slow = journal.RecordAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2)));
            await _hangs.Task.WaitAsync(Patience);
            return slow;
        }

        public void GoOn() => _goesOn.Set();

        public void Dispose()
        {
            _goesOn.Set();
            _goesOn.Dispose();
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != Pruned) return;
            _hangs.TrySetResult();
            _goesOn.Wait();
        }
    }
}
