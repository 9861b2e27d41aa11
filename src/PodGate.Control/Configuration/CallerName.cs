using System.Collections.Immutable;
using PodGate.Core.Pods;

namespace PodGate.Control.Configuration;

/// <summary>The names under which people and machines command a gate: tokens, accounts and certificates have one name space, since the journal has.</summary>
public static class CallerName
{
    /// <summary>The longest name.</summary>
    public const int Longest = 64;

    /// <summary>What the names of this machine's users end in at the local socket. Nothing else may be named so.</summary>
    public const string LocalSuffix = "@local";

    /// <summary>What a name may be, in words.</summary>
    public static string Rule { get; } =
        $"1 to {Longest} letters, digits, '.', '-', '_' or '@', none of {string.Join(", ", Reserved)}, and not ending in {LocalSuffix}";

    /// <summary>Names under which the gate itself acts: a person of that name would make every journal ambiguous.</summary>
    public static ImmutableArray<string> Reserved => [Transition.Automation, "configuration", "recovery"];

    /// <summary>Whether a text can be a name; a new one is asked for <see cref="IsFree"/> besides.</summary>
    /// <param name="name">The text.</param>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= Longest }
        && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_' or '@')
        && !Reserved.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a token, an account or a certificate can be named so.</summary>
    /// <param name="name">The text.</param>
    public static bool IsFree(string? name) => IsName(name) && !name!.EndsWith(LocalSuffix, StringComparison.OrdinalIgnoreCase);
}
