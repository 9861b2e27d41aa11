namespace PodGate.Scenarios.Tests;

/// <summary>Failures that are no pod's fault: nothing is latched and nobody is moved.</summary>
public sealed class ItIsNotThePod
{
    [Fact]
    public async Task AllPodsAnswer500Alike_IsAnAlarm()
    {
        await using var story = await Story.BeginAsync(3);
        var homes = await story.PodsOfAsync(40);
        await using var crowd = new Crowd(story, 40);
        await crowd.UntilEverybodyCameAsync(3);

        // In one moment on all pods: what they all need is gone, or a release is bad.
        crowd.Poisonous = _ => "500";
        crowd.Forget();
        await crowd.UntilEverybodyCameAsync(20);

        (await story.StatesAsync()).Should().Be("Open Open Open");
        crowd.Visits.Should().OnlyContain(visit => visit.Pod == homes[visit.Customer]);
        ((string?)(await story.Gate.PodAsync("pod-a"))["heldBack"]).Should().Contain("no single pod");
        await NothingWasDoneAsync(story);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("reset")]
    public async Task OneCallerWhoseEveryRequestBreaksAnyPod_MovesNobody(string poison)
    {
        await using var story = await Story.BeginAsync(3);
        var homes = await story.PodsOfAsync(40);
        await using var crowd = new Crowd(story, 40, number => number == 7 ? poison : null);
        await crowd.UntilEverybodyCameAsync(25);

        (await story.StatesAsync()).Should().Be("Open Open Open");
        crowd.Visits.Where(visit => visit.Customer != 7).Should().OnlyContain(visit => visit.Pod == homes[visit.Customer] && !visit.Failed);
        crowd.Visits.Where(visit => visit.Customer == 7).Should().OnlyContain(visit => visit.Failed);
        await NothingWasDoneAsync(story);
    }

    private static async Task NothingWasDoneAsync(Story story)
    {
        var events = await story.EventsAsync();
        events.Select(entry => (string)entry!["to"]!).Should().NotContain(["Suspended", "Latched"]);
    }
}
