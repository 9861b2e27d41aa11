using System.Collections.Immutable;
using PodGate.Core.Canaries;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Canaries;

public sealed class CanaryJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 8, 0, 0, TimeSpan.Zero);
    private static readonly CanarySettings Settings = new();

    // Sources of the group and of the others; of each, failures of 100 requests before and since; by how many steps answers take longer since.
    [Theory]
    [InlineData(60, 240, "0 0", "0 0", "0 0", CanaryVerdict.Pass)]          // nothing fails at all
    [InlineData(60, 240, "1 1", "1 1", "0 0", CanaryVerdict.Pass)]          // nothing has changed
    [InlineData(60, 240, "1 3", "1 1", "0 0", CanaryVerdict.Fail)]          // three times the errors
    [InlineData(60, 240, "2 2", "1 1", "0 0", CanaryVerdict.Pass)]          // twice as many, but by nature
    [InlineData(60, 240, "2 4", "1 1", "0 0", CanaryVerdict.Fail)]          // twice as many by nature, and twice as many of them
    [InlineData(60, 240, "1 3", "1 3", "0 0", CanaryVerdict.Pass)]          // everywhere alike
    [InlineData(60, 240, "2 6", "1 3", "0 0", CanaryVerdict.Pass)]          // everywhere alike, though the group fails more by nature
    [InlineData(60, 240, "2 6", "1 1", "0 0", CanaryVerdict.Fail)]
    [InlineData(60, 240, "9 11", "9 9", "0 0", CanaryVerdict.Pass)]         // surely more, but by less than matters
    [InlineData(22, 240, "1 1", "1 1", "0 0", CanaryVerdict.Inconclusive)] // nothing has changed, but they are few
    [InlineData(60, 240, "3 1", "1 1", "0 0", CanaryVerdict.Pass)]          // better
    [InlineData(60, 240, "1 1", "1 1", "1 0", CanaryVerdict.Fail)]          // slower by a step, a factor of 1.4
    [InlineData(60, 240, "1 1", "1 1", "1 1", CanaryVerdict.Pass)]          // as all are
    [InlineData(60, 240, "1 1", "1 1", "-1 0", CanaryVerdict.Pass)]         // faster
    [InlineData(19, 240, "0 90", "0 0", "9 0", CanaryVerdict.Inconclusive)] // too few
    [InlineData(60, 19, "0 90", "0 0", "9 0", CanaryVerdict.Inconclusive)]
    public void Judge_Sources_Verdict(int group, int others, string groupFails, string othersFail, string later, CanaryVerdict verdict)
    {
        var steps = Numbers(later);
        var sample = new CanarySample(Alike(group, Numbers(groupFails), steps[0]), Alike(others, Numbers(othersFail), steps[1]));

        var judgement = CanaryJudge.Judge(sample, 3, Settings);

        judgement.Verdict.Should().Be(verdict, judgement.Sentence);
        (judgement.Sources, judgement.Others, judgement.Mark).Should().Be((group, others, 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    public void Judge_AFewCustomersWhoseRequestsAllFail_AreNoEvidence(int broken)
    {
        var group = Alike(60 - broken, [1, 1], 0).AddRange(Enumerable.Range(0, broken).Select(slot => new SourcePair(slot, Tally(100, 0, 0), Tally(10_000, 9_000, 0))));

        CanaryJudge.Judge(new CanarySample(group, Alike(240, [1, 1], 0)), 3, Settings).Verdict.Should().NotBe(CanaryVerdict.Fail);
    }

    [Fact]
    public void Judge_OthersWhoBreak_DoNotHideABadCanary()
    {
        var others = Alike(235, [1, 1], 0).AddRange(Enumerable.Range(0, 5).Select(slot => new SourcePair(slot, Tally(100, 0, 0), Tally(10_000, 9_000, 0))));

        CanaryJudge.Judge(new CanarySample(Alike(60, [1, 4], 0), others), 3, Settings).Verdict.Should().Be(CanaryVerdict.Fail);
    }

    [Fact]
    public void Judge_SaysWhatItCompared()
    {
        CanaryJudge.Judge(new CanarySample(Alike(60, [1, 3], 0), Alike(240, [1, 1], 0)), 3, Settings).Sentence.Should().MatchRegex(
            @"^it is worse: 3 % of 6000 requests failed, 1 % of the same sources' before, on the other pods 1 % and 1 %: 2\.\d+ times what would be expected, by chance once in \d+ at most; the first byte takes 0\.98 times as long as before, on the other pods 1\.00 times: 0\.98 times what would be expected$");
        CanaryJudge.Judge(new CanarySample(Alike(12, [1, 3], 0), Alike(240, [1, 1], 0)), 3, Settings with { Requests = 5000 }).Sentence.Should().Be(
            "too little was seen of those that were there before, too: 12 of at least 20 sources of the group, 1200 of at least 5000 requests of the group");
    }

    [Fact]
    public void Look_BetweenTwoMarks_IsTheLastWord_AndAFailureStays()
    {
        var (trial, at) = Trial(onCanary: SlotOutcome.ServerError);
        var none = CanaryJudge.Look(CanaryJudgement.None, trial, at.AddMinutes(5).AddSeconds(-1), Settings);
        var first = CanaryJudge.Look(none, trial, at.AddMinutes(5), Settings);

        none.Should().BeSameAs(CanaryJudgement.None);
        first.Verdict.Should().Be(CanaryVerdict.Fail, first.Sentence);
        CanaryJudge.Look(first, trial, at.AddHours(9), Settings).Should().BeSameAs(first);

        var (well, since) = Trial(onCanary: SlotOutcome.Fine);
        var judged = CanaryJudge.Look(none, well, since.AddMinutes(5), Settings);
        CanaryJudge.Look(judged, well, since.AddMinutes(5).AddSeconds(10), Settings).Should().BeSameAs(judged);
        CanaryJudge.Look(judged, well, since.AddMinutes(7), Settings).Mark.Should().Be(1);
    }

    [Fact]
    public void Trial_WhoIsServedByTheCanaryIsOfTheGroup_AndTheWarmUpDoesNotCount()
    {
        var before = new SourceLedger(Now, Settings.Before);
        foreach (var slot in (int[])[1, 2, 3]) before.Record(slot, SlotOutcome.Fine, Now, TimeSpan.Zero);
        var trial = new CanaryTrial(before, Now.AddMinutes(9), Settings);
        trial.Record(onCanary: true, 3, SlotOutcome.Broken, Now.AddMinutes(9), TimeSpan.Zero);
        foreach (var slot in (int[])[1, 2, 4]) trial.Record(onCanary: false, slot, SlotOutcome.Fine, trial.Since, TimeSpan.Zero);
        foreach (var slot in (int[])[2, 5]) trial.Record(onCanary: true, slot, SlotOutcome.Fine, trial.Since, TimeSpan.Zero);

        var sample = trial.Sample(trial.Since);

        sample.Group.Select(source => source.Slot).Should().Equal(2);
        sample.Others.Select(source => source.Slot).Should().Equal(1);
    }

    private static (CanaryTrial Trial, DateTimeOffset Since) Trial(SlotOutcome onCanary)
    {
        var before = new SourceLedger(Now, Settings.Before);
        var (time, trial) = (TimeSpan.FromMilliseconds(30), default(CanaryTrial));
        for (var minute = 0; minute < 60; minute++)
            for (var slot = 0; slot < 200; slot++) before.Record(slot, SlotOutcome.Fine, Now.AddMinutes(minute), time);
        trial = new CanaryTrial(before, Now.AddMinutes(60), Settings);
        for (var minute = 0; minute < 10; minute++)
            for (var slot = 0; slot < 200; slot++)
                trial.Record(slot < 60, slot, slot < 60 && minute % 2 == 0 ? onCanary : SlotOutcome.Fine, trial.Since.AddMinutes(minute), time);
        return (trial, trial.Since);
    }

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(int.Parse)];

    private static ImmutableArray<SourcePair> Alike(int count, int[] failures, int later) =>
        [.. Enumerable.Range(1000, count).Select(slot => new SourcePair(slot, Tally(100, failures[0], 0), Tally(100, failures[1], later)))];

    // Answers on nine neighbouring steps.
    private static SourceTally Tally(int requests, int failures, int later)
    {
        var times = new int[FirstByteScale.Steps];
        for (var i = 0; i < requests - failures; i++) times[10 + (i % 9) + later]++;
        var tally = new SourceTally();
        tally.Add(requests, failures, times);
        return tally;
    }
}
