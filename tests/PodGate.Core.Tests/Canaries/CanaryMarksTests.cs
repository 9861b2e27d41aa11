using PodGate.Core.Canaries;

namespace PodGate.Core.Tests.Canaries;

public sealed class CanaryMarksTests
{
    // Marks with the defaults: after 5, 7, 9, 12, 16, 22, 30, 42, 58, 81, 113, 158, 218 minutes, and so on by the hour.
    [Theory]
    [InlineData(0, -1)]
    [InlineData(4.99, -1)]
    [InlineData(5, 0)]
    [InlineData(6.9, 0)]
    [InlineData(7, 1)]
    [InlineData(22, 5)]
    [InlineData(42, 7)]
    [InlineData(57.9, 7)]
    [InlineData(58, 8)]
    [InlineData(218, 12)]
    [InlineData(277.9, 12)]
    [InlineData(278, 13)]
    [InlineData(1e7, CanaryMarks.Most - 1)]
    public void Passed_IsTheLastMark(double minutes, int mark) =>
        CanaryMarks.Passed(TimeSpan.FromMinutes(minutes), new CanarySettings()).Should().Be(mark);

    [Theory]
    [InlineData(1, 12)]
    [InlineData(1440, 12)]
    [InlineData(1, 1440)]
    [InlineData(1440, 1440)]
    public void Passed_WithTheLimitsOfTheSettings_OnlyGrows(int first, int before)
    {
        var settings = new CanarySettings { Minutes = first, Before = TimeSpan.FromMinutes(before) };
        var marks = Enumerable.Range(0, 5000).Select(minute => CanaryMarks.Passed(TimeSpan.FromMinutes(minute), settings)).ToList();

        marks.Should().BeInAscendingOrder();
        marks.Zip(marks.Skip(1)).Should().OnlyContain(pair => pair.Second - pair.First <= 1, "no two marks are within a minute");
        marks.IndexOf(0).Should().Be(first);
    }

    [Fact]
    public void Share_OfAllMarks_IsAllThereIs()
    {
        var shares = Enumerable.Range(0, CanaryMarks.Most).Select(CanaryMarks.Share).ToList();

        shares.Sum().Should().BeInRange(0.99, 1);
        shares.Should().BeInDescendingOrder();
    }
}
