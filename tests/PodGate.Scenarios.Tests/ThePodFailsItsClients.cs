namespace PodGate.Scenarios.Tests;

/// <summary>The health document says well, and the clients meet something else.</summary>
public sealed class ThePodFailsItsClients
{
    [Theory]
    [InlineData("500", "ErrorsInTraffic")]
    [InlineData("half", "ErrorsInTraffic")]
    [InlineData("slow:1500", "SlowInTraffic")]
    public async Task ItIsLatched_ThoughItsDocumentSaysWell_AndNobodyElseIsMoved(string fault, string cause)
    {
        await using var story = await Story.BeginAsync(3);
        var homes = await story.PodsOfAsync(40);
        await using var crowd = new Crowd(story, 40);
        await crowd.UntilEverybodyCameAsync(3);
        crowd.Forget();

        await story.Pod("pod-a").FaultAsync(requests: fault);
        await story.Gate.UntilAsync("pod-a", "Latched", seconds: 30);
        var latch = (await story.Gate.PodAsync("pod-a"))["latch"]!;
        ((string?)latch["cause"]).Should().Be(cause);
        ((string?)latch["sentence"]).Should().Contain("sources");
        var met = crowd.Visits;
        met.Where(visit => homes[visit.Customer] != "pod-a").Should().OnlyContain(visit => visit.Pod == homes[visit.Customer] && !visit.Failed, "nobody else is moved");

        // What was wrong is over, and the document says well as ever: the pod stays out, and traffic goes on without it.
        await story.Pod("pod-a").FaultAsync(requests: "ok");
        crowd.Forget();
        await crowd.UntilEverybodyCameAsync(10);
        crowd.Visits.Skip(40).Should().OnlyContain(visit => !visit.Failed && visit.Pod != "pod-a");

        var refused = await story.Gate.CliAsync("enable", "pod-a", "--reason", "looks well");
        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("cannot be verified to be well without traffic");
        (await story.Gate.CliAsync("enable", "pod-a", "--force", "--reason", "mended and looked at")).ExitCode.Should().Be(0);
        await story.Gate.UntilAsync("pod-a", "Open", seconds: 20);
        crowd.Forget();
        await crowd.UntilEverybodyCameAsync(5);
        crowd.Visits.Skip(80).Should().OnlyContain(visit => !visit.Failed && visit.Pod == homes[visit.Customer], "everybody is back home");
    }
}
