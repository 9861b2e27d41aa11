using PodGate.Control.Journal;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Journal;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class JournalRecoveryTests
{
    [Fact]
    public async Task A_whole_journal_is_left_alone()
    {
        using var room = await FilledAsync();
        var before = Files(room);
        room.Recover().Source.Should().Be(RecoverySource.Whole);
        Files(room).Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task A_damaged_journal_is_recovered_from_its_head_and_every_pod_in_traffic_is_disabled()
    {
        using var room = await FilledAsync();
        var bytes = File.ReadAllBytes(room.Database);
        bytes.AsSpan(4096).Fill(0x55);
        File.WriteAllBytes(room.Database, bytes);
        room.RefusedOpen().Kind.Should().Be(JournalExceptionKind.Damaged);

        var report = room.Recover();
        report.Source.Should().Be(RecoverySource.Head);
        report.Disabled.Should().Equal("pod-open");
        report.KeptAside.Should().Contain(file => file.Contains("journal.db.damaged-"));
        File.ReadAllBytes(report.KeptAside.First(file => file.Contains("journal.db.damaged-"))).Should().Equal(bytes);
        await CheckRecoveredAsync(room, sequence: 5);
    }

    [Fact]
    public async Task A_journal_behind_its_head_is_recovered_from_the_head()
    {
        using var room = await FilledAsync();
        var old = File.ReadAllBytes(room.Database);
        await using (var journal = room.Open())
            (await journal.RecordAsync(JournalRoom.Entry(9, JournalRoom.Record("pod-new", 1, latch: "L9")))).Should().BeTrue();
        File.WriteAllBytes(room.Database, old);
        room.RefusedOpen().Kind.Should().Be(JournalExceptionKind.Behind);
        room.Recover().Source.Should().Be(RecoverySource.Head);
        await using (var journal = room.Open())
            journal.Start.Pods["pod-new"].Latch!.Id.Should().Be("L9");
        await CheckRecoveredAsync(room, sequence: 6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_journal_without_a_good_head_keeps_its_history_but_is_not_believed_to_be_the_newest(bool missing)
    {
        using var room = await FilledAsync();
        if (missing)
            File.Delete(room.Head);
        else
            File.WriteAllText(room.Head, "{}");
        var report = room.Recover();
        report.Source.Should().Be(RecoverySource.Journal);
        report.Disabled.Should().Equal("pod-open");
        report.KeptAside.Should().HaveCount(missing ? 0 : 1);
        await CheckRecoveredAsync(room, sequence: 5);
        await using var journal = room.Open();
        journal.ReadNewest(100).Should().HaveCount(5);
    }

    [Fact]
    public async Task With_nothing_good_left_it_is_a_new_gate_whose_pods_start_disabled()
    {
        using var room = await FilledAsync();
        File.WriteAllBytes(room.Database, []);
        File.WriteAllBytes(room.Head, []);
        var report = room.Recover();
        report.Source.Should().Be(RecoverySource.Nothing);
        report.KeptAside.Should().HaveCountGreaterOrEqualTo(2);
        await using (var journal = room.Open())
        {
            journal.Start.Pods.Should().BeEmpty();
            journal.Start.UnknownPodsStartDisabled.Should().BeTrue();
            journal.Start.GateId.Should().Be(Convert.ToHexStringLower([.. JournalRoom.Randomness.Take(16).Select(b => (byte)(b + 100))]));
            (await journal.RecordAsync(JournalRoom.Entry(10, JournalRoom.Record("pod-a", 1, disabled: true)))).Should().BeTrue();
        }
        await using (var journal = room.Open())
        {
            journal.Start.UnknownPodsStartDisabled.Should().BeTrue("not all configured pods were seen yet");
            (await journal.RecordAsync(new JournalEntry([], AllPodsSeen: true))).Should().BeTrue();
        }
        await using (var journal = room.Open())
            journal.Start.UnknownPodsStartDisabled.Should().BeFalse();
    }

    [Fact]
    public async Task A_lost_journal_is_recovered_from_its_head()
    {
        using var room = await FilledAsync();
        File.Delete(room.Database);
        room.Recover().Source.Should().Be(RecoverySource.Head);
        await CheckRecoveredAsync(room, sequence: 5);
    }

    [Fact]
    public void Randomness_of_another_length_is_a_mistake()
    {
        var recover = () => SqliteJournal.Recover("/nowhere", TimeProvider.System, [1, 2, 3], Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        recover.Should().Throw<ArgumentException>();
    }

    private static async Task<JournalRoom> FilledAsync()
    {
        var room = new JournalRoom();
        await using var journal = room.Open();
        (await journal.CommitAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-open", 1)))).Should().BeTrue();
        (await journal.RecordAsync(JournalRoom.Entry(2, JournalRoom.Record("pod-latched", 1, latch: "L1")))).Should().BeTrue();
        (await journal.RecordAsync(JournalRoom.Entry(3, JournalRoom.Record("pod-disabled", 1, disabled: true)))).Should().BeTrue();
        return room;
    }

    /// <summary>After three (or four) transitions: one for the disabled pod, one for the mark.</summary>
    private static async Task CheckRecoveredAsync(JournalRoom room, long sequence)
    {
        await using var journal = room.Open();
        journal.Start.Writable.Should().BeTrue();
        journal.Start.Sequence.Should().Be(sequence);
        journal.Start.UnknownPodsStartDisabled.Should().BeTrue();
        journal.Start.GateId.Should().Be("0102030405060708090a0b0c0d0e0f10");
        journal.Start.Pods["pod-open"].Intent.Kind.Should().Be(IntentKind.Disabled);
        journal.Start.Pods["pod-open"].Intent.Who.Should().Be("recovery");
        journal.Start.Pods["pod-open"].Version.Should().Be(2);
        JournalJson.Write(journal.Start.Pods["pod-latched"]).Should().Be(JournalJson.Write(JournalRoom.Record("pod-latched", 1, latch: "L1")));
        JournalJson.Write(journal.Start.Pods["pod-disabled"]).Should().Be(JournalJson.Write(JournalRoom.Record("pod-disabled", 1, disabled: true)));
        journal.ReadNewest(2).Should().OnlyContain(transition => transition.Cause == Cause.Recovered);
    }

    private static Dictionary<string, string> Files(JournalRoom room) =>
        Directory.EnumerateFiles(room.Path).ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));
}
