using Microsoft.Extensions.Logging;
using PodGate.Metrics;

namespace PodGate.Hosting.Certificates;

/// <summary>
/// Looks every second whether certificates were renewed under their names: by content, since some who renew keep time and length, and some only turn a link.
/// </summary>
internal sealed class CertificateWatch(TimeProvider time, ILogger logger)
{
    /// <summary>How long before its end a certificate that is still not renewed is said: most are renewed a month before.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(7);

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private IReadOnlyList<ListenerCertificate> _certificates = [];

    /// <summary>Says whose certificates; once, before anything else is asked.</summary>
    /// <param name="certificates">All listeners'.</param>
    public void Watch(IReadOnlyList<ListenerCertificate> certificates) => _certificates = certificates;

    /// <summary>What is in use.</summary>
    public IReadOnlyList<CertificateReading> Readings() => [.. _certificates.Select(certificate => certificate.Read())];

    /// <summary>What somebody should do something about, in sentences for people.</summary>
    public IReadOnlyList<string> Warnings()
    {
        var now = time.GetUtcNow();
        var readings = Readings();
        return
        [
            .. readings.Where(reading => reading.Problem is not null).Select(reading => $"{reading.Listener} goes on with the certificate that it has: {reading.Problem}"),
            .. readings.Where(reading => reading.End - now < Soon)
                .Select(reading => $"The certificate of {reading.Listener} {(reading.End <= now ? "ended" : "ends")} on {reading.End:u}."),
        ];
    }

    /// <summary>Looks until it is cancelled.</summary>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (_certificates.Count == 0) return;
        using var timer = new PeriodicTimer(LookInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel)) Look();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The way to end it.
        }
    }

    /// <summary>One look at all files.</summary>
    internal void Look()
    {
        foreach (var certificate in _certificates)
        {
            try
            {
                if (certificate.Look() is not { } news) continue;
                var (listener, end, _) = certificate.Read();
                if (news.Problem is { } problem) GateLog.CertificateRefused(logger, listener, end, problem);
                else GateLog.CertificateRenewed(logger, listener, end);
            }
            catch (Exception exception)
            {
                // Whatever fails here must not end the watch: a later, better file must still be taken up.
                GateLog.CertificatesNotSeen(logger, exception);
            }
        }
    }
}
