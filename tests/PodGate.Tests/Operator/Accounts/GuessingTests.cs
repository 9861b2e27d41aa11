using PodGate.Operator;
using PodGate.Operator.Accounts;

namespace PodGate.Tests.Operator.Accounts;

/// <summary>
/// Ten thousand guesses, one a second from ever other sources, against hashes that cost nothing: what holds is the counting, and not that guessing is slow.
/// </summary>
public sealed class GuessingTests : IDisposable
{
    private const int Guesses = 10_000;

    // Five, one behind each of the growing pauses, and then four an hour.
    private const int MostLookedAt = 25;

    private readonly AccountRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("anna")]
    [InlineData("nobody")]
    public async Task Password_GuessedTenThousandTimes_OpensNothing_AndTheRightPersonGetsIn(string name)
    {
        var anna = await _rig.SetUpAsync("anna");
        var browser = await _rig.SignInAsync(anna);
        var lookedAt = 0;
        for (var guess = 0; guess < Guesses; guess++)
        {
            _rig.Time.Advance(TimeSpan.FromSeconds(1));
            if (await GuessAsync(() => _rig.People.SignIn.BeginAsync(name, $"guess number {guess}", "/", Stranger(guess), CancellationToken.None))) lookedAt++;
        }

        lookedAt.Should().BeInRange(Pauses.FailuresToPause, MostLookedAt);
        (await _rig.SignInAsync(anna, browser)).Should().Be(browser, "nobody makes the person's own browser wait");
        _rig.Time.Advance(Pauses.Longest);
        (await _rig.SignInAsync(anna, browser: null, "203.0.113.9")).Should().NotBeNull().And.NotBe(browser, "no pause lasts for ever");
    }

    [Fact]
    public async Task Code_GuessedTenThousandTimes_ByWhoKnowsThePassword_OpensNothing_AndTheRightPersonGetsIn()
    {
        var anna = await _rig.SetUpAsync("anna");
        var browser = await _rig.SignInAsync(anna);
        var lookedAt = 0;
        string? secret = null;
        for (var guess = 0; guess < Guesses; guess++)
        {
            _rig.Time.Advance(TimeSpan.FromSeconds(1));
            var visitor = Stranger(guess);
            if (_rig.People.SignIn.Find(secret) is not { } half)
            {
                secret = await _rig.People.SignIn.BeginAsync("anna", AccountRig.Password, "/", visitor, CancellationToken.None);
                half = _rig.People.SignIn.Find(secret)!;
            }

            // By chance one of them could be right.
            var code = $"{guess:000000}";
            if (OneTimeCode.Find(anna.Secret.AsSpan(), code, _rig.Time.GetUtcNow(), last: 0) is not null) continue;
            if (await GuessAsync(() => Task.FromResult(_rig.People.SignIn.Finish(secret!, half, code, visitor)?.Browser))) lookedAt++;
        }

        lookedAt.Should().BeInRange(Pauses.FailuresToPause, MostLookedAt);
        (await _rig.SignInAsync(anna, browser)).Should().Be(browser);
        _rig.Time.Advance(Pauses.Longest);
        (await _rig.SignInAsync(anna, browser: null, "203.0.113.9")).Should().NotBeNull();
    }

    [Fact]
    public async Task Invitation_Guessed_IsBoundedBySource_AndByAllTogether()
    {
        _rig.Users.Add("anna", TokenRole.Viewer, out var invitation);
        var lookedAt = 0;
        for (var guess = 0; guess < 1000; guess++)
        {
            if (await GuessAsync(() => Task.FromResult(_rig.People.Welcome.Invited(RandomCode.New(20), AccountRig.From("198.51.100.7"))?.Name))) lookedAt++;
        }

        lookedAt.Should().Be(Attempts.AtOnceOfNetwork);
        for (var guess = 0; guess < 1000; guess++)
        {
            if (await GuessAsync(() => Task.FromResult(_rig.People.Welcome.Invited(RandomCode.New(20), Stranger(guess))?.Name))) lookedAt++;
        }

        lookedAt.Should().Be(Attempts.AtOnceOfAll);
        _rig.Time.Advance(2 * Attempts.EachOfAll);
        (await _rig.SetUpWithAsync(invitation!)).Name.Should().Be("anna");
    }

    [Fact]
    public async Task ManyGuesses_AtTheSameMoment_AreNotLookedAtBeforeTheyAreCounted()
    {
        var anna = await _rig.SetUpAsync("anna");
        var all = Enumerable.Range(0, 40).Select(guess => GuessAsync(() =>
            _rig.People.SignIn.BeginAsync("anna", "not the password", "/", Stranger(guess), CancellationToken.None))).ToList();
        (await Task.WhenAll(all)).Count(wasLookedAt => wasLookedAt).Should().Be(Pauses.FailuresToPause);
        _rig.People.Attempts.PausedUntil("anna").Should().Be(_rig.Time.GetUtcNow() + Pauses.First);
        _rig.People.Attempts.Unlock("anna");
        _rig.Time.Advance(2 * Attempts.EachOfAll);
        (await _rig.SignInAsync(anna)).Should().NotBeNull();
    }

    private static Visitor Stranger(int number) => AccountRig.From($"198.51.{number / 250 % 250}.{number % 250}");

    /// <summary>Whether a guess was looked at; that it was right is the end.</summary>
    private static async Task<bool> GuessAsync(Func<Task<string?>> guess)
    {
        try
        {
            (await guess()).Should().BeNull();
            return true;
        }
        catch (ApiProblem problem) when (problem.Status == 429)
        {
            problem.RetryAfter.Should().BePositive();
            return false;
        }
    }
}
