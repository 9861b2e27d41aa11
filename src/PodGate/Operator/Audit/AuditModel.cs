using PodGate.Control.Alerts;

namespace PodGate.Operator.Audit;

/// <summary>The answer of <c>GET /api/v1/audit</c>.</summary>
/// <param name="Entries">The newest first.</param>
/// <param name="Before">
/// What to ask for as <c>before</c> for older ones; null: there are none. There may be some although none was found: an answer searches through a limited part.
/// </param>
/// <param name="Unreadable">Lines that were passed over, since they are not what was written; <c>podgate audit verify</c> says which.</param>
public sealed record AuditPageJson(IReadOnlyList<AuditEntry> Entries, long? Before, int Unreadable);

/// <summary>Something that is wrong with a trail.</summary>
/// <param name="Where">The file, and the line in it.</param>
/// <param name="What">What is wrong.</param>
public sealed record AuditFinding(string Where, string What);

/// <summary>What the files of a trail prove.</summary>
/// <param name="Right">Nothing is wrong.</param>
/// <param name="First">The number of the oldest entry; 0: there is none.</param>
/// <param name="Entries">How many there are.</param>
/// <param name="Files">In how many files.</param>
/// <param name="Head">The newest entry, to be kept elsewhere.</param>
/// <param name="Findings">What is wrong, in the order of the files.</param>
/// <param name="More">How much more was found than is listed.</param>
public sealed record AuditVerdict(
    bool Right, long First, long Entries, int Files, AuditHead Head, IReadOnlyList<AuditFinding> Findings, int More);
