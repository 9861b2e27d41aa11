namespace PodGate.Scenarios.Tests;

public sealed class TheGuardHolds
{
    [Fact]
    public async Task AllThreeKilled_OneAfterTheOther_TheLastIsNotLatched()
    {
        await using var story = await Story.BeginAsync(3);
        story.Pod("pod-a").Kill();
        await story.Gate.UntilAsync("pod-a", "Latched");
        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        story.Pod("pod-c").Kill();
        await story.Gate.UntilAsync("pod-c", "Held");
        var held = await story.Gate.PodAsync("pod-c");
        ((string?)held["heldBack"]).Should().Contain("last");
        ((int)held["slots"]!).Should().Be(65536, "every slot has an owner while any pod may serve");

        await story.Pod("pod-c").RestartAsync();
        await story.Gate.UntilAsync("pod-c", "Open");
        (await story.PodOfAsync(1)).Should().Be("pod-c", "it was never latched, so it needs no enable");
        (await story.StatesAsync()).Should().Be("Latched Latched Open");
    }

    [Fact]
    public async Task TwoPods_OneReallyDead_IsLatched()
    {
        await using var story = await Story.BeginAsync(2);
        story.Pod("pod-a").Kill();
        await story.Gate.UntilAsync("pod-a", "Latched");
        (await story.PodsOfAsync(20)).Values.Should().OnlyContain(pod => pod == "pod-b");
    }

    [Fact]
    public async Task TwoPods_OneFrozen_IsLatched_BecauseTheOtherIsItsWitness()
    {
        await using var story = await Story.BeginAsync(2);
        story.Pod("pod-a").Freeze();
        await story.Gate.UntilAsync("pod-a", "Latched");
        ((string?)(await story.Gate.PodAsync("pod-a"))["latch"]!["cause"]).Should().Be("Silent");
    }
}
