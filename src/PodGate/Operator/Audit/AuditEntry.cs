using System.Text.Json.Serialization;
using PodGate.Control.Alerts;

namespace PodGate.Operator.Audit;

/// <summary>An act of somebody, in a line of the audit trail and in the API alike. Without number and hashes while it waits to be written.</summary>
/// <param name="Number">Its number; one more than that of the entry before.</param>
/// <param name="At">When it had ended, by the gate's clock.</param>
/// <param name="Act">Method and route of the request, such as <c>POST pods.drain</c>, or a word of the gate's own, such as <c>audit.pruned</c>.</param>
/// <param name="Status">The answer's HTTP status; 0: nobody was left to be answered, and it may have been carried out.</param>
/// <param name="Who">Under which name; null: nobody knows.</param>
/// <param name="Role">What he may.</param>
/// <param name="Proof">How he showed who he is.</param>
/// <param name="From">The address that the request came from.</param>
/// <param name="Target">What it was about: a pod, a token, a plan.</param>
/// <param name="Reason">Why, as the person said it, or what else tells what was done.</param>
/// <param name="Refusal">The type of the problem that it was answered with.</param>
/// <param name="Transition">The number of the event that it led to.</param>
/// <param name="Omitted">How many acts are missing before it: refused callers beyond the limit, or what came while too much waited for the disk.</param>
/// <param name="Gone">Of a checkpoint: the last entry that was pruned.</param>
/// <param name="Previous">The hash of the entry before.</param>
/// <param name="Hash">SHA-256 of all of its line that stands before this member.</param>
public sealed record AuditEntry(
    long Number,
    DateTimeOffset At,
    string Act,
    int Status,
    string? Who = null,
    string? Role = null,
    string? Proof = null,
    string? From = null,
    string? Target = null,
    string? Reason = null,
    string? Refusal = null,
    long? Transition = null,
    long? Omitted = null,
    AuditHead? Gone = null,
    string Previous = "",
    string Hash = "");

/// <summary>How lines become JSON and come back. What a newer gate writes besides is passed over: the hash is over the bytes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 4)]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class AuditEntryContext : JsonSerializerContext;
