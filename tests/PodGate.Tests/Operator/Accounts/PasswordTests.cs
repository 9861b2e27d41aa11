using PodGate.Operator;
using PodGate.Operator.Accounts;
using PodGate.TestKit;

namespace PodGate.Tests.Operator.Accounts;

/// <summary>What a password must be, and what its hash costs.</summary>
public sealed class PasswordTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData("correct horse", nameof(PasswordFault.None))]
    [InlineData("elevenchars", nameof(PasswordFault.Length))]
    [InlineData("", nameof(PasswordFault.Length))]
    [InlineData("Anna@Example.org", nameof(PasswordFault.Name))]
    [InlineData("aaaaaaaaaaaaaaaa", nameof(PasswordFault.Common))]
    [InlineData("121212121212", nameof(PasswordFault.Common))]
    [InlineData("PasswordPassword", nameof(PasswordFault.Common))]
    [InlineData("123456789012", nameof(PasswordFault.Common))]
    public void Password_IsLong_AndNothingThatIsTriedFirst(string password, string fault) =>
        $"{PasswordRules.FaultOf(password, "anna@example.org")}".Should().Be(fault);

    [Fact]
    public void Password_IsBounded()
    {
        var longest = string.Concat(Enumerable.Repeat("abcdefgh", PasswordRules.Longest / 8));
        PasswordRules.FaultOf(longest, "anna").Should().Be(PasswordFault.None);
        PasswordRules.FaultOf(longest + "i", "anna").Should().Be(PasswordFault.Length);
    }

    [Fact]
    public async Task Hash_OfToday_CostsWhatIsRecommended_AndAnOlderOneIsTold()
    {
        var cheap = await new PasswordHashing(_time, iterations: 1).HashAsync(AccountRig.Password, CancellationToken.None);
        var today = new PasswordHashing(_time);
        (await today.CheckAsync(cheap, AccountRig.Password, CancellationToken.None)).Should().Be(PasswordFound.RightInAnOldHash);
        (await today.CheckAsync(cheap, "another one altogether", CancellationToken.None)).Should().Be(PasswordFound.Wrong);
        var hash = await today.HashAsync(AccountRig.Password, CancellationToken.None);
        (await today.CheckAsync(hash, AccountRig.Password, CancellationToken.None)).Should().Be(PasswordFound.Right);

        // The platform's third form: a byte for it, four for the algorithm (2: HMAC-SHA-512), four for the rounds.
        var form = Convert.FromBase64String(hash);
        Convert.ToHexStringLower(form.AsSpan(0, 9)).Should().Be($"0100000002{PasswordHashing.Iterations:x8}");
    }

    [Fact]
    public async Task NoAccount_CostsAHashToo_AndIsNeverRight()
    {
        var hashing = new PasswordHashing(_time, iterations: 1);
        (await hashing.CheckAsync(null, AccountRig.Password, CancellationToken.None)).Should().Be(PasswordFound.Wrong);
        (await hashing.CheckAsync(null, new string('x', 100_000), CancellationToken.None)).Should().Be(PasswordFound.Wrong);
    }

    [Fact]
    public async Task ManyAtOnce_WaitInAShortLine_AndTheOthersAreToldToComeLater()
    {
        var hashing = new PasswordHashing(_time, iterations: 20_000);
        var hash = await hashing.HashAsync(AccountRig.Password, CancellationToken.None);
        var all = Enumerable.Range(0, 60).Select(_ => hashing.CheckAsync(hash, AccountRig.Password, CancellationToken.None)).ToList();
        var refused = 0;
        foreach (var one in all)
        {
            try
            {
                (await one).Should().Be(PasswordFound.Right);
            }
            catch (ApiProblem problem)
            {
                (problem.Status, problem.RetryAfter).Should().Be((429, 5));
                refused++;
            }
        }

        refused.Should().BeInRange(1, 60 - PasswordHashing.AtATime - PasswordHashing.MostWaiting);
        (await hashing.CheckAsync(hash, AccountRig.Password, CancellationToken.None)).Should().Be(PasswordFound.Right, "all turns came back");
    }

    [Fact]
    public async Task OldHash_BecomesOneOfToday_AtTheNextSignIn()
    {
        using var rig = new AccountRig();
        var anna = await rig.SetUpAsync("anna");
        var before = rig.Users.Find("anna")!.Credentials!.PasswordHash;
        rig.Reopen(iterations: 2);
        (await rig.SignInAsync(anna)).Should().NotBeNull();
        var after = rig.Users.Find("anna")!.Credentials!.PasswordHash;
        after.Should().NotBe(before);
        (await rig.SignInAsync(anna)).Should().NotBeNull();
        rig.Users.Find("anna")!.Credentials!.PasswordHash.Should().Be(after);
    }
}
