using System.Net;
using PodGate.Operator.Accounts;
using PodGate.TestKit;

namespace PodGate.Tests.Operator.Accounts;

/// <summary>How guessing is slowed down, and that it comes to an end.</summary>
public sealed class PausesTests
{
    private static readonly AttemptKey Anna = new("password", "anna", "");
    private readonly ManualTime _time = new();

    [Fact]
    public void Pauses_AfterFailuresInARow_DoubleUpToALimit()
    {
        var pauses = new Pauses(100, _time);
        for (var i = 0; i < Pauses.FailuresToPause; i++) pauses.Take(Anna).Should().BeNull();
        foreach (var seconds in new[] { 30, 60, 120, 240, 480, 900, 900, 900 })
        {
            pauses.Take(Anna).Should().Be(TimeSpan.FromSeconds(seconds));
            _time.Advance(TimeSpan.FromSeconds(seconds - 1));
            pauses.Take(Anna).Should().Be(TimeSpan.FromSeconds(1), "what is tried meanwhile does not lengthen it");
            _time.Advance(TimeSpan.FromSeconds(1));
            pauses.Take(Anna).Should().BeNull();
        }
    }

    [Fact]
    public void Pauses_EndWithSuccess_WithQuiet_AndWhenSomebodySaysSo()
    {
        var pauses = new Pauses(100, _time);
        void Fail()
        {
            for (var i = 0; i < Pauses.FailuresToPause; i++) pauses.Take(Anna).Should().BeNull();
            pauses.Take(Anna).Should().NotBeNull();
            pauses.Until("anna").Should().Be(_time.GetUtcNow() + Pauses.First);
            pauses.Until("otto").Should().BeNull();
        }

        Fail();
        pauses.Clear(Anna);
        Fail();
        _time.Advance(Pauses.Forgotten + TimeSpan.FromSeconds(1));
        pauses.Until("anna").Should().BeNull();
        Fail();
        pauses.ClearAll("anna");
        Fail();
    }

    [Fact]
    public void Pauses_AreBounded_AndForgetWhatWasQuietForLongest()
    {
        var pauses = new Pauses(10, _time);
        for (var i = 0; i < Pauses.FailuresToPause; i++) pauses.Take(Anna);
        for (var i = 0; i < 9; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            pauses.Take(Anna with { Name = $"made-up-{i}" });
        }

        pauses.Until("anna").Should().NotBeNull();
        pauses.Take(Anna with { Name = "one more" });
        pauses.Until("anna").Should().BeNull();
    }

    [Fact]
    public void Allowance_IsSomeAtOnce_ThenOneEachSoOften_ForEachKeyByItself()
    {
        var allowance = new Allowance(3, TimeSpan.FromSeconds(6), _time);
        for (var i = 0; i < 3; i++) allowance.Take("a").Should().BeNull();
        allowance.Take("a").Should().Be(TimeSpan.FromSeconds(6));
        allowance.Take("b").Should().BeNull();
        _time.Advance(TimeSpan.FromSeconds(5));
        allowance.Take("a").Should().Be(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        allowance.Take("a").Should().BeNull();
        allowance.Take("a").Should().NotBeNull();
        _time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 3; i++) allowance.Take("a").Should().BeNull("a rest fills it, and no more than that");
        allowance.Take("a").Should().NotBeNull();
    }

    [Fact]
    public void Allowance_OfMoreKeysThanItRemembers_GoesOn()
    {
        var allowance = new Allowance(1, TimeSpan.FromHours(1), _time);
        for (var i = 0; i < Allowance.Most + 100; i++) allowance.Take($"{i}").Should().BeNull();
        allowance.Take($"{Allowance.Most + 99}").Should().NotBeNull();
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public void Source_IsAnAddress_OrTheNetworkOfAHousehold(string one, string other, bool isSame) =>
        (Visitor.NetworkOf(IPAddress.Parse(one)) == Visitor.NetworkOf(IPAddress.Parse(other))).Should().Be(isSame);
}
