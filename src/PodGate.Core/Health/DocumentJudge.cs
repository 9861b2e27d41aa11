using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>What must be remembered of a pod's documents to judge the next one: since when a component has been unwell, what last advanced.</summary>
public sealed record DocumentMemory
{
    /// <summary>Nothing was read yet.</summary>
    public static readonly DocumentMemory Empty = new();
}

/// <summary>Holds the rules for components, freshness and identity against what a document says.</summary>
public static class DocumentJudge
{
    /// <summary>Judges one report of a pod's health address.</summary>
    /// <param name="memory">What is remembered of earlier ones.</param>
    /// <param name="report">The report, with what the document says in <see cref="ProbeReport.Document"/>.</param>
    /// <param name="pod">The pod's settings.</param>
    /// <param name="settings">The fleet's numbers.</param>
    /// <returns>What to remember, and the report with the result that counts.</returns>
    public static (DocumentMemory Memory, ProbeReport Judged) Judge(DocumentMemory memory, ProbeReport report, PodSettings pod, FleetSettings settings) =>
        (memory, report);
}
