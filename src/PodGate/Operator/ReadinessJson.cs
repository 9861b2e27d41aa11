using System.Text.Json.Serialization;

namespace PodGate.Operator;

/// <summary>The answer of <c>GET /readyz</c>.</summary>
/// <param name="Ready">Whether this gate can serve.</param>
/// <param name="Reasons">Why not; empty when it can.</param>
internal sealed record ReadinessJson(bool Ready, IReadOnlyList<string> Reasons);

/// <summary>How it becomes JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReadinessJson))]
internal sealed partial class ReadinessJsonContext : JsonSerializerContext;
