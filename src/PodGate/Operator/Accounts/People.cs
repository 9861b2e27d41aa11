using Microsoft.Extensions.Logging;

namespace PodGate.Operator.Accounts;

/// <summary>All that the accounts of people need, put together.</summary>
internal sealed class People
{
    /// <summary>Puts it together.</summary>
    /// <param name="users">The accounts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="wall">The wall clock, which people's devices go by.</param>
    /// <param name="logger">The log.</param>
    /// <param name="iterations">What a password's hash costs.</param>
    public People(UserStore users, TimeProvider time, TimeProvider wall, ILogger logger, int iterations = PasswordHashing.Iterations)
    {
        var hashing = new PasswordHashing(time, iterations);
        Users = users;
        Attempts = new Attempts(time);
        SignIn = new SignIn(users, hashing, Attempts, time, wall, logger);
        Welcome = new Welcome(users, hashing, Attempts, time, wall, logger);
        Own = new OwnAccount(users, hashing, SignIn, logger);
    }

    /// <summary>The accounts.</summary>
    public UserStore Users { get; }

    /// <summary>How often one may try.</summary>
    public Attempts Attempts { get; }

    /// <summary>The way in.</summary>
    public SignIn SignIn { get; }

    /// <summary>How accounts are set up.</summary>
    public Welcome Welcome { get; }

    /// <summary>What people change of their own account.</summary>
    public OwnAccount Own { get; }
}
