using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace PodGate.Operator.Accounts;

/// <summary>What a password turned out to be.</summary>
internal enum PasswordFound
{
    /// <summary>Not the account's, or there is no account.</summary>
    Wrong,

    /// <summary>The account's.</summary>
    Right,

    /// <summary>The account's, in a hash that was made when less was thought to be enough.</summary>
    RightInAnOldHash,
}

/// <summary>
/// Hashes passwords by the platform's own hasher (PBKDF2 with HMAC-SHA-512 and a salt). A hash is dear on purpose, so few are made at a time and few wait:
/// whoever sends guesses must not get the gate's processors with them. Any thread may call.
/// </summary>
internal sealed class PasswordHashing
{
    /// <summary>What a hash costs: what the OWASP Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-512. The platform's own is half.</summary>
    public const int Iterations = 210_000;

    /// <summary>The most hashes that are made at a time.</summary>
    public const int AtATime = 2;

    /// <summary>The most that wait for their turn.</summary>
    public const int MostWaiting = 16;

    private const int RetryAfterSeconds = 5;
    private const int NobodysBytes = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly PasswordHasher<object> _hasher;
    private readonly TimeProvider _time;
    private readonly Lazy<string> _nobodys;

    // A turn lies here for each hash that may be made; who makes one takes it and puts it back.
    private readonly Channel<bool> _turns = Channel.CreateBounded<bool>(AtATime);
    private int _asked;

    /// <summary>Prepares to hash.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="iterations">What a hash costs; tests that guess ten thousand times take one that costs nothing.</param>
    public PasswordHashing(TimeProvider time, int iterations = Iterations)
    {
        _time = time;
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        _nobodys = new Lazy<string>(() => _hasher.HashPassword(this, RandomCode.New(NobodysBytes)));
        for (var turn = 0; turn < AtATime; turn++) _turns.Writer.TryWrite(true);
    }

    /// <summary>Hashes a password.</summary>
    /// <param name="password">It.</param>
    /// <param name="cancel">Gives up waiting for the turn.</param>
    public Task<string> HashAsync(string password, CancellationToken cancel) => InTurnAsync(() => _hasher.HashPassword(this, password), cancel);

    /// <summary>Compares a password with a hash. Takes as long where there is none: how long it took does not tell who has an account.</summary>
    /// <param name="hash">The account's; null: there is no account, or it has no password.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="cancel">Gives up waiting for the turn.</param>
    public Task<PasswordFound> CheckAsync(string? hash, string password, CancellationToken cancel) => InTurnAsync(() =>
    {
        var nobodys = _nobodys.Value;
        var found = _hasher.VerifyHashedPassword(this, hash ?? nobodys, password.Length <= PasswordRules.Longest ? password : "");
        return hash is null ? PasswordFound.Wrong : found switch
        {
            PasswordVerificationResult.Success => PasswordFound.Right,
            PasswordVerificationResult.SuccessRehashNeeded => PasswordFound.RightInAnOldHash,
            _ => PasswordFound.Wrong,
        };
    }, cancel);

    private async Task<T> InTurnAsync<T>(Func<T> hash, CancellationToken cancel)
    {
        try
        {
            if (Interlocked.Increment(ref _asked) > AtATime + MostWaiting) throw Busy();
            using var patience = new CancellationTokenSource(Patience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
            await _turns.Reader.ReadAsync(either.Token);
            try
            {
                return await Task.Run(hash, CancellationToken.None);
            }
            finally
            {
                _turns.Writer.TryWrite(true);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Busy();
        }
        finally
        {
            Interlocked.Decrement(ref _asked);
        }
    }

    private static ApiProblem Busy() => new(
        StatusCodes.Status429TooManyRequests, "too-many-attempts", "Too many attempts",
        "Too many passwords are being checked at this moment; try again in a few seconds.")
    {
        RetryAfter = RetryAfterSeconds,
    };
}
