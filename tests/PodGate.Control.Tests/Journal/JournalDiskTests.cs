using System.Collections.Concurrent;
using PodGate.Control.Journal;
using Xunit.Abstractions;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Journal;

/// <summary>Disks that are full, read-only or failing: really so, not pretended.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class JournalDiskTests(ITestOutputHelper output)
{
    private static readonly JournalLimits Quick = new() { RetryAfter = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task A_disk_that_fills_up_while_running_refuses_commits_and_keeps_records_until_there_is_space()
    {
        using var disk = SmallDisk.Mount(output);
        if (disk is null)
            return;
        using var room = new JournalRoom(under: disk.Path);
        await using (var journal = room.Open(Quick))
        {
            var told = new ConcurrentQueue<string?>();
            journal.WritabilityChanged += told.Enqueue;
            (await journal.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)))).Should().BeTrue();

            disk.Fill();
            (await journal.RecordAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2, latch: "L2")))).Should().BeFalse();
            journal.IsWritable.Should().BeFalse();
            (await journal.CommitAsync(JournalRoom.Entry(3, JournalRoom.Record("pod-a", 3)))).Should().BeFalse("order is kept");
            for (var number = 4; number < 40; number++)
                (await journal.RecordAsync(JournalRoom.Entry(number, JournalRoom.Record($"pod-{(char)('a' + (number % 3))}", number, disabled: true)))).Should().BeFalse();
            journal.Backlog.Should().Be(37);
            journal.ReadNewest(10).Select(transition => transition.Number).Should().Equal(1);

            disk.Free();
            await Soon.BeTrueAsync(() => journal.IsWritable, "the journal is writable again");
            journal.Backlog.Should().Be(0);
            (await journal.CommitAsync(JournalRoom.Entry(40, JournalRoom.Record("pod-a", 40)))).Should().BeTrue();
            await Soon.BeTrueAsync(() => told.Count == 2, "both changes are told");
            told.First().Should().NotBeNullOrEmpty();
            told.Last().Should().BeNull();
        }
        await using var again = room.Open();
        again.ReadNewest(100).Select(transition => transition.Number).Should().Equal(new long[] { 1, 2 }.Concat(Enumerable.Range(4, 37).Select(number => (long)number)));
        again.Start.Pods["pod-a"].Version.Should().Be(40);
    }

    [Fact]
    public async Task A_commit_on_a_full_disk_is_refused_and_never_appears()
    {
        using var disk = SmallDisk.Mount(output);
        if (disk is null)
            return;
        using var room = new JournalRoom(under: disk.Path);
        await using (var journal = room.Open(Quick))
        {
            (await journal.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1, latch: "L")))).Should().BeTrue();
            disk.Fill();
            (await journal.CommitAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2)))).Should().BeFalse();
            journal.Backlog.Should().Be(0);
            disk.Free();
            await Soon.BeTrueAsync(() => journal.IsWritable, "the journal is writable again");
        }
        await using var again = room.Open();
        again.Start.Sequence.Should().Be(1);
        again.Start.Pods["pod-a"].Latch!.Id.Should().Be("L");
    }

    [Fact]
    public async Task A_disk_that_fills_up_at_any_byte_loses_nothing_and_invents_nothing()
    {
        using var disk = SmallDisk.Mount(output);
        if (disk is null)
            return;
        using var room = new JournalRoom(under: disk.Path);
        var durable = new List<long>();
        var waiting = new List<long>();
        long number = 0;
        await using (var journal = room.Open(Quick))
        {
            for (var round = 0; round < 12; round++)
            {
                disk.Fill();
                var room1 = new FileInfo(Path.Combine(disk.Path, "filler"));
                using (var filler = room1.OpenWrite())
                    filler.SetLength(Math.Max(0, filler.Length - (round * 4096)));
                for (var i = 0; i < 3; i++)
                {
                    number++;
                    ((await journal.RecordAsync(JournalRoom.Entry(number, JournalRoom.Record("pod-a", number)))) ? durable : waiting).Add(number);
                }
                disk.Free();
                await Soon.BeTrueAsync(() => journal.IsWritable && journal.Backlog == 0, "the journal is writable again");
            }
        }
        output.WriteLine($"{durable.Count} at once, {waiting.Count} later");
        durable.Should().NotBeEmpty();
        waiting.Should().NotBeEmpty();
        await using var again = room.Open();
        again.ReadNewest(100).Select(transition => transition.Number).Should().Equal(Enumerable.Range(1, (int)number).Select(n => (long)n), "each is there once, in order");
    }

    [Fact]
    public async Task A_full_disk_at_the_start_does_not_stop_the_gate()
    {
        using var disk = SmallDisk.Mount(output);
        if (disk is null)
            return;
        using var room = new JournalRoom(under: disk.Path);
        await using (var journal = room.Open())
            await JournalRoom.FillAsync(journal, 10);
        string wanted;
        await using (var journal = room.Open())
            wanted = JournalRoom.Describe(journal.Start);
        disk.Fill();
        await using (var journal = room.Open(Quick))
        {
            journal.Start.Writable.Should().BeFalse();
            JournalRoom.Describe(journal.Start).Should().Be(wanted);
            (await journal.RecordAsync(JournalRoom.Entry(11, JournalRoom.Record("pod-a", 11, latch: "L11")))).Should().BeFalse();
            disk.Free();
            await Soon.BeTrueAsync(() => journal.IsWritable, "the journal is writable");
        }
        await using var again = room.Open();
        again.Start.Pods["pod-a"].Latch!.Id.Should().Be("L11");
        again.Start.Sequence.Should().Be(11);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_only_disk_at_the_start_does_not_stop_the_gate_nor_hide_what_the_head_does_not_know(bool leftoverWal)
    {
        using var disk = SmallDisk.Mount(output);
        if (disk is null)
            return;
        using var room = new JournalRoom(under: disk.Path);
        var copies = Path.Combine(disk.Path, "copies");
        await using (var journal = room.Open())
            await JournalRoom.FillAsync(journal, 5);
        var head = File.ReadAllBytes(room.Head);
        await using (var journal = room.Open(new JournalLimits { Checkpoint = !leftoverWal }))
        {
            (await journal.RecordAsync(JournalRoom.Entry(6, JournalRoom.Record("pod-a", 6, latch: "L6")))).Should().BeTrue();
            room.CopyTo(copies);
        }
        foreach (var file in Directory.EnumerateFiles(copies))
            File.Copy(file, Path.Combine(room.Path, Path.GetFileName(file)), overwrite: true);
        File.WriteAllBytes(room.Head, head);

        disk.Remount(readOnly: true);
        try
        {
            await using var journal = room.Open(Quick);
            journal.Start.Writable.Should().BeFalse();
            journal.Start.Pods["pod-a"].Latch!.Id.Should().Be("L6", "its latch was acknowledged, although the head could not be written");
            journal.ReadNewest(1).Single().Number.Should().Be(6);
            (await journal.CommitAsync(JournalRoom.Entry(7, JournalRoom.Record("pod-a", 7)))).Should().BeFalse();
            (await journal.RecordAsync(JournalRoom.Entry(7, JournalRoom.Record("pod-b", 7, disabled: true)))).Should().BeFalse();
            disk.Remount(readOnly: false);
            await Soon.BeTrueAsync(() => journal.IsWritable, "the journal is writable");
        }
        finally
        {
            disk.Remount(readOnly: false);
        }
        await using var again = room.Open();
        again.Start.Sequence.Should().Be(7);
        again.Start.Pods["pod-b"].Version.Should().Be(7);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_either_starts_from_its_head()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            await JournalRoom.FillAsync(journal, 10);
        string wanted;
        // What waits in the outbox is in the database alone.
        await using (var journal = room.Open())
            wanted = JournalRoom.Describe(journal.Start with { Outbox = [] });
        // Reading the memory of this process at address 0 fails with the error of a failing disk.
        File.Move(room.Database, room.Database + ".away");
        File.CreateSymbolicLink(room.Database, "/proc/self/mem");
        await using (var journal = room.Open(Quick))
        {
            journal.Start.Writable.Should().BeFalse();
            JournalRoom.Describe(journal.Start).Should().Be(wanted);
            (await journal.RecordAsync(JournalRoom.Entry(11, JournalRoom.Record("pod-a", 11, latch: "L11")))).Should().BeFalse();
            File.Delete(room.Database);
            File.Move(room.Database + ".away", room.Database);
            await Soon.BeTrueAsync(() => journal.IsWritable, "the journal is writable");
            journal.ReadNewest(100).Should().HaveCount(11);
        }
        await using var again = room.Open();
        again.Start.Pods["pod-a"].Latch!.Id.Should().Be("L11");
    }

    [Fact]
    public async Task An_entry_whose_head_cannot_be_written_is_durable_and_no_more_are_taken_until_it_can()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open(Quick))
        {
            Directory.CreateDirectory(room.Head + ".new");
            (await journal.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)))).Should().BeTrue();
            journal.IsWritable.Should().BeFalse();
            (await journal.CommitAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2)))).Should().BeFalse();
            (await journal.RecordAsync(JournalRoom.Entry(3, JournalRoom.Record("pod-a", 3, latch: "L3")))).Should().BeFalse();
            Directory.Delete(room.Head + ".new");
            await Soon.BeTrueAsync(() => journal.IsWritable, "the journal is writable");
        }
        await using var again = room.Open();
        again.ReadNewest(10).Select(transition => transition.Number).Should().Equal(1, 3);
    }

    [Fact]
    public async Task A_journal_exchanged_under_a_running_gate_is_noticed_and_not_used()
    {
        using var room = new JournalRoom();
        using var other = new JournalRoom();
        await using (var journal = other.Open())
            await JournalRoom.FillAsync(journal, 3);
        await using (var journal = room.Open(Quick))
        {
            await JournalRoom.FillAsync(journal, 10);
            Directory.CreateDirectory(room.Head + ".new");
            (await journal.RecordAsync(JournalRoom.Entry(11, JournalRoom.Record("pod-a", 11)))).Should().BeTrue();
            other.CopyTo(room.Path + "-other");
            foreach (var file in Directory.EnumerateFiles(room.Path + "-other"))
                File.Copy(file, Path.Combine(room.Path, Path.GetFileName(file)), overwrite: true);
            (await journal.RecordAsync(JournalRoom.Entry(12, JournalRoom.Record("pod-a", 12)))).Should().BeFalse();
            Directory.Delete(room.Head + ".new");
            await Soon.BeTrueAsync(() => room.Log.Has(3007), "the exchange is noticed");
            journal.IsWritable.Should().BeFalse();
        }
        await using var again = room.Open();
        again.Start.Sequence.Should().Be(3);
    }

    [Fact]
    public async Task A_stop_writes_what_waits_when_the_disk_has_come_back_just_before()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
        {
            Directory.CreateDirectory(room.Head + ".new");
            (await journal.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)))).Should().BeTrue("only its head is missing");
            (await journal.RecordAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2, latch: "L2")))).Should().BeFalse();
            Directory.Delete(room.Head + ".new");
        }

        room.Log.Has(3006).Should().BeFalse("nothing is lost");
        await using var again = room.Open();
        again.Start.Pods["pod-a"].Latch!.Id.Should().Be("L2");
    }

    [Fact]
    public async Task A_stop_says_what_is_lost_when_the_disk_does_not_come_back()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
        {
            Directory.CreateDirectory(room.Head + ".new");
            (await journal.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)))).Should().BeTrue();
            (await journal.RecordAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2, latch: "L2")))).Should().BeFalse();
        }

        room.Log.Has(3006).Should().BeTrue("a latch is lost");
        Directory.Delete(room.Head + ".new");
    }
}
