using PodGate.Core.Groups;
using PodGate.Core.Routing;
using PodGate.Core.Tests.Routing;

namespace PodGate.Core.Tests.Groups;

/// <summary>Which marks count.</summary>
public sealed class SignedMarkTests
{
    private static readonly DateTimeOffset Now = Signs.Now;
    private static readonly Key128 Key = Fleets.Key(7);
    private static readonly SignedMark Mark = new(Key, "group", "early", "header", "X-EARLY");

    [Fact]
    public void Mark_Counts_UntilItsMomentAndNotAfter()
    {
        var text = Mark.Make(Now.AddMinutes(1));
        Mark.IsGood(text, Now).Should().BeTrue();
        Mark.IsGood(text, Now.AddSeconds(59)).Should().BeTrue();
        Mark.IsGood(text, Now.AddMinutes(1)).Should().BeFalse();
    }

    [Fact]
    public void Mark_OfAnotherKeyOrPurpose_DoesNotCount()
    {
        var until = Now.AddDays(1);
        Mark.IsGood(new SignedMark(Fleets.Key(8), "group", "early", "header", "X-EARLY").Make(until), Now).Should().BeFalse();
        Mark.IsGood(new SignedMark(Key, "group", "early", "cookie", "X-EARLY").Make(until), Now).Should().BeFalse();
        Mark.IsGood(new SignedMark(Key, "group", "late", "header", "X-EARLY").Make(until), Now).Should().BeFalse();
        Mark.IsGood(new SignedMark(Key, "tester", "early").Make(until), Now).Should().BeFalse();
    }

    [Fact]
    public void Mark_WithAnyCharacterChangedMissingOrAdded_DoesNotCount()
    {
        var text = Mark.Make(Now.AddDays(1));
        for (var i = 0; i < text.Length; i++)
        {
            // The last character has two bits that say nothing, and must be zero.
            foreach (var other in "A0.-z".Where(other => other != text[i]))
                Mark.IsGood(text[..i] + other + text[(i + 1)..], Now).Should().BeFalse("of {0} at {1}", other, i);
            Mark.IsGood(text[..i] + text[(i + 1)..], Now).Should().BeFalse();
            Mark.IsGood(text.AsSpan(0, i), Now).Should().BeFalse();
            Mark.IsGood(text.Insert(i, "1"), Now).Should().BeFalse();
        }

        Mark.IsGood(text + "A", Now).Should().BeFalse();
        Mark.IsGood(text + " ", Now).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("pg1.")]
    [InlineData("pg1..")]
    [InlineData("pg1.-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("pg1.99999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("pg1.99999999999999999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("PG1.99999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Text_ThatIsNone_DoesNotCount(string text) => Mark.IsGood(text, Now).Should().BeFalse();
}
