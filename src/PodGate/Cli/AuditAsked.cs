using System.Text.Json.Serialization;
using PodGate.Control.Alerts;
using PodGate.Operator.Audit;

namespace PodGate.Cli;

/// <summary>What <c>podgate audit verify</c> was called with.</summary>
/// <param name="ConfigPath">The configuration file, or null: the usual places.</param>
/// <param name="StateDirectory">The state directory, or null: the configuration's.</param>
/// <param name="Head">A head that was kept elsewhere, or null.</param>
internal sealed record AuditAsked(string? ConfigPath, string? StateDirectory, AuditHead? Head);

/// <summary>What became of it.</summary>
/// <param name="ExitCode">What the process returns.</param>
/// <param name="Problem">Why there is no verdict; null when there is one.</param>
/// <param name="Verdict">The verdict; null when there is none.</param>
internal sealed record AuditTold(int ExitCode, string? Problem, AuditVerdict? Verdict);

/// <summary>How the verdict becomes JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuditVerdict))]
internal sealed partial class AuditVerdictContext : JsonSerializerContext;
