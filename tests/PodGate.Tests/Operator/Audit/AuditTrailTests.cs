using PodGate.Control.Alerts;
using PodGate.Control.Takeover;
using PodGate.Operator;
using PodGate.Operator.Audit;
using PodGate.TestKit;

namespace PodGate.Tests.Operator.Audit;

/// <summary>What is written when, and what becomes of it when the disk, the power or another process comes in between.</summary>
public sealed class AuditTrailTests : IDisposable
{
    private readonly AuditRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task Acts_AreChained_AndOnTheDiskWhenTheyAreAcknowledged()
    {
        var trail = _room.Open();
        (await trail.WriteAsync(_room.Act())).Should().BeTrue();
        var first = _room.Entries().Single();
        (first.Number, first.Previous, first.Who, first.Target).Should().Be((1L, AuditLine.Genesis, "anna", "pod-a"));
        await _room.WriteAsync(trail, 2);
        _room.Entries().Select(entry => entry.Number).Should().Equal(3, 2, 1);
        _room.Entries()[1].Previous.Should().Be(first.Hash);
        trail.Head.Should().Be(new AuditHead(3, _room.Entries()[0].Hash));
        _room.Verify(trail.Head).Right.Should().BeTrue();
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Files_AreForTheirOwnerOnly()
    {
        await _room.WriteAsync(_room.Open(), 1);
        File.GetUnixFileMode(_room.Segments.Single()).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(_room.Files.Directory).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task ManyAtOnce_AreAllThere_EachOnce()
    {
        var trail = _room.Open();
        var written = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Task.Run(() => trail.WriteAsync(_room.Act(target: $"pod-{i}")))));
        written.Should().AllBeEquivalentTo(true);
        _room.Entries().Select(entry => entry.Target).Should().BeEquivalentTo(Enumerable.Range(0, 1000).Select(i => $"pod-{i}"));
        _room.Verify(trail.Head).Right.Should().BeTrue();
        trail.Reading.Entries.Should().Be(1000);
    }

    [Fact]
    public async Task NextProcess_GoesOnWithTheChain()
    {
        var before = _room.Open();
        await _room.WriteAsync(before, 3);
        before.Dispose();
        var after = _room.Open();
        after.Head.Should().Be(before.Head);
        await _room.WriteAsync(after, 1);
        _room.Segments.Should().ContainSingle();
        _room.Verify(after.Head).Should().BeEquivalentTo(new { Right = true, First = 1L, Entries = 4L });
    }

