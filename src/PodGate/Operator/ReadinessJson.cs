using System.Text.Json.Serialization;

namespace PodGate.Operator;

/// <summary>The answer of <c>GET /readyz</c>.</summary>
/// <param name="Ready">Whether this gate can serve.</param>
/// <param name="Reasons">Why not; empty when it can.</param>
internal sealed record ReadinessJson(bool Ready, IReadOnlyList<string> Reasons)
{
    /// <summary>What does not keep it from serving, and wants somebody: a certificate that ends soon, or a renewed one that cannot be used.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>How it becomes JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReadinessJson))]
internal sealed partial class ReadinessJsonContext : JsonSerializerContext;
