namespace PodGate.Operator;

// The answer of GET /api/v1/pods/{name}/why. Texts are the gate's own words but where it is said otherwise.

/// <summary>Why a pod is what it is.</summary>
/// <param name="Now">The gate's time.</param>
/// <param name="Pod">The pod, with its latch and that latch's evidence as it was.</param>
/// <param name="Rulings">What is in force, the strongest first; never empty.</param>
/// <param name="Numbers">What is compared, as it is now.</param>
/// <param name="Reports">The last reports of the health address and of every check, oldest first, at most 20 of each.</param>
/// <param name="Document">What the last health document said, or null.</param>
/// <param name="Guard">What the guard would say if the pod failed now.</param>
/// <param name="Enable">What an enable would meet now.</param>
/// <param name="Body">The start of the last body that the health address gave, in the pod's words, cleaned; null for viewers, and when there is none.</param>
public sealed record WhyJson(
    DateTimeOffset Now,
    PodJson Pod,
    IReadOnlyList<RulingJson> Rulings,
    IReadOnlyList<ComparisonJson> Numbers,
    IReadOnlyList<ReportJson> Reports,
    DocumentJson? Document,
    IReadOnlyList<string> Guard,
    PreflightJson Enable,
    string? Body);

/// <summary>A decision in force.</summary>
/// <param name="By">Intent, Latch, NeverPassed, HeldBack, Suspension or Nothing.</param>
/// <param name="Cause">The rule that fired, by name, or null.</param>
/// <param name="Rule">The rule in a sentence.</param>
/// <param name="Sentence">What was seen when it fired.</param>
/// <param name="Since">Since when.</param>
public sealed record RulingJson(string By, string? Cause, string Rule, string Sentence, DateTimeOffset Since);

/// <summary>A number that is compared.</summary>
/// <param name="Subject">probes, suspension, ramp, traffic, or check and its name.</param>
/// <param name="Name">What it is.</param>
/// <param name="Value">The number, with its unit.</param>
/// <param name="Limit">What it is held against; empty when against nothing.</param>
public sealed record ComparisonJson(string Subject, string Name, string Value, string Limit);

/// <summary>What one probe found.</summary>
/// <param name="Check">The check; null: the health address.</param>
/// <param name="At">When it was sent.</param>
/// <param name="Result">How it ended, as it was judged.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Sentence">In a sentence; empty for viewers.</param>
/// <param name="Witnessed">Of silence: a witness answered meanwhile.</param>
/// <param name="Body">The start of the answer's body, in the pod's words, cleaned, at most 500 characters; null for viewers and when there was none.</param>
public sealed record ReportJson(string? Check, DateTimeOffset At, string Result, double Milliseconds, string Sentence, bool Witnessed, string? Body = null);

/// <summary>What a health document said.</summary>
/// <param name="At">When it was asked for.</param>
/// <param name="Result">How it was judged.</param>
/// <param name="ObservedAt">When the pod says it looked at itself, by its own clock, or null.</param>
/// <param name="Sequence">The number of that look, or null.</param>
/// <param name="Uptime">How long the pod says it has been running, or null.</param>
/// <param name="Identity">Whose it says it is, in the pod's words; null for viewers.</param>
/// <param name="Version">The product's version, in the pod's words; null for viewers.</param>
/// <param name="CacheAge">The age that a cache gave it, or null.</param>
/// <param name="ClockSkewSeconds">How far the pod's clock is ahead of the gate's, or null.</param>
/// <param name="Components">What it names, in the pod's words; empty for viewers.</param>
public sealed record DocumentJson(
    DateTimeOffset At,
    string Result,
    DateTimeOffset? ObservedAt,
    long? Sequence,
    TimeSpan? Uptime,
    string? Identity,
    string? Version,
    TimeSpan? CacheAge,
    double? ClockSkewSeconds,
    IReadOnlyList<ComponentJson> Components);

/// <summary>A component of a health document.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Result">What the document says of it.</param>
/// <param name="Rule">What the configuration lets it do to the pod.</param>
/// <param name="Text">What the pod says about it, or null.</param>
public sealed record ComponentJson(string Name, string Result, string Rule, string? Text);

/// <summary>What a command would meet.</summary>
/// <param name="Allowed">It would be carried out, or there is nothing to do.</param>
/// <param name="Sentence">Why, or the refusal.</param>
/// <param name="Rise">Good probes in a row that it needs.</param>
public sealed record PreflightJson(bool Allowed, string Sentence, int Rise = 0);
