using PodGate.Core.Canaries;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Canaries;

/// <summary>
/// The short form of bench/soak/canaries: lives of canaries by seeds, looked at every ten seconds. Seeds are fixed, so the answer is always the same.
/// </summary>
public sealed class CanaryLivesTests(ITestOutputHelper output)
{
    private static readonly CanarySettings Settings = new() { Before = TimeSpan.FromHours(1) };
    private static readonly CanarySettings Brief = new() { Before = TimeSpan.FromMinutes(30) };

    public static TheoryData<int> Worlds => [.. Enumerable.Range(0, CanaryWorld.All.Length)];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void AnEqualCanary_LookedAtAllTheTime_IsHardlyEverAborted(int world)
    {
        // One in a hundred is allowed; 10 or more of 300 would be, once in a thousand times, if it were just that.
        var small = CanaryWorld.All[world] with { Group = 30, Others = 60, PerMinute = 1 };
        Live(small, CanaryFault.Nothing, 300, TimeSpan.FromHours(1), Brief).Count(end => end.IsAborted).Should().BeLessThan(10);
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void ABadCanary_IsAborted(int world)
    {
        var large = CanaryWorld.All[world] with { Others = 400 };

        Live(large, CanaryFault.FivePercent, 3, TimeSpan.FromHours(1)).Should().OnlyContain(end => end.IsAborted);
        Live(large, CanaryFault.Slower, 3, TimeSpan.FromHours(1)).Should().OnlyContain(end => end.IsAborted);
        Live(large, CanaryFault.TwiceForAll, 3, TimeSpan.FromHours(2)).Count(end => end.IsAborted).Should().BeGreaterThanOrEqualTo(2);
        Live(large, CanaryFault.TwiceForEach, 3, TimeSpan.FromHours(2)).Count(end => end.IsAborted).Should().BePositive();
    }

    [Fact]
    public void AnEqualCanary_WithEnoughTraffic_Passes_AndABadOneDoesNot()
    {
        var settings = new CanarySettings();

        Live(CanaryWorld.All[0], CanaryFault.Nothing, 2, TimeSpan.FromHours(4), settings).Should().OnlyContain(end => end.Last.Verdict == CanaryVerdict.Pass);
        Live(CanaryWorld.All[0], CanaryFault.TwiceForAll, 2, TimeSpan.FromHours(4), settings).Should().NotContain(end => end.EverPassed);
    }

    private List<CanaryEnd> Live(CanaryWorld world, CanaryFault fault, int lives, TimeSpan most, CanarySettings? settings = null)
    {
        var ends = Enumerable.Range(1, lives).Select(seed => CanaryLife.Live(world, fault, settings ?? Settings, (ulong)seed, most)).ToList();
        foreach (var end in ends.Take(3)) output.WriteLine($"{world}, {fault}: {end.Minutes:0} min, {end.Requests} requests, {end.Last.Verdict}: {end.Last.Sentence}");
        return ends;
    }
}
