using System.Text;
using PodGate.Operator.Accounts;

namespace PodGate.Tests.Operator.Accounts;

public sealed class OneTimeCodeTests
{
    private static readonly byte[] Secret = "12345678901234567890"u8.ToArray();
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    // RFC 6238, appendix B, the rows of SHA-1.
    [Theory]
    [InlineData(59L, "94287082")]
    [InlineData(1111111109L, "07081804")]
    [InlineData(1111111111L, "14050471")]
    [InlineData(1234567890L, "89005924")]
    [InlineData(2000000000L, "69279037")]
    [InlineData(20000000000L, "65353130")]
    public void Code_OfTheRfcsMoments_IsTheRfcs(long seconds, string code)
    {
        var step = OneTimeCode.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds));
        OneTimeCode.Of(Secret, step, digits: 8).Should().Be(code);
        OneTimeCode.Of(Secret, step).Should().Be(code[2..]);
        OneTimeCode.Find(Secret, code[2..], DateTimeOffset.FromUnixTimeSeconds(seconds), last: 0).Should().Be(step);
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Code_OfAStepNearby_IsTakenOneStepEitherSide(int away, bool isTaken)
    {
        var step = OneTimeCode.StepOf(Noon) + away;
        OneTimeCode.Find(Secret, OneTimeCode.Of(Secret, step), Noon, last: 0).Should().Be(isTaken ? (long?)step : null);
    }

    [Fact]
    public void Code_OfAStepThatWasTakenOrIsBefore_OpensNothing()
    {
        var now = OneTimeCode.StepOf(Noon);
        OneTimeCode.Find(Secret, OneTimeCode.Of(Secret, now), Noon, last: now).Should().BeNull();
        OneTimeCode.Find(Secret, OneTimeCode.Of(Secret, now - 1), Noon, last: now).Should().BeNull();
        OneTimeCode.Find(Secret, OneTimeCode.Of(Secret, now + 1), Noon, last: now).Should().Be(now + 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0000000")]
    [InlineData("½½½½½½")]
    public void Code_ThatIsNone_OpensNothing(string typed) => OneTimeCode.Find(Secret, typed, Noon, last: 0).Should().BeNull();

    [Fact]
    public void Code_AsAppsShowIt_MayHaveBlanks()
    {
        var code = OneTimeCode.Of(Secret, OneTimeCode.StepOf(Noon));
        OneTimeCode.Find(Secret, $" {code[..3]} {code[3..]} ", Noon, last: 0).Should().NotBeNull();
    }

    // RFC 4648, section 10, without the padding.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_OfTheRfcsTexts_IsTheRfcs(string text, string encoded) => Base32.Of(Encoding.ASCII.GetBytes(text)).Should().Be(encoded);

    [Fact]
    public void RandomCode_TypedInAnotherWay_IsTheSame()
    {
        var code = RandomCode.New(10);
        code.Should().MatchRegex("^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$");
        RandomCode.HashOf($" {code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)}\n").Should().Equal(RandomCode.HashOf(code));
        RandomCode.HashOf(RandomCode.New(10)).Should().NotEqual(RandomCode.HashOf(code));
    }
}
