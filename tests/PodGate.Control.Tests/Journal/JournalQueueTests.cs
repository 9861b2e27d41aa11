using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Journal;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Journal;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class JournalQueueTests
{
    [Fact]
    public async Task A_full_backlog_drops_the_oldest_entry_that_a_later_one_replaces()
    {
        var queue = new JournalQueue(4, NullLogger.Instance);
        queue.Fail([]);
        foreach (var (number, pod) in new[] { (1, "a"), (2, "b"), (3, "a"), (4, "c"), (5, "a"), (6, "b") })
            (await queue.Add(new WaitingEntry(JournalRoom.Entry(number, JournalRoom.Record(pod, number)), isCommit: false))).Should().BeFalse();
        // The fifth replaced the first, the sixth the second.
        queue.Backlog.Should().Be(4);
        queue.DroppedCount.Should().Be(2);
        Numbers(queue.Take(100)).Should().Equal(3, 4, 5, 6);
    }

    [Fact]
    public void The_newest_word_about_a_pod_is_never_dropped()
    {
        var queue = new JournalQueue(2, NullLogger.Instance);
        queue.Fail([]);
        for (var number = 1; number <= 5; number++)
            queue.Add(new WaitingEntry(JournalRoom.Entry(number, JournalRoom.Record($"pod-{number}", 1)), isCommit: false));
        queue.Backlog.Should().Be(5);
        queue.DroppedCount.Should().Be(0);
    }

    [Fact]
    public void The_newest_agenda_is_never_dropped()
    {
        var queue = new JournalQueue(2, NullLogger.Instance);
        queue.Fail([]);
        foreach (var (number, agenda) in new[] { (1, true), (2, false), (3, false), (4, true), (5, false) })
        {
            var entry = JournalRoom.Entry(number, JournalRoom.Record("pod-a", number));
            queue.Add(new WaitingEntry(agenda ? entry with { Agenda = JournalRoom.Agenda(number) } : entry, isCommit: false));
        }

        Numbers(queue.Take(100)).Should().Equal(4, 5);
    }

    [Fact]
    public async Task A_failure_refuses_waiting_commits_and_puts_records_back_in_order()
    {
        var queue = new JournalQueue(100, NullLogger.Instance);
        var first = queue.Add(new WaitingEntry(JournalRoom.Entry(1, JournalRoom.Record("a", 1)), isCommit: false));
        var second = queue.Add(new WaitingEntry(JournalRoom.Entry(2, JournalRoom.Record("a", 2)), isCommit: true));
        var taken = queue.Take(1);
        var third = queue.Add(new WaitingEntry(JournalRoom.Entry(3, JournalRoom.Record("a", 3)), isCommit: false));
        queue.Fail(taken);
        (await Task.WhenAll(first, second, third)).Should().Equal(false, false, false);
        (await queue.Add(new WaitingEntry(JournalRoom.Entry(4, JournalRoom.Record("a", 4)), isCommit: true))).Should().BeFalse();
        queue.TryBecomeWritable().Should().BeFalse();
        Numbers(queue.Take(100)).Should().Equal(1, 3);
        queue.TryBecomeWritable().Should().BeTrue();
    }

    [Fact]
    public void A_refused_commit_that_is_found_in_the_journal_is_undone()
    {
        var start = JournalImage.New(JournalRoom.Randomness);
        var before = JournalAttempt.Make(
            [new WaitingEntry(JournalRoom.Entry(1, JournalRoom.Record("pod-a", 1, latch: "L1")), isCommit: false)], start, DateTimeOffset.UnixEpoch).After;
        var attempt = JournalAttempt.Make(
            [
                new WaitingEntry(JournalRoom.Entry(2, JournalRoom.Record("pod-a", 2)), isCommit: true),
                new WaitingEntry(JournalRoom.Entry(3, JournalRoom.Record("pod-b", 1, latch: "L3")), isCommit: false),
                new WaitingEntry(JournalRoom.Entry(4, JournalRoom.Record("pod-c", 1)), isCommit: true),
            ],
            before,
            DateTimeOffset.UnixEpoch);

        var undo = attempt.Undo(DateTimeOffset.UnixEpoch)!;
        undo.Transitions.Select(transition => transition.Pod).Should().Equal("pod-a", "pod-c");
        undo.Transitions[0].Record!.Latch!.Id.Should().Be("L1");
        undo.Transitions[1].Record!.Intent.Kind.Should().Be(IntentKind.Disabled, "there is nothing to go back to");
        undo.FreezeChanged.Should().BeFalse();
    }

    private static IEnumerable<long> Numbers(IEnumerable<WaitingEntry> entries) => entries.SelectMany(entry => entry.Entry.Transitions).Select(transition => transition.Number);
}
