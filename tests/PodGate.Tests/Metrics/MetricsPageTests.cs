using System.Diagnostics;
using System.Text;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Metrics;
using PodGate.Proxy.Arrivals;
using PodGate.Proxy.Turnstiles;
using PodGate.Tests.Operator;

namespace PodGate.Tests.Metrics;

/// <summary>The real page of a real admin port, judged by Prometheus's own tool.</summary>
public sealed class MetricsPageTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Page_CheckedByPromtool_HasNothingToComplainAbout()
    {
        for (var failure = 0; failure < 3; failure++) await _rig.ProbeAsync("pod-b", ProbeResult.Refused);
        var answer = await _rig.SendAsync(HttpMethod.Get, "/metrics", null);
        answer.Content.Headers.ContentType!.ToString().Should().Be(ExpositionWriter.ClassicType);
        var (code, output) = await PromtoolAsync(await answer.Content.ReadAsStringAsync());
        output.Should().BeEmpty();
        code.Should().Be(0);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain;version=0.0.4", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text;version=0.0.1,text/plain;q=0.5", false)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("not a media type", false)]
    public async Task Page_IsInTheFormatThatTheScraperPrefers(string accept, bool isOpenMetrics)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept.Length > 0) request.Headers.TryAddWithoutValidation("Accept", accept);
        var answer = await _rig.Client.SendAsync(request);
        answer.Content.Headers.ContentType!.ToString().Should().Be(isOpenMetrics ? ExpositionWriter.OpenMetricsType : ExpositionWriter.ClassicType);
        answer.Headers.Vary.Should().Equal("Accept", "Accept-Encoding");
        var page = await answer.Content.ReadAsStringAsync();
        page.EndsWith("\n# EOF\n", StringComparison.Ordinal).Should().Be(isOpenMetrics);
        page.Should().Contain("podgate_alerts_sent_total 1\n").And.Contain($"# TYPE podgate_alerts_sent{(isOpenMetrics ? "" : "_total")} counter\n");
    }

    [Fact]
    public async Task Page_PodLatched_SaysSo()
    {
        for (var failure = 0; failure < 3; failure++) await _rig.ProbeAsync("pod-b", ProbeResult.Refused);
        var lines = (await (await _rig.SendAsync(HttpMethod.Get, "/metrics", null)).Content.ReadAsStringAsync()).Split('\n');
        lines.Should().Contain("podgate_pod_state{pod=\"pod-b\",state=\"Latched\"} 1");
        lines.Should().Contain("podgate_pod_state{pod=\"pod-b\",state=\"Open\"} 0");
        lines.Should().Contain("podgate_pod_state{pod=\"pod-a\",state=\"Open\"} 1");
        lines.Should().Contain("podgate_pod_latched{pod=\"pod-b\"} 1");
        lines.Should().Contain("podgate_pod_healthy{pod=\"pod-b\"} 0");
        lines.Should().Contain("podgate_pod_slots{pod=\"pod-b\"} 0");
        lines.Should().Contain("podgate_probe_results_total{pod=\"pod-b\",result=\"refused\"} 3");
        lines.Should().Contain("podgate_probe_duration_seconds_bucket{pod=\"pod-b\",le=\"0.005\"} 6");
        lines.Should().Contain(line => line.StartsWith("podgate_transitions_total{pod=\"pod-b\",cause=\"refused\"} "));
        lines.Should().Contain("podgate_alerts_sent_total 1").And.Contain("podgate_alert_channel_failed_total{channel=\"ops\"} 2");
        lines.Should().Contain("podgate_check_results_total{pod=\"pod-a\",check=\"login\",result=\"too_slow\"} 1");
        lines.Should().Contain("podgate_check_duration_seconds_count{pod=\"pod-a\",check=\"login\"} 1");
        lines.Should().Contain("podgate_gate_lateness_seconds 0.5");
        lines.Should().Contain("podgate_gate_late_spells_total 2");
        lines.Should().Contain("podgate_gate_pool_delay_seconds 0.003");
        lines.Should().Contain("podgate_probe_loop_restarts_total 1");
        lines.Should().Contain(line => line.StartsWith("process_open_fds "));
    }

    [Fact]
    public async Task Page_WithChecksAndClocks_HasTheNumbersThatVerdictsRestOn()
    {
        await _rig.ProbeAsync("pod-b", ProbeResult.Unhealthy, report => report with { Check = "login" });
        await _rig.ProbeAsync("pod-a", ProbeResult.Healthy, report => report with { ClockSkew = TimeSpan.FromSeconds(-2.5) });
        await _rig.ProbeAsync("pod-c", ProbeResult.Unhealthy);
        await _rig.ProbeAsync("pod-c", ProbeResult.Healthy);
        var page = await (await _rig.SendAsync(HttpMethod.Get, "/metrics", null)).Content.ReadAsStringAsync();
        var lines = page.Split('\n');
        lines.Should().Contain("podgate_check_results_total{pod=\"pod-b\",check=\"login\",result=\"unhealthy\"} 1");
        lines.Should().Contain("podgate_pod_clock_skew_seconds{pod=\"pod-a\"} -2.5");
        lines.Should().Contain("podgate_pod_flaps{pod=\"pod-c\"} 1");
        lines.Should().Contain("podgate_pod_flaps{pod=\"pod-b\"} 0");
        lines.Should().NotContain(line => line.StartsWith("podgate_pod_traffic_sources{"), "no traffic stands out");
        lines.Should().Contain("podgate_history_dropped_total 17");
        lines.Should().Contain("podgate_log_dropped_total 4");
        lines.Should().Contain("podgate_certificate_current{listener=\"Admin.Listen https://127.0.0.1:9090\"} 0");
        lines.Should().Contain("podgate_certificate_end_timestamp_seconds{listener=\"Admin.Listen https://127.0.0.1:9090\"} 86400");
        lines.Should().Contain("podgate_audit_entries_total 0").And.Contain("podgate_audit_head 0").And.Contain("podgate_audit_write_failures_total 0");
        (await PromtoolAsync(page)).Should().Be((0, ""));
    }

    [Fact]
    public async Task TrafficThatStandsOut_IsThereByPodAndKind()
    {
        var fleet = _rig.View.Fleet;
        var pod = fleet.Pods["pod-b"];
        var seen = new PodTraffic(20, 8, 1) { ServerErrors = 8, OthersAsked = 40, OthersFailing = 1 };
        var traffic = new TrafficHealth(TrafficVerdict.Suspect, _rig.Time.GetUtcNow(), Cause.ErrorsInTraffic, "8 of 20", seen);
        using var writer = new ExpositionWriter();
        EvidenceMetrics.Write(writer, fleet with { Pods = fleet.Pods.SetItem("pod-b", pod with { Health = pod.Health with { Traffic = traffic } }) });
        var page = Encoding.UTF8.GetString(writer.Written.Span);
        var lines = page.Split('\n');
        lines.Should().Contain("podgate_pod_traffic_sources{pod=\"pod-b\",kind=\"active\"} 20");
        lines.Should().Contain("podgate_pod_traffic_sources{pod=\"pod-b\",kind=\"failing\"} 8");
        lines.Should().Contain("podgate_pod_traffic_sources{pod=\"pod-b\",kind=\"others_asked\"} 40");
        lines.Should().NotContain(line => line.StartsWith("podgate_pod_traffic_sources{pod=\"pod-a\""), "nothing is known of it");
        (await PromtoolAsync(page)).Should().Be((0, ""));
    }

    [Fact]
    public async Task StormsAndRamps_AreThere()
    {
        using var writer = new ExpositionWriter();
        StormMetrics.Write(
            writer, [new QueueReading("pod-a", 40, 38, 7, 1_200, 3, 4), new QueueReading("pod-b", 0, 0, 0, 0, 0, 0)], new ArrivalReading(11, 12, 13, 14, 15));
        var page = Encoding.UTF8.GetString(writer.Written.Span);
        page.Split('\n').Should().Contain([
            "podgate_pod_requests_limit{pod=\"pod-a\"} 40", "podgate_pod_limited_requests{pod=\"pod-a\"} 38", "podgate_pod_waiting_requests{pod=\"pod-a\"} 7",
            "podgate_pod_queued_requests_total{pod=\"pod-a\"} 1200", "podgate_pod_refused_requests_total{pod=\"pod-a\",reason=\"full\"} 3",
            "podgate_pod_refused_requests_total{pod=\"pod-a\",reason=\"timeout\"} 4", "podgate_pod_requests_limit{pod=\"pod-b\"} 0",
            "podgate_client_connections_delayed_total 11", "podgate_client_connections_refused_total{reason=\"rate\"} 12",
            "podgate_client_handshakes_under_way 13", "podgate_client_connections_refused_total{reason=\"handshakes\"} 14",
            "podgate_client_handshakes_failed_total 15",
        ]);
        (await PromtoolAsync(page)).Should().Be((0, ""));
    }

    private static async Task<(int Code, string Output)> PromtoolAsync(string page)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException("promtool is missing; it is in the Debian package prometheus, which eng/test installs.", exception);
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.StandardInput.WriteAsync(page);
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
    }
}
