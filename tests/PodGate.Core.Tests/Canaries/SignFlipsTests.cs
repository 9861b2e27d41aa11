using PodGate.Core.Canaries;

namespace PodGate.Core.Tests.Canaries;

public sealed class SignFlipsTests
{
    // Against all signs there are, for numbers that are alike, wild, and few.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(12)]
    public void Chance_IsNeverLessThanWhatAllSignsSay(int count)
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var dice = new Dice(seed);
            double[] numbers = [.. Enumerable.Range(0, count).Select(_ => seed % 3 == 0 ? 1 : dice.LogNormal(1, seed % 3 * 1.5))];
            var root = Math.Sqrt(numbers.Sum(number => number * number));
            double Sum(int signs) => numbers.Select((number, i) => (signs >> i & 1) == 0 ? number : -number).Sum() / root;
            double[] sums = [.. Enumerable.Range(0, 1 << count).Select(Sum).OrderDescending()];

            sums.Where((sum, i) => SignFlips.Chance(sum - 1e-9) < (i + 1.0) / sums.Length).Should().BeEmpty($"of seed {seed}");
        }
    }

    [Theory]
    [InlineData(double.NaN, 1, 1)]
    [InlineData(-3, 1, 1)]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0.5, 0.61)]
    [InlineData(2, 0.0723, 0.0727)]
    [InlineData(4, 1.006e-4, 1.009e-4)]
    [InlineData(6, 3.13e-9, 3.14e-9)]
    public void Chance_IsThreeTimesThatOfANormalNumberAtMost(double deviations, double least, double most) =>
        SignFlips.Chance(deviations).Should().BeInRange(least, most);
}
