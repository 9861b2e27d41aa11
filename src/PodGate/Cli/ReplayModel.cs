using System.Text.Json.Serialization;

namespace PodGate.Cli;

/// <summary>What <c>podgate replay</c> was called with; null is "as configured".</summary>
internal sealed record ReplayAsked
{
    /// <summary>The configuration file, or null: the usual places.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The state directory, or null: the configuration's.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>The first moment that counts.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The last moment that counts.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How long a latched pod must have looked well before somebody is taken to enable it.</summary>
    public TimeSpan? EnableAfter { get; init; }

    /// <summary>Probing.Fall.</summary>
    public int? Fall { get; init; }

    /// <summary>Probing.Rise.</summary>
    public int? Rise { get; init; }

    /// <summary>Probing.Timeout.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Failover.FlapLimit.</summary>
    public int? FlapLimit { get; init; }

    /// <summary>Failover.FlapWindow.</summary>
    public TimeSpan? FlapWindow { get; init; }

    /// <summary>Failover.MinimumOpen.</summary>
    public int? MinimumOpen { get; init; }

    /// <summary>Failover.SuspensionHold.</summary>
    public TimeSpan? SuspensionHold { get; init; }

    /// <summary>Failover.SuspendedTooLong.</summary>
    public TimeSpan? SuspendedTooLong { get; init; }

    /// <summary>Failover.OverloadGrace.</summary>
    public TimeSpan? OverloadGrace { get; init; }
}

/// <summary>What became of a replay: an answer, or what is wrong and the exit code.</summary>
/// <param name="ExitCode">What the process returns.</param>
/// <param name="Problems">What is wrong, one line each.</param>
/// <param name="Answer">The answer; null when there is none.</param>
internal sealed record ReplayTold(int ExitCode, IReadOnlyList<string> Problems, ReplayJson? Answer);

/// <summary>What other numbers would have done.</summary>
/// <param name="From">The first probe that was replayed.</param>
/// <param name="To">The last one.</param>
/// <param name="Probes">How many.</param>
/// <param name="Pods">Of which pods.</param>
/// <param name="AsConfigured">What the configuration's numbers would have done.</param>
/// <param name="Changed">What the changed numbers would have done; null when none was changed.</param>
/// <param name="Comparison">The difference, in sentences.</param>
/// <param name="Notes">What this cannot know, and what it assumed.</param>
internal sealed record ReplayJson(
    DateTimeOffset From,
    DateTimeOffset To,
    long Probes,
    IReadOnlyList<string> Pods,
    ReplayRunJson AsConfigured,
    ReplayRunJson? Changed,
    IReadOnlyList<string> Comparison,
    IReadOnlyList<string> Notes);

/// <summary>One of the two replays.</summary>
/// <param name="Numbers">The numbers it went by.</param>
/// <param name="Events">What it did.</param>
internal sealed record ReplayRunJson(string Numbers, IReadOnlyList<ReplayEventJson> Events);

/// <summary>Something that a replay did.</summary>
/// <param name="At">When.</param>
/// <param name="Pod">To which pod.</param>
/// <param name="What">Suspended, Back, Latched, HeldBack or Enabled.</param>
/// <param name="Cause">The rule.</param>
/// <param name="Sentence">As the gate would have said it.</param>
internal sealed record ReplayEventJson(DateTimeOffset At, string Pod, string What, string Cause, string Sentence);

/// <summary>How it becomes JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReplayJson))]
internal sealed partial class ReplayJsonContext : JsonSerializerContext;
