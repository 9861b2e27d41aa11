using System.Collections.Immutable;

namespace PodGate.Core.Health;

/// <summary>What kind of health document a pod has.</summary>
public enum HealthFormat
{
    /// <summary>Recognised by content type and shape. The default.</summary>
    Auto,

    /// <summary>The status code alone; the body is not read as health.</summary>
    Status,

    /// <summary>ASP.NET Core's health checks: text of one word, or its JSON report.</summary>
    AspNet,

    /// <summary><c>application/health+json</c> (draft-inadarei-api-health-check).</summary>
    HealthJson,

    /// <summary>Spring Boot Actuator's <c>/actuator/health</c>.</summary>
    Actuator,

    /// <summary>MicroProfile Health.</summary>
    MicroProfile,

    /// <summary>HAProxy's agent check: a TCP connection, one line of words.</summary>
    Agent,

    /// <summary>grpc.health.v1.Health/Check.</summary>
    Grpc,
}

/// <summary>What a component of a health document may do to its pod.</summary>
public enum ComponentRule
{
    /// <summary>Whatever it says is said of the pod.</summary>
    Condemn,

    /// <summary>Makes the pod degraded at most, for a while or for ever.</summary>
    Degrade,

    /// <summary>Is shown and counts for nothing.</summary>
    Ignore,
}

/// <summary>The rule of one component.</summary>
/// <param name="Rule">What it may do.</param>
/// <param name="For">For how long it only degrades the pod; after that it condemns it too. Null: for ever. Only with <see
/// cref="ComponentRule.Degrade"/>.</param>
public sealed record ComponentSettings(ComponentRule Rule, TimeSpan? For = null);

/// <summary>How a document proves that it is not an old one.</summary>
public sealed record FreshnessSettings
{
    /// <summary>
    /// The field that advances: a name, or a path of names joined by dots. Null: the common names are known (a timestamp, a sequence, an
    /// uptime), and a document that has none of them, or none that moves, is believed. A document that lacks a field named here is stale.
    /// </summary>
    public string? Field { get; init; }

    /// <summary>How many probe intervals it may stand still. <value>Default 10; 2 to 10,000; 0: never stale, and answers of caches are taken.</value></summary>
    public int Intervals { get; init; } = 10;
}

/// <summary>How a document proves whose it is.</summary>
public sealed record IdentitySettings
{
    /// <summary>What it must say; null: the pod's name in PodGate.</summary>
    public string? Expected { get; init; }

    /// <summary>The field that says it: a name, or a path of names joined by dots. Null: the common names (pod, podName, podId).</summary>
    public string? Field { get; init; }

    /// <summary>The response header that says it; null: none.</summary>
    public string? Header { get; init; }
}

/// <summary>Where a pod's health is asked for, and how the answer is read.</summary>
/// <param name="Url">Absolute URL: http or https; <c>tcp://host:port</c> for <see cref="HealthFormat.Agent"/>; for
/// <see cref="HealthFormat.Grpc"/> http or https, whose path is the name of the service ("/" asks for the whole server).</param>
public sealed record HealthSettings(Uri Url)
{
    /// <summary>The most rules for components.</summary>
    public const int MostRules = 64;

    /// <summary>The name of the rule for all components that have none of their own.</summary>
    public const string AnyComponent = "*";

    /// <summary>What kind of document it is. <value>Default Auto.</value></summary>
    public HealthFormat Format { get; init; } = HealthFormat.Auto;

    /// <summary>Headers that the probe sends. Secrets among them are never shown. <value>Default none; 16 at most.</value></summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = NoHeaders;

    /// <summary>Rules by the component's name, compared without case; a rule for "db" is also for "db.replica" and "db:connections", and
    /// <see cref="AnyComponent"/> is for the rest. Without any rule the document's own verdict counts. <value>Default none.</value></summary>
    public ImmutableSortedDictionary<string, ComponentSettings> Components { get; init; } = NoRules;

    /// <summary>How it proves that it is not an old one.</summary>
    public FreshnessSettings Freshness { get; init; } = new();

    /// <summary>
    /// How it proves whose it is. Null: a document that carries the name of <em>another configured pod</em> condemns, any other name is only shown.
    /// </summary>
    public IdentitySettings? Identity { get; init; }

    /// <summary>The rule that a component falls under; null: the document's own verdict counts.</summary>
    /// <param name="component">The component's name.</param>
    public ComponentSettings? RuleOf(string component) => ComponentRules.Of(this, component);

    private static readonly ImmutableSortedDictionary<string, string> NoHeaders =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    private static readonly ImmutableSortedDictionary<string, ComponentSettings> NoRules =
        ImmutableSortedDictionary.Create<string, ComponentSettings>(StringComparer.OrdinalIgnoreCase);

    /// <summary>By value, collections too.</summary>
    public bool Equals(HealthSettings? other) =>
        other is not null && Url == other.Url && Format == other.Format && Freshness == other.Freshness && Identity == other.Identity
        && Headers.SequenceEqual(other.Headers) && Components.SequenceEqual(other.Components);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Url, Format);
}
