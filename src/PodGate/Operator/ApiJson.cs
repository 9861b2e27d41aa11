using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using PodGate.Control.Alerts;
using PodGate.Operator.Accounts;
using PodGate.Operator.Audit;

namespace PodGate.Operator;

/// <summary>
/// How the operator API's types become JSON and come back, for API and CLI alike: camelCase, nulls written, numbers never as strings,
/// a name given twice is an error. Whoever adds a property later gives it a default, so that a CLI still understands a gate of the version before.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    NumberHandling = JsonNumberHandling.Strict,
    ReadCommentHandling = JsonCommentHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(FleetJson))]
[JsonSerializable(typeof(PodJson))]
[JsonSerializable(typeof(WhyJson))]
[JsonSerializable(typeof(CommandJson))]
[JsonSerializable(typeof(NoteCommandJson))]
[JsonSerializable(typeof(FreezeCommandJson))]
[JsonSerializable(typeof(OutcomeJson))]
[JsonSerializable(typeof(EventJson))]
[JsonSerializable(typeof(EventsJson))]
[JsonSerializable(typeof(WhereIsJson))]
[JsonSerializable(typeof(SlotsJson))]
[JsonSerializable(typeof(ConnectionsJson))]
[JsonSerializable(typeof(PreviewJson))]
[JsonSerializable(typeof(TrendJson))]
[JsonSerializable(typeof(StatsJson))]
[JsonSerializable(typeof(MaintenanceListJson))]
[JsonSerializable(typeof(MaintenanceCommandJson))]
[JsonSerializable(typeof(CancelMaintenanceJson))]
[JsonSerializable(typeof(MaintenanceOutcomeJson))]
[JsonSerializable(typeof(AnnouncementsJson))]
[JsonSerializable(typeof(TokenCommandJson))]
[JsonSerializable(typeof(TokenJson))]
[JsonSerializable(typeof(IReadOnlyList<TokenJson>))]
[JsonSerializable(typeof(NewTokenJson))]
[JsonSerializable(typeof(UserCommandJson))]
[JsonSerializable(typeof(UserResetJson))]
[JsonSerializable(typeof(UserJson))]
[JsonSerializable(typeof(IReadOnlyList<UserJson>))]
[JsonSerializable(typeof(InvitationJson))]
[JsonSerializable(typeof(ReloadJson))]
[JsonSerializable(typeof(RollStatusJson))]
[JsonSerializable(typeof(RollBeginJson))]
[JsonSerializable(typeof(RollReportJson))]
[JsonSerializable(typeof(UpgradeCommandJson))]
[JsonSerializable(typeof(UpgradeJson))]
[JsonSerializable(typeof(TakeoverJson))]
[JsonSerializable(typeof(AuditPageJson))]
[JsonSerializable(typeof(AuditHead))]
[JsonSerializable(typeof(AlertsJson))]
[JsonSerializable(typeof(AlertTestJson))]
[JsonSerializable(typeof(AlertJson))]
[JsonSerializable(typeof(SilenceJson))]
[JsonSerializable(typeof(IReadOnlyList<SilenceJson>))]
[JsonSerializable(typeof(SilenceCommandJson))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonObject))]
public sealed partial class ApiJson : JsonSerializerContext;
