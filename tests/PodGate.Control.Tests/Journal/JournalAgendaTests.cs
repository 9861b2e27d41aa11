using PodGate.Control.Journal;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Journal;

/// <summary>What is planned, and whose a drain is, in the journal; and journals of gates that knew neither.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class JournalAgendaTests
{
    [Fact]
    public void Agenda_is_read_as_it_was_written()
    {
        var agenda = JournalRoom.Agenda(7);
        var text = JournalAgenda.Write(agenda);
        var read = JournalAgenda.Read(text);
        JournalAgenda.Write(read).Should().Be(text);
        read.Plans.Should().Equal(agenda.Plans);
        read.Reminded.Should().Equal(agenda.Reminded);
        read.Plans.Select(plan => plan.Stage).Should().BeEquivalentTo(Enum.GetValues<MaintenanceStage>());
    }

    [Fact]
    public async Task Agenda_is_there_after_opening_again_and_the_last_one_counts()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
        {
            journal.Start.Agenda.Should().BeSameAs(Agenda.Empty);
            (await journal.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)) with { Agenda = JournalRoom.Agenda(1) })).Should().BeTrue();
            (await journal.RecordAsync(new JournalEntry([]) { Agenda = JournalRoom.Agenda(2) })).Should().BeTrue();
            (await journal.RecordAsync(JournalRoom.Entry(3, JournalRoom.Record("pod-a", 3)))).Should().BeTrue();
        }

        await using var again = room.Open();
        JournalAgenda.Write(again.Start.Agenda).Should().Be(JournalAgenda.Write(JournalRoom.Agenda(2)));
        again.ReadNewest(3)[1].Should().Match<Transition>(t => t.Pod == "" && t.Cause == Cause.MaintenancePlanned);
    }

    [Fact]
    public async Task What_is_only_told_of_a_pod_is_there_after_opening_again()
    {
        using var room = new JournalRoom();
        var told = JournalRoom.Transition(1, JournalRoom.Record("pod-a", 1)) with { Record = null, Cause = Cause.MaintenanceHeldBack };
        await using (var journal = room.Open())
            (await journal.RecordAsync(new JournalEntry([told]) { Agenda = JournalRoom.Agenda(1) })).Should().BeTrue();
        await using var again = room.Open();
        again.ReadNewest(1).Single().Should().Be(told).And.Match<Transition>(t => t.IsTold && t.IsLasting);
        again.Start.Pods.Should().BeEmpty();
    }

    [Fact]
    public async Task Owner_and_expiry_of_a_drain_are_kept()
    {
        using var room = new JournalRoom();
        var record = JournalRoom.Record("pod-a", 1, disabled: true);
        record = record with { Intent = record.Intent with { Owner = "ops \"team\"", Until = record.Intent.Since.AddHours(4) } };
        await using (var journal = room.Open())
            (await journal.RecordAsync(JournalRoom.Entry(1, record))).Should().BeTrue();
        await using var again = room.Open();
        again.Start.Pods["pod-a"].Should().Be(record);
    }

    [Fact]
    public async Task Head_without_what_the_journal_says_is_planned_is_refused()
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            (await journal.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1)) with { Agenda = JournalRoom.Agenda(1) })).Should().BeTrue();
        JournalHead.Write(room.Path, JournalHead.Read(room.Path) with { Agenda = JournalAgenda.Write(JournalRoom.Agenda(9)) });
        var refusal = room.RefusedOpen();
        refusal.Kind.Should().Be(JournalExceptionKind.Damaged);
        refusal.Message.Should().Contain("what is planned");
    }

    [Theory]
    [InlineData("journal.db")]
    [InlineData("journal.head")]
    public async Task Recovery_keeps_what_is_planned_but_enables_nothing_by_itself(string damaged)
    {
        using var room = new JournalRoom();
        await using (var journal = room.Open())
            (await journal.RecordAsync(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1, disabled: true)) with { Agenda = JournalRoom.Agenda(1) })).Should().BeTrue();
        File.WriteAllBytes(Path.Combine(room.Path, damaged), []);
        room.Recover();
        await using var again = room.Open();
        again.Start.Agenda.Plans.Select(plan => plan.Id).Should().Equal(JournalRoom.Agenda(1).Plans.Select(plan => plan.Id));
        again.Start.Agenda.Open.Should().NotBeEmpty().And.OnlyContain(plan => !plan.EnableWhenWell);
    }

    [Fact]
    public async Task Journal_of_a_gate_that_knew_no_plans_opens_and_takes_plans_from_then_on()
    {
        using var room = new JournalRoom();
        await OlderJournal.PlaceAsync(room);
        File.ReadAllText(room.Head).Should().Contain("\"format\":1").And.NotContain("agenda");
        await using (var journal = room.Open())
        {
            journal.Start.Agenda.Should().BeSameAs(Agenda.Empty);
            journal.Start.Sequence.Should().Be(OlderJournal.Sequence);
            journal.Start.Pods.Values.Should().OnlyContain(record => record.Intent.Owner == null);
            JournalRoom.Describe(journal.Start).Should().Contain("pod-b").And.Contain("latch-");
            File.ReadAllText(room.Head).Should().Contain("\"format\":1", "an older gate can still be gone back to");
            (await journal.RecordAsync(new JournalEntry([]) { Agenda = JournalRoom.Agenda(2) })).Should().BeTrue();
        }

        File.ReadAllText(room.Head).Should().Contain("\"format\":2", "an older gate must not take it for damaged, or forget what is planned");
        await using var again = room.Open();
        again.Start.Agenda.Plans.Should().HaveCount(7);
    }
}
