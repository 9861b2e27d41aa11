namespace PodGate.Tidy.Scanning;

public sealed class CSharpScannerTests
{
    // In the second column a quotation mark stands for each character of a literal, a space for each of a comment.
    [Theory]
    [InlineData("a = 1; // b", "a = 1;     ")]
    [InlineData("a /* b \" */ c", "a           c")]
    [InlineData("f(\"b // c\") d", "f(\"\"\"\"\"\"\"\") d")]
    [InlineData("f(\"\\\"\") d", "f(\"\"\"\") d")]
    [InlineData("f(@\"\\\") d", "f(\"\"\"\") d")]
    [InlineData("f(@\"\"\"x\") d", "f(\"\"\"\"\"\") d")]
    [InlineData("f($\"x{a}y\") d", "f(\"\"\"\"a\"\"\") d")]
    [InlineData("f($\"{{a}}\") d", "f(\"\"\"\"\"\"\"\") d")]
    [InlineData("f($\"{g(\"}\")}\") d", "f(\"\"\"g(\"\"\")\"\") d")]
    [InlineData("f($@\"{a}\"\"b\") d", "f(\"\"\"\"a\"\"\"\"\") d")]
    [InlineData("f(\"\"\"x \" y\"\"\") d", "f(\"\"\"\"\"\"\"\"\"\"\") d")]
    [InlineData("f($$\"\"\"{x}{{a}}\"\"\") d", "f(\"\"\"\"\"\"\"\"\"\"a\"\"\"\"\") d")]
    [InlineData("c = '\"'; d", "c = \"\"\"; d")]
    [InlineData("c = '\\''; d", "c = \"\"\"\"; d")]
    [InlineData("c = '\\u00e9'; d", "c = \"\"\"\"\"\"\"\"; d")]
    [InlineData("#region don't\nd", "             \nd")]
    [InlineData("f(\"\") d", "f(\"\") d")]
    [InlineData("", "")]
    public void Code_OfAText_IsWhatTheCompilerWouldRun(string text, string code) => new SourceFile("x.cs", text).Code.Should().Be(code);

    [Theory]
    [InlineData("a; // b \"c\"", "   // b \"c\"")]
    [InlineData("\"// no\" /* yes */", "        /* yes */")]
    public void Comments_OfAText_AreOnlyThose(string text, string comments) => new SourceFile("x.cs", text).Comments.Should().Be(comments);

    [Theory]
    [InlineData("\"never closed")]
    [InlineData("$\"never {closed")]
    [InlineData("\"\"\"never closed")]
    [InlineData("/* never closed")]
    [InlineData("'")]
    [InlineData("@")]
    [InlineData("$\"{")]
    public void Scan_OfABrokenText_Ends(string text) => CSharpScanner.Scan(text).Should().HaveCount(text.Length);

    [Fact]
    public void Scan_OfEveryBeginningOfThisFile_Ends()
    {
        // A text cut anywhere is the worst a scanner meets; its own source has every kind of literal.
        var text = Repository.Read("tests/PodGate.Tidy.Tests/Scanning/CSharpScannerTests.cs");
        for (var length = 0; length < text.Length; length += 7)
        {
            CSharpScanner.Scan(text[..length]).Should().HaveCount(length);
        }
    }
}
