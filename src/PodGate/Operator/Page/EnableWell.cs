using System.Globalization;
using Microsoft.AspNetCore.Http;
using PodGate.Core.Pods;
using PodGate.Operator.Audit;

namespace PodGate.Operator.Page;

/// <summary>
/// After a wrong mass latch: enables all latched pods that are well again, each by a command of its own, in the version that the person saw, with the same
/// check as anywhere. What is refused stays out, and holds up none of the others.
/// </summary>
internal sealed class EnableWell(OperatorSources sources)
{
    /// <summary>The most pods of one form, which has a limit as well; the rest comes with the next one.</summary>
    public const int Most = 100;

    private const string NotTried = "It was not tried, since nobody answered for one before it.";

    /// <summary>Latched pods whose enable would be carried out now.</summary>
    /// <param name="fleet">The fleet as it is shown.</param>
    public IReadOnlyList<PodJson> Candidates(FleetJson fleet)
    {
        var view = sources.View();
        var now = sources.Time.GetUtcNow();
        bool IsWell(string pod) => view.Find(pod) is { } found && Preflight.OfEnable(view.Fleet, found, now).Allowed;
        return [.. fleet.Pods.Where(pod => pod.State == nameof(PodState.Latched) && IsWell(pod.Name))];
    }

    /// <summary>Enables what a form names.</summary>
    /// <param name="context">The request.</param>
    /// <param name="form">Its form, checked.</param>
    public async Task<IReadOnlyList<PodTold>> CommandAsync(HttpContext context, IFormCollection form)
    {
        var reason = RequestReading.Reason(form["reason"]);
        var seen = form["seen"].Select(text => Seen(text ?? "")).DistinctBy(one => one.Pod).ToList();
        if (seen.Count is 0 or > Most) throw ApiProblem.BadRequest($"The form names {seen.Count} pods; it must name 1 to {Most}.");
        var who = AdminPipeline.Caller(context).Name;
        var told = new List<PodTold>();
        foreach (var (pod, version) in seen)
        {
            // Where nobody answered once, the rest would wait as long, one after the other.
            told.Add(told.Exists(one => !one.Known)
                ? new PodTold(pod, NotTried, Done: false, Durable: true)
                : await EnableAsync(context, new EnableCommand(pod, who, reason, Force: false, version)));
        }

        Note(context, reason, told);
        return told;
    }

    /// <summary>It is one act: the trail is to say of which pods, and not of the last one alone. The events have each by itself.</summary>
    private static void Note(HttpContext context, string reason, List<PodTold> told)
    {
        var (done, rest) = (told.Where(one => one.Done).Select(one => one.Pod), told.Where(one => !one.Done).Select(one => one.Pod).ToList());
        var note = AuditNote.Of(context);
        note.Target = string.Join(' ', done);
        note.Reason = rest.Count == 0 ? reason : $"not enabled: {string.Join(' ', rest)}; {reason}";
    }

    private async Task<PodTold> EnableAsync(HttpContext context, EnableCommand command)
    {
        try
        {
            var outcome = await CommandAnswers.ExecuteAsync(sources, context, command, command.Pod);
            return new PodTold(command.Pod, outcome.Sentence, Done: true, outcome.Durable);
        }
        catch (ApiProblem refused)
        {
            return new PodTold(command.Pod, refused.Message, Done: false, Durable: true) { Known = refused.Type != "no-answer" };
        }
    }

    /// <summary>Which pod, in which version: "17 pod-a".</summary>
    private static (string Pod, long Version) Seen(string text)
    {
        var parts = text.Split(' ', 2);
        if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return (parts[1], version);
        throw ApiProblem.BadRequest("The form does not say which version of each pod was seen; load the page anew.");
    }
}

/// <summary>What became of one of several pods.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="Done">Whether it is in effect.</param>
/// <param name="Durable">Whether it is in the journal.</param>
public sealed record PodTold(string Pod, string Sentence, bool Done, bool Durable)
{
    /// <summary>Whether it is known what became of it. <value>Default true.</value></summary>
    public bool Known { get; init; } = true;
}
