using System.Collections.Frozen;

namespace PodGate.Operator.Accounts;

/// <summary>Why a password cannot be taken.</summary>
internal enum PasswordFault
{
    /// <summary>Nothing: it can.</summary>
    None,

    /// <summary>It has fewer characters than <see cref="PasswordRules.Shortest"/>, or more than <see cref="PasswordRules.Longest"/>.</summary>
    Length,

    /// <summary>It is the name of the account.</summary>
    Name,

    /// <summary>Whoever guesses tries it early.</summary>
    Common,
}

/// <summary>What a password must be: long, and nothing that is tried first. Kinds of characters are not demanded: it leads to the same few patterns.</summary>
internal static class PasswordRules
{
    /// <summary>The fewest characters.</summary>
    public const int Shortest = 12;

    /// <summary>The most characters, so that a hash is bounded.</summary>
    public const int Longest = 256;

    private const int FewestDifferent = 5;

    // Those of the usual lists of leaked passwords that are long enough; in small letters.
    private static readonly FrozenSet<string> Tried = new[]
    {
        "123456789012", "1234567890123", "12345678901234", "123456789abc", "1q2w3e4r5t6y", "1q2w3e4r5t6z", "1qaz2wsx3edc", "abcdefghijkl", "administrator",
        "administrator1", "changemenow1", "iloveyou1234", "letmeinletmein", "operator1234", "password1234", "password12345", "password123456",
        "passwordpassword", "passwort1234", "passwort12345", "passwortpasswort", "podgatepodgate", "qwertyuiop12", "qwertyuiop123", "qwertzuiop12",
        "qwertzuiop123", "welcome12345", "willkommen12", "willkommen123",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What is wrong with a password.</summary>
    /// <param name="password">It.</param>
    /// <param name="name">The name of its account.</param>
    public static PasswordFault FaultOf(string password, string name)
    {
        if (password.Length is < Shortest or > Longest) return PasswordFault.Length;
        if (password.Equals(name, StringComparison.OrdinalIgnoreCase)) return PasswordFault.Name;
        return password.Distinct().Count() < FewestDifferent || Tried.Contains(password.ToLowerInvariant()) ? PasswordFault.Common : PasswordFault.None;
    }
}
