using System.Text.Json;
using System.Text.Json.Nodes;
using PodGate.Core.Pods;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>
/// <c>podgate enable --all-well</c>, after a wrong mass latch: every latched pod that looks well again, one after the other, each in the version that was
/// seen. What is refused stays out and holds up none of the others.
/// </summary>
internal static class EnableWellCommand
{
    /// <summary>Enables them; ends with 1 when any was refused.</summary>
    /// <param name="session">Whom to ask.</param>
    /// <param name="asked">What is sent for each, but for its version.</param>
    /// <param name="dry">Only say which.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<int> RunAsync(CliSession session, CommandJson asked, bool dry, CancellationToken cancel)
    {
        var (_, fleet, _) = await session.Gate.GetAsync<FleetJson>("api/v1/pods", cancel);
        var latched = fleet.Pods.Where(pod => pod.State == nameof(PodState.Latched)).ToLookup(pod => pod.WellSince is not null);
        foreach (var pod in latched[false]) session.Screen.Note($"{pod.Name} stays out: it is not well.");
        if (!latched[true].Any()) session.Screen.Note("No latched pod looks well; there is nothing to enable.");
        var (answers, refused) = (new JsonObject(), 0);
        try
        {
            foreach (var pod in latched[true])
            {
                if (!session.Json)
                    session.Screen.Line(PlainText.Invariant($"{pod.Name} (version {pod.Version}) looks well since {PlainText.Moment(pod.WellSince!.Value)}: {pod.Sentence}"));
                if (!dry && !await EnableAsync(session, pod, asked, answers, cancel)) refused++;
                if (dry) answers[pod.Name] = null;
            }
        }
        finally
        {
            // What was done before the gate went away, or somebody lost patience, is said, too.
            var document = new JsonObject { ["pods"] = answers };
            if (session.Json) session.Screen.Json(JsonSerializer.SerializeToElement(document, ApiJson.Default.JsonObject));
        }

        if (dry && !session.Json) session.Screen.Line("Nothing was changed.");
        return refused == 0 ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static async Task<bool> EnableAsync(CliSession session, PodJson pod, CommandJson asked, JsonObject answers, CancellationToken cancel)
    {
        try
        {
            var command = asked with { Version = pod.Version };
            var outcome = await session.Gate.PostAsync<CommandJson, OutcomeJson>($"{PodCommands.PathOf(pod.Name)}/enable", command, cancel);
            Outcomes.Warn(session, outcome);
            if (!session.Json) session.Screen.Line(outcome.Value.Sentence);
            answers[pod.Name] = JsonObject.Create(outcome.Document);
            return true;
        }
        catch (GateRefused refused)
        {
            session.Screen.Note($"refused: {refused.Message}");
            answers[pod.Name] = refused.Document is { } document ? JsonObject.Create(document) : null;
            return false;
        }
    }
}
