using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PodGate.Control.Alerts;
using PodGate.Control.Alerts.Channels;
using PodGate.Control.Configuration;
using PodGate.Control.Tests.Probing;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Alerts;

/// <summary>What each kind of channel sends, against what its receivers document.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ChannelFormatTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 12, 0, 0, 250, TimeSpan.Zero);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("podgate-channels-");
    private readonly StepClock _clock = new();
    private AlertPost _post = null!;
    private Receiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _post = new AlertPost(_clock);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        _post.Dispose();
        await _receiver.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Webhook_IsJsonWithTheHeadersOfCloudEvents_Signed()
    {
        var secret = Secret("s3cret\n");
        await SendAsync(new ChannelSettings { Url = _receiver.Url, SecretFile = secret }, Begun());
        var got = _receiver.Attempts.Single();
        got.ContentType.Should().Be("application/json");
        got.Body.EnumerateObject().Select(property => $"{property.Name}={property.Value}").Should().Equal(
            "id=7-pod-a-latched", "key=latched/pod-a", "kind=latched", "severity=page", "pod=pod-a", "about=", "cause=Refused", "sentence=pod-a <refuses>\uFFFD & sulks",
            "at=2026-11-23T12:00:00.25+00:00", "resolved=False", "resolves=", "link=https://gate.example.com/pods/pod-a", "runbook=docs/runbooks/latched.md", "gate=gate-1",
            "audit=");
        got.Headers.Where(header => header.Key.StartsWith("ce-", StringComparison.OrdinalIgnoreCase)).Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}")
            .Should().BeEquivalentTo(
                "ce-specversion: 1.0", "ce-id: 7-pod-a-latched", "ce-source: /podgate/gate-1", "ce-type: podgate.alert.latched", "ce-time: 2026-11-23T12:00:00.250Z",
                "ce-subject: latched%2Fpod-a");
        got.IdempotencyKey.Should().Be("7-pod-a-latched");
        var moment = _clock.GetUtcNow().ToUnixTimeSeconds();
        var hash = HMACSHA256.HashData("s3cret"u8, [.. Encoding.UTF8.GetBytes($"{moment}."), .. got.Bytes]);
        got.Headers["PodGate-Signature"].Should().Be($"t={moment},v1={Convert.ToHexStringLower(hash)}");
    }

    [Fact]
    public async Task Webhook_WithoutItsSecret_IsNotSent()
    {
        var outcome = () => SendAsync(new ChannelSettings { Url = _receiver.Url, SecretFile = Path.Combine(_directory.FullName, "none") }, Begun());
        await outcome.Should().ThrowAsync<IOException>();
        _receiver.Attempts.Should().BeEmpty("a receiver that knows no signature would take it for anybody's");
    }

    [Fact]
    public async Task Alertmanager_KnowsTheEndByTheLabelsOfTheBeginning()
    {
        var settings = new ChannelSettings { Kind = ChannelFormat.Alertmanager, Url = new Uri(_receiver.Url, "/am/") };
        await SendAsync(settings, Begun());
        await SendAsync(settings, Ended());
        _receiver.Attempts.Select(attempt => attempt.Path).Should().OnlyContain(path => path == "/am/api/v2/alerts");
        var (begun, ended) = (_receiver.Attempts.First().Body[0], _receiver.Attempts.Last().Body[0]);
        begun.GetProperty("labels").EnumerateObject().Select(label => $"{label.Name}={label.Value}").Should().Equal(
            "alertname=PodGateLatched", "severity=page", "gate=gate-1", "pod=pod-a");
        ended.GetProperty("labels").ToString().Should().Be(begun.GetProperty("labels").ToString());
        begun.GetProperty("annotations").GetProperty("summary").GetString().Should().StartWith("pod-a <refuses>");
        begun.GetProperty("startsAt").GetDateTimeOffset().Should().Be(At);
        begun.GetProperty("endsAt").GetDateTimeOffset().Should().Be(_clock.GetUtcNow() + AlertmanagerSender.Lasts, "it forgets what is not told again");
        ended.GetProperty("startsAt").GetDateTimeOffset().Should().Be(At);
        ended.GetProperty("endsAt").GetDateTimeOffset().Should().Be(At.AddMinutes(5));
        begun.GetProperty("generatorURL").GetString().Should().Be("https://gate.example.com/pods/pod-a");
    }

    [Fact]
    public async Task Alertmanager_IsToldAgainWhatStands_UntilItIsOver()
    {
        var settings = new AlertSettings();
        await using var rig = OutboxRig.Start(settings with { Channels = settings.Channels.Add("am", new ChannelSettings { Kind = ChannelFormat.Alertmanager, Url = _receiver.Url }) });
        rig.Outbox.Raise(rig.Alert(1, AlertKinds.Latched, "pod-a"));
        rig.Outbox.Raise(rig.Alert(2, AlertKinds.Maintenance, "pod-a"));
        await rig.PlayAsync(() => _receiver.Attempts.Count >= 5);
        _receiver.Attempts.Skip(2).Should().OnlyContain(
            attempt => attempt.Body.GetArrayLength() == 1 && attempt.Body[0].GetProperty("labels").GetProperty("alertname").GetString() == "PodGateLatched");
        rig.Outbox.Raise(rig.Alert(3, AlertKinds.Latched, "pod-a", resolved: true));
        await rig.CountsAsync(sent: 3);
        var count = _receiver.Attempts.Count;
        var end = rig.Clock.GetUtcNow().AddMinutes(5);
        await rig.PlayAsync(() => rig.Clock.GetUtcNow() > end);
        _receiver.Attempts.Should().HaveCount(count);
    }

    [Fact]
    public async Task Slack_IsATextThatCallsNobodyAndLinksNowhereElse()
    {
        await SendAsync(new ChannelSettings { Kind = ChannelFormat.Slack, Url = _receiver.Url }, Begun());
        _receiver.Attempts.Single().Body.EnumerateObject().Single().Value.GetString().Should().Be(
            "*Page* latched: pod-a &lt;refuses&gt;\uFFFD &amp; sulks <https://gate.example.com/pods/pod-a|pod-a>\ndocs/runbooks/latched.md");
    }

    [Fact]
    public async Task PagerDuty_TriggersAndResolvesByOneKey()
    {
        var settings = new ChannelSettings { Kind = ChannelFormat.PagerDuty, Url = _receiver.Url, SecretFile = Secret(" R0UT1NG\n") };
        await SendAsync(settings, Begun());
        await SendAsync(settings, Ended());
        var (begun, ended) = (_receiver.Attempts.First().Body, _receiver.Attempts.Last().Body);
        begun.GetProperty("routing_key").GetString().Should().Be("R0UT1NG");
        (begun.GetProperty("event_action").GetString(), ended.GetProperty("event_action").GetString()).Should().Be(("trigger", "resolve"));
        begun.GetProperty("dedup_key").GetString().Should().Be("gate-1/latched/pod-a");
        ended.GetProperty("dedup_key").GetString().Should().Be("gate-1/latched/pod-a");
        var payload = begun.GetProperty("payload");
        payload.GetProperty("severity").GetString().Should().Be("critical");
        payload.GetProperty("summary").GetString()!.Length.Should().BeInRange(1, 1024);
        payload.GetProperty("source").GetString().Should().Be("gate-1");
        payload.GetProperty("timestamp").GetDateTimeOffset().Should().Be(At);
        begun.GetProperty("links")[0].GetProperty("href").GetString().Should().Be("https://gate.example.com/pods/pod-a");
    }

    [Fact]
    public void Mail_IsOneThreadForOneTrouble()
    {
        using var begun = EmailSender.Write(Message(Begun()), "podgate@example.com", ["a@example.com", "b@example.com"]);
        using var ended = EmailSender.Write(Message(Ended()), "podgate@example.com", ["a@example.com"]);
        begun.Subject.Should().Be("[PodGate page] pod-a <refuses>\uFFFD & sulks");
        begun.Headers["Message-ID"].Should().Be("<7-pod-a-latched@podgate.invalid>");
        ended.Headers["In-Reply-To"].Should().Be("<7-pod-a-latched@podgate.invalid>");
        begun.Body.Should().Contain("https://gate.example.com/pods/pod-a").And.Contain("docs/runbooks/latched.md");
        begun.To.Should().HaveCount(2);
    }

    [Fact]
    public async Task Mail_IsTakenByARealReceiver()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = TakeMailAsync(listener);
        var url = new Uri($"smtp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        var settings = new ChannelSettings { Kind = ChannelFormat.Email, Url = url, From = "podgate@example.com", To = ["oncall@example.com"], StartTls = false };
        (await SendAsync(settings, Begun())).Why.Should().BeNull();
        (await taken.WaitAsync(Eventually.Limit)).Should().Contain("RCPT TO:<oncall@example.com>").And.Contain("Subject: ").And.Contain("Message-ID: <7-pod-a-latched@podgate.invalid>");
    }

    [Fact]
    public async Task Command_GetsTheAlertAsJsonAndInItsEnvironment()
    {
        var file = Path.Combine(_directory.FullName, "got");
        var outcome = await SendAsync(Command($"cat > {file}; echo \"$PODGATE_ALERT_KIND $PODGATE_ALERT_SENTENCE $1\" >> {file}", "an argument; with a semicolon"), Begun());
        outcome.Why.Should().BeNull();
        var got = await File.ReadAllTextAsync(file);
        JsonSerializer.Deserialize<JsonElement>(got[..(got.IndexOf('}', StringComparison.Ordinal) + 1)]).GetProperty("id").GetString().Should().Be("7-pod-a-latched");
        got.Should().EndWith("latched pod-a <refuses>\uFFFD & sulks an argument; with a semicolon\n");
    }

    [Fact]
    public async Task Command_ThatFails_IsTriedAgain_AndOneThatIsMissing()
    {
        (await SendAsync(Command("exit 3"), Begun())).Should().BeEquivalentTo(new { Why = "it ended with exit code 3", Again = true });
        (await SendAsync(new ChannelSettings { Kind = ChannelFormat.Command, Command = ["/nowhere/page"] }, Begun())).Again.Should().BeTrue();
    }

    [Fact]
    public async Task Command_ThatHangs_IsEndedWithAllThatItStarted()
    {
        var file = Path.Combine(_directory.FullName, "pid");
        using var sender = AlertSenders.Of(Command($"trap '' TERM; sleep 300 & echo $! > {file}; wait; sleep 300"), _post, TimeProvider.System);
        using var cancel = new CancellationTokenSource();
        var sending = sender.SendAsync(Message(Begun()), cancel.Token);
        await Eventually.TrueAsync(() => File.Exists(file) && File.ReadAllText(file).Trim().Length > 0, "it runs");
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => sending).Should().ThrowAsync<OperationCanceledException>();
        var child = int.Parse(File.ReadAllText(file));
        await Eventually.TrueAsync(() => !File.Exists($"/proc/{child}/cmdline") || File.ReadAllText($"/proc/{child}/cmdline").Length == 0, "what it started is gone, too");
    }

    private static Alert Begun() => new("7-pod-a-latched", AlertKinds.Latched, AlertSeverity.Page, "pod-a", Cause.Refused, "pod-a <refuses>\u001b & sulks", At);

    private static Alert Ended() => new("9-pod-a-latched", AlertKinds.Latched, AlertSeverity.Info, "pod-a", Cause.Enabled, "anna enabled pod-a", At.AddMinutes(5), Resolved: true)
    {
        Resolves = new AlertBeginning("7-pod-a-latched", At, AlertSeverity.Page),
    };

    private static AlertMessage Message(Alert alert) => new(alert, "gate-1", new Uri("https://gate.example.com/pods/pod-a"), Runbooks.Of(alert));

    private static ChannelSettings Command(string script, params string[] arguments) => new()
    {
        Kind = ChannelFormat.Command, Command = [.. new[] { "/bin/sh", "-c", script, "sh" }.Concat(arguments)],
    };

    private static async Task<string> TakeMailAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var all = new StringBuilder();
        await SayAsync("220 ready");
        var isText = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            all.AppendLine(line);
            if (isText && line != ".") continue;
            isText = line == "DATA";
            await SayAsync(isText ? "354 go on" : line == "QUIT" ? "221 bye" : "250 ok");
            if (line == "QUIT") break;
        }

        return all.ToString();

        async Task SayAsync(string answer) => await stream.WriteAsync(Encoding.ASCII.GetBytes(answer + "\r\n"));
    }

    private async Task<DeliveryOutcome> SendAsync(ChannelSettings settings, Alert alert)
    {
        using var sender = AlertSenders.Of(settings, _post, _clock);
        using var limit = new CancellationTokenSource(Eventually.Limit);
        return await sender.SendAsync(Message(alert), limit.Token);
    }

    private string Secret(string text)
    {
        var path = Path.Combine(_directory.FullName, "secret");
        File.WriteAllText(path, text);
        return path;
    }
}
