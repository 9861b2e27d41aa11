using System.Globalization;
using System.Text;
using PodGate.Core.Health.Formats;

namespace PodGate.Core.Health;

/// <summary>
/// The wording of what documents say. Sentences go to viewers and alerts, and documents carry exceptions and connection strings: nothing of a pod's own
/// words is in them but the names of components, and of these only plain ones.
/// </summary>
internal static class HealthWording
{
    // Kept for what stands before a list in brackets, and for "and N more".
    private const int Kept = 80;
    private const int LongestName = 40;

    /// <summary>
    /// " (database: Unhealthy; alarms: Degraded; and 3 more)": the components that are not well, the worst first, as many as fit; "" when all are.
    /// </summary>
    /// <param name="components">Them.</param>
    internal static string Unwell(IEnumerable<HealthComponent> components) => InBrackets(
        components.Where(component => component.Result != ProbeResult.Healthy).OrderByDescending(component => HealthWords.Rank(component.Result))
            .Select(component => $"{NameOf(component)}: {component.Result}"),
        HealthDocument.SentenceLimit - Kept);

    /// <summary>A list in brackets, as much of it as fits.</summary>
    /// <param name="parts">What to list.</param>
    /// <param name="room">The characters that there are for it; the first part is listed in any case.</param>
    internal static string InBrackets(IEnumerable<string> parts, int room)
    {
        var text = new StringBuilder(" (");
        int shown = 0, more = 0;
        foreach (var part in parts)
        {
            if (more > 0 || (shown > 0 && text.Length + part.Length > room))
            {
                more++;
                continue;
            }

            if (shown++ > 0) text.Append("; ");
            text.Append(part);
        }

        if (shown == 0) return "";
        if (more > 0) text.Append(CultureInfo.InvariantCulture, $"; and {more} more");
        return text.Append(')').ToString();
    }

    /// <summary>Its name if that is a plain one, so that nothing else gets into sentences in its place.</summary>
    /// <param name="component">The component.</param>
    internal static string NameOf(HealthComponent component) =>
        component.Name.Length is > 0 and <= LongestName && component.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ' ' or ':')
            ? component.Name
            : "a component";

    /// <summary>"12.3 s": a duration for people.</summary>
    /// <param name="span">It.</param>
    internal static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s");
}
