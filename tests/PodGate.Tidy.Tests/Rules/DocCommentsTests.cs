using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class DocCommentsTests
{
    private static readonly Func<SourceFile, IEnumerable<Finding>> Rule = DocComments.Check;

    [Fact]
    public void Tree_HasDocCommentsThatSaySomething() => Repository.Sources("src").SelectMany(Rule).ShouldBeNone();

    [Theory]
    [InlineData("/// <summary></summary>\nclass A;")]
    [InlineData("/// <summary>\n/// \n/// </summary>\nclass A;")]
    [InlineData("/// <summary>...</summary>\nclass A;")]
    [InlineData("/// <summary>TBD.</summary>\nclass A;")]
    [InlineData("/// <summary>Summary</summary>\nclass A;")]
    [InlineData("/// <param name=\"a\"></param>\nvoid F(int a);")]
    [InlineData("/// <returns> </returns>\nint F();")]
    [InlineData("/// <summary>Probe interval.</summary>\npublic int ProbeInterval { get; }")]
    [InlineData("/// <summary>Find pod</summary>\npublic Task<A> FindPod(int a)")]
    public void Check_OfAnEmptyComment_FindsIt(string code) => Rule.ShouldFind(code);

    [Theory]
    [InlineData("/// <summary>Time from probe to probe.</summary>\npublic int ProbeInterval { get; }")]
    [InlineData("/// <summary><see cref=\"A\"/>, or half of it.</summary>\npublic int A => 1;")]
    [InlineData("/// <inheritdoc/>\npublic int A => 1;")]
    [InlineData("/// <param name=\"At\">When.</param>\nrecord A(int At);")]
    [InlineData("var a = \"<summary></summary>\";")]
    public void Check_OfACommentThatSpeaks_FindsNothing(string code) => Rule.ShouldAccept(code);
}
