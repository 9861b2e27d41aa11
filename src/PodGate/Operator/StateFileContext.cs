using System.Text.Json;
using System.Text.Json.Serialization;
using PodGate.Operator.Accounts;
using PodGate.Operator.Page;

namespace PodGate.Operator;

/// <summary>How the files of those who may do something become JSON and come back; strict, so that damage shows.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TokenFileJson))]
[JsonSerializable(typeof(UserFileJson))]
[JsonSerializable(typeof(SessionEntryJson[]))]
internal sealed partial class StateFileContext : JsonSerializerContext;
