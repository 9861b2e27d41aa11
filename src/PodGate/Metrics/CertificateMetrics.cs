namespace PodGate.Metrics;

/// <summary>The certificate of a TLS listener.</summary>
/// <param name="Listener">The listener's key and address.</param>
/// <param name="End">When the one in use ends.</param>
/// <param name="Problem">Why the one in the file is not used; null: it is.</param>
internal sealed record CertificateReading(string Listener, DateTimeOffset End, string? Problem);

/// <summary>How long the gate's own certificates last, and whether a renewed one was taken up.</summary>
internal static class CertificateMetrics
{
    /// <summary>Writes the families; none where no listener has TLS.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="certificates">Every TLS listener's.</param>
    public static void Write(ExpositionWriter writer, IReadOnlyList<CertificateReading> certificates)
    {
        if (certificates.Count == 0) return;
        writer.Family("podgate_certificate_end_timestamp_seconds", MetricKind.Gauge, "When the certificate that a TLS listener uses ends.");
        foreach (var one in certificates) writer.Sample(one.End.ToUnixTimeMilliseconds() / 1000.0, new Label("listener", one.Listener));
        writer.Family("podgate_certificate_current", MetricKind.Gauge, "0 while a TLS listener goes on with a certificate since the one in its file was refused.");
        foreach (var one in certificates) writer.Sample(one.Problem is null ? 1 : 0, new Label("listener", one.Listener));
    }
}
