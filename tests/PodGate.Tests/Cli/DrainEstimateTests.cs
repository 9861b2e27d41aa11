using System.Globalization;
using PodGate.Cli;
using PodGate.TestKit;

namespace PodGate.Tests.Cli;

public sealed class DrainEstimateTests
{
    // What was seen, a second apart, and how many seconds the rest takes; -1 for no estimate.
    [Theory]
    [InlineData("10", -1)]
    [InlineData("10 9 8", -1)]
    [InlineData("10 9 8 7", 7)]
    [InlineData("10 10 10 10", -1)]
    [InlineData("10 11 12 13", -1)]
    [InlineData("100 90 80 70 60 50", 5)]
    [InlineData("8 6 4 0", -1)]
    public void Left_IsWhatThePaceSays(string counts, double seconds)
    {
        var time = new ManualTime();
        var estimate = new DrainEstimate(time);
        long last = 0;
        foreach (var word in counts.Split(' '))
        {
            if (last != 0 || word != counts.Split(' ')[0]) time.Advance(TimeSpan.FromSeconds(1));
            last = long.Parse(word, CultureInfo.InvariantCulture);
            estimate.Saw(last);
        }

        (estimate.Left(last)?.TotalSeconds ?? -1).Should().BeApproximately(seconds, 0.01);
    }

    // Who left long ago tells nothing about now.
    [Fact]
    public void Left_ForgetsWhatIsHalfAMinuteOld()
    {
        var time = new ManualTime();
        var estimate = new DrainEstimate(time);
        estimate.Saw(1_000);
        for (var second = 0; second < 40; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            estimate.Saw(10);
        }

        estimate.Left(10).Should().BeNull();
    }
}