    [Fact]
    public async Task DiskThatTakesNothing_KeepsActsInOrder_AndHasThemLater()
    {
        var trail = _room.Open();
        _room.Block(1);
        (await trail.WriteAsync(_room.Act(target: "first"))).Should().BeFalse();
        trail.IsWritable.Should().BeFalse();
        (await trail.WriteAsync(_room.Act(target: "second"))).Should().BeFalse("nobody waits for a disk that is known to take nothing");
        _room.Notices.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Severity = AlertSeverity.Page, Resolved = false });
        trail.Reading.Waiting.Should().Be(2);
        trail.Reading.Head.Should().Be(0);
        trail.Reading.Failures.Should().BePositive();

        _room.Unblock(1);
        await UntilWritableAsync(trail);
        _room.Entries().Select(entry => entry.Target).Should().Equal("second", "first");
        _room.Notices.Should().HaveCount(2).And.ContainSingle(notice => notice.Resolved);
        _room.Verify(trail.Head).Right.Should().BeTrue();
    }

    [Fact]
    public async Task HalfALine_ThatAFailedWriteLeft_IsNotInTheTrail()
    {
        var trail = _room.Open();
        _room.Block(1);
        (await trail.WriteAsync(_room.Act())).Should().BeFalse();
        _room.Unblock(1);
        File.WriteAllText(_room.Files.PathOf(1), """{"number":1,"at":"2026-03""");
        await UntilWritableAsync(trail);
        _room.Verify(trail.Head).Should().BeEquivalentTo(new { Right = true, Entries = 1L });
        trail.Reading.IsDamaged.Should().BeFalse();
    }

    [Fact]
    public async Task TooMuchThatWaits_IsCounted_AndTheNextEntrySaysHowMuch()
    {
        var trail = _room.Open();
        _room.Block(1);
        for (var i = 0; i < AuditLimits.Waiting + 3; i++) (await trail.WriteAsync(_room.Act())).Should().BeFalse();
        (trail.Reading.Waiting, trail.Reading.Omitted).Should().Be((AuditLimits.Waiting, 3L));
        _room.Unblock(1);
        await UntilWritableAsync(trail);
        await _room.WriteAsync(trail, 1);
        _room.Entries()[0].Omitted.Should().Be(3);
    }

    [Fact]
    public async Task LineThatPowerLossLeftUnfinished_IsKeptAside_AndSaid()
    {
        var trail = _room.Open();
        await _room.WriteAsync(trail, 2);
        trail.Dispose();
        File.AppendAllText(_room.Segments.Single(), """{"number":3,"at":"2026-0""");
        _room.Verify().Right.Should().BeFalse("nobody has looked at it yet");

        trail = _room.Open();
        await Soon.BeTrueAsync(() => trail.Head!.Number == 3, "the gate has mended it without being asked");
        var mended = _room.Entries()[0];
        (mended.Act, mended.Who).Should().Be((AuditActs.Mended, "automation"));
        var aside = Directory.GetFiles(_room.Files.Directory, "*.torn-*").Single();
        File.ReadAllText(aside).Should().Be("""{"number":3,"at":"2026-0""");
        mended.Reason.Should().Contain(Path.GetFileName(aside));
        await _room.WriteAsync(trail, 1);
        _room.Verify(trail.Head).Should().BeEquivalentTo(new { Right = true, Entries = 4L });
        (trail.Reading.IsDamaged, _room.Notices.Count).Should().Be((false, 0));
    }

    [Theory]
    [InlineData("a changed byte")]
    [InlineData("a missing line")]
    [InlineData("garbage at the end")]
    [InlineData("nothing but garbage")]
    public async Task OtherDamage_IsSaid_AndTheTrailGoesOnInANewFile(string what)
    {
        var trail = _room.Open();
        await _room.WriteAsync(trail, 3);
        trail.Dispose();
        var path = _room.Segments.Single();
        var lines = File.ReadAllLines(path);
        File.WriteAllLines(path, what switch
        {
            "a changed byte" => [lines[0], lines[1].Replace("anna", "otto", StringComparison.Ordinal), lines[2]],
            "a missing line" => [lines[0], lines[2]],
            "garbage at the end" => [.. lines, "garbage"],
            _ => ["garbage"],
        });

        trail = _room.Open();
        trail.Reading.IsDamaged.Should().BeTrue();
        _room.Notices.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Severity = AlertSeverity.Page, Resolved = false });
        await _room.WriteAsync(trail, 1);
        _room.Segments.Should().HaveCount(2);
        var broken = _room.Entries()[1];
        broken.Act.Should().Be(AuditActs.Broken);
        broken.Reason.Should().Contain("00000001.jsonl").And.Contain("SHA-256");
        _room.Verify().Findings.Should().Contain(finding => finding.Where == "00000001.jsonl, line 2" || finding.Where == "00000001.jsonl, line 4" || what == "nothing but garbage");

        // It is said once: from now on the newest file is whole.
        trail.Dispose();
        _room.Notices.Clear();
        trail = _room.Open();
        (trail.Reading.IsDamaged, _room.Notices.Count).Should().Be((false, 0));
    }

    [Fact]
    public async Task FileThatChangesUnderARunningGate_IsDamage()
    {
        var trail = _room.Open();
        await _room.WriteAsync(trail, 3);
        var head = trail.Head!;
        File.WriteAllLines(_room.Segments.Single(), File.ReadAllLines(_room.Segments.Single())[..2]);
        await _room.WriteAsync(trail, 1);
        trail.Reading.IsDamaged.Should().BeTrue();
        var entries = _room.Entries();
        entries.Select(entry => entry.Number).Should().Equal(5, 4, 2, 1);
        entries[1].Previous.Should().Be(head.Hash, "the gate knows what was there");
        _room.Verify().Findings.Should().NotBeEmpty();
    }

    [Fact]
    public async Task TrailThatIsGoneUnderARunningGate_IsDamage()
    {
        var trail = _room.Open();
        await _room.WriteAsync(trail, 3);
        Directory.Delete(_room.Files.Directory, recursive: true);
        await _room.WriteAsync(trail, 1);
        trail.Head!.Number.Should().Be(5);
        _room.Verify().Findings.Select(finding => finding.What).Should().Contain(what => what.Contains("no checkpoint"));
    }

    [Fact]
    public async Task OldFiles_GoBehindACheckpoint_AndTheRestVerifies()
    {
        _room.Settings = new() { AuditKept = TimeSpan.FromDays(16) };
        var trail = _room.Open();
        for (var day = 0; day < 40; day++)
        {
            await _room.WriteAsync(trail, 2);
            _room.Time.Advance(TimeSpan.FromDays(1));
        }

        // A file is begun every other day, since it may last a day, and goes when all of it is older than 16 days.
        var oldest = _room.Entries()[^1];
        (_room.Time.GetUtcNow() - oldest.At).Should().BeGreaterThan(TimeSpan.FromDays(16)).And.BeLessThanOrEqualTo(TimeSpan.FromDays(20));
        var checkpoint = _room.Entries().First(entry => entry.Act == AuditActs.Pruned);
        checkpoint.Gone.Should().Be(new AuditHead(oldest.Number - 1, oldest.Previous));
        checkpoint.Reason.Should().Contain("Admin.AuditKept");
        _room.Verify(trail.Head).Right.Should().BeTrue();
        _room.Notices.Should().BeEmpty();
    }

    [Fact]
    public async Task TooManyBytes_PushOldEntriesOut_WhichIsAnAlert()
    {
        _room.Settings = new() { AuditMostBytes = 2 * AuditLimits.Segment };
        var trail = _room.Open();
        await _room.WriteAsync(trail, 1);
        for (var file = 0; file < 3; file++)
        {
            await _room.FillAsync(trail);
            await _room.WriteAsync(trail, 1);
        }

        _room.Files.List().Sum(segment => segment.Bytes).Should().BeLessThan(2 * AuditLimits.Segment);
        _room.Notices.Should().NotBeEmpty().And.OnlyContain(notice => notice.Severity == AlertSeverity.Warning && notice.Sentence.Contains("Admin.AuditMostBytes"));
        _room.Verify(trail.Head).Right.Should().BeTrue();
    }

    [Fact]
    public async Task TwoProcesses_OneAfterTheOther_NeverWriteAtOnce_AndLoseNothing()
    {
        var old = _room.Open();
        await _room.WriteAsync(old, 2);
        var young = _room.Prepare();

        // What is under way ends first.
        old.Enter();
        old.HandsOver = true;
        old.Invoking(trail => trail.Enter()).Should().Throw<ApiProblem>().Which.Status.Should().Be(503);
        var closing = old.CloseAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        (await old.WriteAsync(_room.Act(target: "under way"))).Should().BeTrue();
        closing.IsCompleted.Should().BeFalse();
        old.Leave();
        (await _room.Time.AdvanceUntilAsync(() => closing.IsCompleted, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(4))).Should().BeTrue();
        await closing;

        young.Begin(AuditActs.OfGate(AuditActs.TakenOver, _room.Time.GetUtcNow(), "process 2 has taken over from process 1"));
        await _room.WriteAsync(young, 1);
        old.Dispose();
        _room.Entries().Select(entry => entry.Act).Should().Equal("POST pods.drain", AuditActs.TakenOver, "POST pods.drain", "POST pods.drain", "POST pods.drain");
        _room.Entries()[2].Target.Should().Be("under way");
        _room.Verify(young.Head).Right.Should().BeTrue();
    }

    [Fact]
    public async Task TakeoverThatComesToNothing_GoesOnWithTheOldProcess()
    {
        var old = _room.Open();
        await _room.WriteAsync(old, 1);
        old.HandsOver = true;
        await old.CloseAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        old.HandsOver = false;
        var meanwhile = old.WriteAsync(_room.Act(target: "meanwhile"));
        meanwhile.IsCompleted.Should().BeFalse("the other process may be there");
        old.Reopen();
        (await meanwhile).Should().BeTrue();
        _room.Verify(old.Head).Should().BeEquivalentTo(new { Right = true, Entries = 2L });
    }

    [Fact]
    public async Task ActThatDoesNotEnd_KeepsTheOtherProcessFromTakingOver()
    {
        var old = _room.Open();
        old.Enter();
        old.HandsOver = true;
        var closing = old.CloseAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        (await _room.Time.AdvanceUntilAsync(() => closing.IsCompleted, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20))).Should().BeTrue();
        await closing.Awaiting(task => task).Should().ThrowAsync<TakeoverException>();
    }

    private async Task UntilWritableAsync(AuditTrail trail)
    {
        (await _room.Time.AdvanceUntilAsync(() => trail.IsWritable, TimeSpan.FromSeconds(1), TimeSpan.FromHours(3))).Should().BeTrue("the disk takes it again");
        await Soon.BeTrueAsync(() => trail.Reading.Waiting == 0, "all that waited is written");
    }
}
