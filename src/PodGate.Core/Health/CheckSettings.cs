using System.Collections.Immutable;

namespace PodGate.Core.Health;

/// <summary>A check of the gate's own: a request, or several one after the other, through the pod's real endpoint.</summary>
/// <param name="Name">1 to 63 of a-z, 0-9 and '-'.</param>
public sealed record CheckSettings(string Name)
{
    /// <summary>The most checks of one pod.</summary>
    public const int MostChecks = 16;

    /// <summary>The most steps of one check.</summary>
    public const int MostSteps = 16;

    /// <summary>
    /// The port of a check that only connects (bare TCP); 0: the port of the pod's address; null: it is an HTTP check. <value>Default null.</value>
    /// </summary>
    public int? TcpPort { get; init; }

    /// <summary>What an HTTP check does, in order; the first step that is not satisfied ends it.</summary>
    public ImmutableArray<CheckStep> Steps { get; init; } = [];

    /// <summary>Time from start to start. <value>Default 5 s; 200 ms to 1 h.</value></summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long all steps together may take. <value>Default 2 s; 50 ms to 1 min.</value></summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Failures in a row that make the verdict Unhealthy. <value>Default 3; 2 to 100.</value></summary>
    public int Fall { get; init; } = 3;

    /// <summary>Good runs in a row that prove it. <value>Default 2; 1 to 100.</value></summary>
    public int Rise { get; init; } = 2;

    /// <summary>By value, steps too.</summary>
    public bool Equals(CheckSettings? other) =>
        other is not null && Name == other.Name && TcpPort == other.TcpPort && Interval == other.Interval && Timeout == other.Timeout
        && Fall == other.Fall && Rise == other.Rise && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Interval);
}

/// <summary>
/// One request of a check and what its answer must be. In <see cref="Path"/>, <see cref="Headers"/>, <see cref="Body"/> and the expected
/// texts <c>{nonce}</c> stands for a value that is new in every run and the same in all its steps, so that what one step wrote another can read back.
/// </summary>
public sealed record CheckStep
{
    /// <summary>The method. <value>Default GET.</value></summary>
    public string Method { get; init; } = "GET";

    /// <summary>Path and query, behind the pod's address. <value>Default /.</value></summary>
    public string Path { get; init; } = "/";

    /// <summary>Headers to send; <c>Host</c> may be among them. <value>Default none; 16 at most.</value></summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The body to send; null: none.</summary>
    public string? Body { get; init; }

    /// <summary>The status codes that are right; empty: 200 to 299.</summary>
    public ImmutableArray<int> Status { get; init; } = [];

    /// <summary>A text that the body must contain; null: anything.</summary>
    public string? BodyContains { get; init; }

    /// <summary>A regular expression that the body must match; without backtracking, so that it always ends. Null: anything.</summary>
    public string? BodyMatches { get; init; }

    /// <summary>A path of names and indices into a JSON body, such as <c>items.0.state</c>; null: none.</summary>
    public string? JsonPath { get; init; }

    /// <summary>What must be there, as text (numbers and true as JSON writes them).</summary>
    public string? JsonEquals { get; init; }

    /// <summary>The slowest answer that is acceptable, first byte to last included; null: the check's timeout only.</summary>
    public TimeSpan? Slowest { get; init; }

    /// <summary>By value, collections too.</summary>
    public bool Equals(CheckStep? other) =>
        other is not null && Method == other.Method && Path == other.Path && Body == other.Body && BodyContains == other.BodyContains
        && BodyMatches == other.BodyMatches && JsonPath == other.JsonPath && JsonEquals == other.JsonEquals && Slowest == other.Slowest
        && Headers.SequenceEqual(other.Headers) && Status.SequenceEqual(other.Status);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Method, Path);
}
