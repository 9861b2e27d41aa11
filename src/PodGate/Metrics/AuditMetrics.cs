using PodGate.Operator.Audit;

namespace PodGate.Metrics;

/// <summary>The audit trail: where it ends, and what it could not take.</summary>
internal static class AuditMetrics
{
    /// <summary>Writes the families.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="audit">What became of the trail.</param>
    public static void Write(ExpositionWriter writer, AuditReading audit)
    {
        writer.Single("podgate_audit_entries_total", MetricKind.Counter, "Entries written to the audit trail.", audit.Entries);
        writer.Family("podgate_audit_head", MetricKind.Gauge,
            "The number of the newest entry of the audit trail, which only grows; one that falls is a trail that was cut or made anew. Missing while it is not known.");
        if (audit.Head is { } head) writer.Sample(head);
        writer.Single("podgate_audit_write_failures_total", MetricKind.Counter, "Attempts to write to the audit trail that failed.", audit.Failures);
        writer.Single("podgate_audit_waiting_entries", MetricKind.Gauge, "Entries of acts that were carried out and wait until the audit trail can be written.", audit.Waiting);
        writer.Single("podgate_audit_omitted_total", MetricKind.Counter,
            "Acts that are counted and not in the audit trail: refused callers beyond the limit, and what came while too much waited.", audit.Omitted);
        writer.Single("podgate_audit_refused_callers_total", MetricKind.Counter, "Requests refused with 401 or 403.", audit.Refused);
        writer.Single("podgate_audit_damaged", MetricKind.Gauge, "1 when damage of the audit trail was found since the process started.", audit.IsDamaged ? 1 : 0);
    }
}
