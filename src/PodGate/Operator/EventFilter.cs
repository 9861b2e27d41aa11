using Microsoft.AspNetCore.Http;
using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>Which events somebody wants; what is null is not asked for.</summary>
/// <param name="Pod">Only those of one pod, which may have left the configuration.</param>
/// <param name="Cause">Only those of one cause.</param>
/// <param name="Who">Only those of one person, or of <c>automation</c>.</param>
internal sealed record EventFilter(string? Pod, Cause? Cause, string? Who)
{
    private const int Longest = 256;

    /// <summary>Reads it from the query: <c>pod</c>, <c>cause</c>, <c>who</c>.</summary>
    /// <param name="context">The request.</param>
    public static EventFilter Of(HttpContext context)
    {
        var cause = Word(context, "cause");
        if (cause is null) return new EventFilter(Word(context, "pod"), null, Word(context, "who"));

        // TryParse alone would take numbers and lists.
        var known = Enum.GetValues<Cause>().Where(one => one.ToString().Equals(cause, StringComparison.OrdinalIgnoreCase)).ToArray();
        return known.Length == 1
            ? new EventFilter(Word(context, "pod"), known[0], Word(context, "who"))
            : throw ApiProblem.BadRequest($"cause is {RequestReading.Shown(cause)}; it must be one of {string.Join(", ", Enum.GetNames<Cause>())}.");
    }

    /// <summary>Whether an event is one of them.</summary>
    /// <param name="transition">The event.</param>
    public bool Fits(Transition transition) =>
        (Pod is null || transition.Pod == Pod) && (Cause is null || transition.Cause == Cause) && (Who is null || transition.Who == Who);

    private static string? Word(HttpContext context, string name) => context.Request.Query[name] switch
    {
        { Count: 0 } => null,
        { Count: 1 } values when values[0] is { Length: > 0 and <= Longest } word => word,
        _ => throw ApiProblem.BadRequest($"{name} must be one word of 1 to {Longest} characters."),
    };
}
