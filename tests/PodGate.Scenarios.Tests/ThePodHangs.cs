namespace PodGate.Scenarios.Tests;

/// <summary>A pod that takes connections and says nothing any more.</summary>
public sealed class ThePodHangs
{
    [Fact]
    public async Task Frozen_WaitingRequestsAreServedElsewhere_NobodyFails()
    {
        await using var story = await Story.BeginAsync(3);
        var homes = await story.PodsOfAsync(40);
        await using var crowd = new Crowd(story, 40);
        await crowd.UntilEverybodyCameAsync(3);
        crowd.Forget();
        story.Pod("pod-a").Freeze();
        await story.Gate.UntilAsync("pod-a", "Latched");
        await crowd.UntilEverybodyCameAsync(10);

        crowd.Visits.Should().OnlyContain(visit => !visit.Failed);
        var slow = crowd.Visits.Where(visit => visit.Took > TimeSpan.FromSeconds(1)).ToArray();
        slow.Should().OnlyContain(visit => homes[visit.Customer] == "pod-a");
        slow.GroupBy(visit => visit.Customer).Should().OnlyContain(group => group.Count() == 1, "each waits once");
    }
}
