using PodGate.Cli;

namespace PodGate.Tests.Cli;

public sealed class HangingTextTests
{
    [Theory]
    [InlineData(2, 20, "one two three four five", "  one two three|    four five")]
    [InlineData(0, 20, "short", "short")]
    [InlineData(2, 12, "abcdefghijklmnop q", "  abcdefghi|    jklmnop|    q")]
    [InlineData(2, 14, "a   b   c   d", "  a   b   c|    d")]
    [InlineData(2, 1, "ab", "  a|    b")]
    [InlineData(0, 3, "\ud83d\ude00\ud83d\ude00\ud83d\ude00", "\ud83d\ude00|  \ud83d\ude00|  \ud83d\ude00")]
    [InlineData(2, 20, "", "")]
    public void Wrap_BreaksBetweenWords_AndHangs(int indent, int width, string text, string lines) =>
        string.Join('|', HangingText.Wrap(indent, width, [text]).Select(Text)).Should().Be(lines);

    [Fact]
    public void Wrap_InTheMiddleOfAPiece_KeepsItsLook()
    {
        var lines = HangingText.Wrap(0, 11, ["a plain ", new Words("coloured one", Looks.Bad), " end"]).ToArray();
        lines.Select(Text).Should().Equal("a plain", "  coloured", "  one end");
        lines[2].Should().Contain(new Words("one", Looks.Bad)).And.Contain(new Words(" end"));
    }

    private static string Text(IEnumerable<Words> line) => string.Concat(line.Select(piece => piece.Text));
}
