using PodGate.Cli;

namespace PodGate.Tests.Cli;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("30s", "00:00:30")]
    [InlineData("5m", "00:05:00")]
    [InlineData("2h", "02:00:00")]
    [InlineData("1h30m", "01:30:00")]
    [InlineData("1d2h3m4s", "1.02:03:04")]
    [InlineData("90m", "01:30:00")]
    [InlineData("0s", "00:00:00")]
    [InlineData("0", "00:00:00")]
    [InlineData("500ms", "00:00:00.5000000")]
    [InlineData("1s250ms", "00:00:01.2500000")]
    [InlineData("00:05:00", "00:05:00")]
    [InlineData("1.00:00:00", "1.00:00:00")]
    [InlineData("00:00:00.500", "00:00:00.5000000")]
    public void Duration_AsPeopleTypeIt_IsRead(string text, string expected)
    {
        Durations.TryRead(text, out var duration).Should().BeTrue();
        duration.ToString("c").Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("5x")]
    [InlineData("5m1h")]
    [InlineData("5m5m")]
    [InlineData("-5m")]
    [InlineData("-00:05:00")]
    [InlineData("1.5h")]
    [InlineData("5 m")]
    [InlineData("00:05")]
    [InlineData("99:00:00")]
    [InlineData("366d")]
    [InlineData("9999999d9999999h9999999m9999999s")]
    [InlineData("99999999999999999999s")]
    [InlineData("5M")]
    [InlineData("5m30")]
    [InlineData("5ms1s")]
    [InlineData("ms")]
    [InlineData("٣s")]
    public void Duration_ThatCouldBeMisunderstood_IsRefused(string text) => Durations.TryRead(text, out _).Should().BeFalse();
}
