using System.Globalization;
using PodGate.Operator;

namespace PodGate.Tests.Operator;

/// <summary>Moments as people write them, beside what they mean or why they mean nothing for certain.</summary>
public sealed class MomentTextTests
{
    [Theory]
    [InlineData("2026-12-01T22:00:00Z", "2026-12-01 22:00:00", "UTC")]
    [InlineData("2026-12-01T22:00Z", "2026-12-01 22:00:00", "UTC")]
    [InlineData("2026-12-01t22:00z", "2026-12-01 22:00:00", "UTC")]
    [InlineData(" 2026-12-01 22:00 utc ", "2026-12-01 22:00:00", "UTC")]
    [InlineData("2026-12-01T22:00:30.5+01:00", "2026-12-01 21:00:30", "+01:00")]
    [InlineData("2026-12-01 22:00 -05:30", "2026-12-02 03:30:00", "-05:30")]
    [InlineData("2026-12-01 22:00+14:00", "2026-12-01 08:00:00", "+14:00")]
    [InlineData("2026-12-01 22:00 Europe/Berlin", "2026-12-01 21:00:00", "Europe/Berlin")]
    [InlineData("2026-07-01 22:00 Europe/Berlin", "2026-07-01 20:00:00", "Europe/Berlin")]
    [InlineData("2026-12-01T22:00:15 America/New_York", "2026-12-02 03:00:15", "America/New_York")]
    [InlineData("2026-12-01 22:00 America/Argentina/Buenos_Aires", "2026-12-02 01:00:00", "America/Argentina/Buenos_Aires")]
    [InlineData("2026-03-29 01:59:59 Europe/Berlin", "2026-03-29 00:59:59", "Europe/Berlin")]
    [InlineData("2026-03-29 03:00 Europe/Berlin", "2026-03-29 01:00:00", "Europe/Berlin")]
    [InlineData("2026-10-25 01:59:59 Europe/Berlin", "2026-10-24 23:59:59", "Europe/Berlin")]
    [InlineData("2026-10-25 03:00 Europe/Berlin", "2026-10-25 02:00:00", "Europe/Berlin")]
    public void Moment_ThatSaysItsZone_IsRead(string text, string utc, string zone)
    {
        MomentText.Read("from", text, out var moment).Should().BeNull();
        moment.At.Offset.Should().Be(TimeSpan.Zero);
        moment.At.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture).Should().Be(utc);
        moment.Zone.Should().Be(zone);
        MomentText.Check("from", text).Should().BeNull();
        MomentText.InZone(moment.At, zone).Should().Be(moment.At);
    }

    [Theory]
    [InlineData(null, "from is missing")]
    [InlineData(" ", "from is missing")]
    [InlineData("tomorrow", "from is tomorrow; it must be a moment with its zone")]
    [InlineData("2026-12-01", "it must be a moment with its zone")]
    [InlineData("2026-12-01T22Z", "it must be a moment with its zone")]
    [InlineData("2026-12-01T22:00:00", "write 2026-12-01T22:00:00Z for UTC, 2026-12-01T22:00:00+01:00 for an offset, or \"2026-12-01 22:00:00 Europe/Berlin\"")]
    [InlineData("2026-02-30T22:00Z", "there is no such day or time")]
    [InlineData("2026-12-01T24:00Z", "there is no such day or time")]
    [InlineData("9999-12-31T23:59-05:00", "from is in the year 9999; it must be in one from 2 to 9998")]
    [InlineData("0001-01-01 00:00 Asia/Tokyo", "from is in the year 1; it must be in one from 2 to 9998")]
    [InlineData("2026-12-01T22:00+15:00", "from has the offset +15:00; it must be from -14:00 to +14:00")]
    [InlineData("2026-12-01T22:00+01:75", "from has the offset")]
    [InlineData("2026-12-01T22:00+0100", "it must be a moment with its zone")]
    [InlineData("2026-12-01 22:00 CET", "does not say for certain")]
    [InlineData("2026-12-01 22:00 Local", "does not say for certain")]
    [InlineData("2026-12-01 22:00 Europe/Atlantis", "does not know")]
    [InlineData("2026-12-01 22:00 Europe/", "it must be a moment with its zone")]
    [InlineData("2026-12-01 22:00 ../../etc/passwd", "it must be a moment with its zone")]
    [InlineData("2026-12-01 22:00 America/Argentina", "does not know")]
    [InlineData("2026-12-01 22:00 Europe/Berlin and more", "it must be a moment with its zone")]
    [InlineData("2026-03-29 02:30 Europe/Berlin", "does not exist in Europe/Berlin", "2026-03-29T02:30:00+01:00", "2026-03-29T02:30:00+02:00")]
    [InlineData("2026-03-29 02:00 Europe/Berlin", "does not exist in Europe/Berlin", "2026-03-29T02:00:00+01:00", "2026-03-29T02:00:00+02:00")]
    [InlineData("2026-03-08 02:30 America/New_York", "does not exist in America/New_York", "2026-03-08T02:30:00-05:00", "2026-03-08T02:30:00-04:00")]
    [InlineData("2026-10-25 02:30 Europe/Berlin", "is there twice in Europe/Berlin", "the first is 2026-10-25T02:30:00+02:00", "the second 2026-10-25T02:30:00+01:00")]
    [InlineData("2026-10-25 02:00 Europe/Berlin", "is there twice in Europe/Berlin", "the first is 2026-10-25T02:00:00+02:00", "the second 2026-10-25T02:00:00+01:00")]
    [InlineData("2026-11-01 01:30 America/New_York", "is there twice", "the first is 2026-11-01T01:30:00-04:00", "the second 2026-11-01T01:30:00-05:00")]
    [InlineData("2026-04-05 01:45 Australia/Lord_Howe", "is there twice", "the first is 2026-04-05T01:45:00+11:00", "the second 2026-04-05T01:45:00+10:30")]
    public void Moment_ThatIsNone_OrTwo_IsRefusedWithWhatWouldBeRight(string? text, params string[] said)
    {
        var wrong = MomentText.Read("from", text, out _);
        foreach (var words in said) wrong.Should().Contain(words);
        wrong.Should().StartWith("from").And.NotEndWith(".");
    }

    [Theory]
    [InlineData("2026-07-01T20:00:00Z", "Europe/Berlin", "2026-07-01T22:00:00+02:00")]
    [InlineData("2026-07-01T20:00:00Z", "-05:30", "2026-07-01T14:30:00-05:30")]
    [InlineData("2026-07-01T20:00:00Z", "UTC", "2026-07-01T20:00:00+00:00")]
    [InlineData("2026-07-01T20:00:00Z", "Europe/Atlantis", "2026-07-01T20:00:00+00:00")]
    public void InZone_ShowsWhatTheClocksThereShow(string moment, string zone, string shown) =>
        MomentText.InZone(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture), zone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture).Should().Be(shown);
}
