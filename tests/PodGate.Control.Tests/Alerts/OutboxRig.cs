using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.Journal;
using PodGate.Control.Tests.Journal;
using PodGate.Control.Tests.Probing;

namespace PodGate.Control.Tests.Alerts;

/// <summary>An outbox over a real journal, with a clock that the test moves.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class OutboxRig : IAsyncDisposable
{
    private readonly JournalRoom _room = JournalRoom.InMemory();

    private OutboxRig()
    {
    }

    public StepClock Clock { get; } = new();

    public SqliteJournal Journal { get; private set; } = null!;

    public AuditHead? AuditHead { get; set; }

    public Outbox Outbox { get; private set; } = null!;

    /// <summary>Without looks at what holds nothing but the pauses between attempts lets time pass.</summary>
    private bool _looks = true;

    public static OutboxRig Start(AlertSettings settings, Uri? page = null, bool looks = true)
    {
        var rig = new OutboxRig { _looks = looks };
        rig.Open(settings, page);
        rig.Outbox.Start();
        return rig;
    }

    public static OutboxRig Start(Uri webhook) => Start(new AlertSettings { Webhook = webhook });

    /// <summary>Opens the journal and what is in it; the outbox is not started.</summary>
    public void Open(AlertSettings settings, Uri? page = null)
    {
        Journal = _room.Open();
        Outbox = new Outbox("gate-1", Journal, Clock, () => 0.5, NullLogger<Outbox>.Instance)
        {
            Audit = () => AuditHead,
            LookInterval = _looks ? TimeSpan.FromSeconds(3) : Timeout.InfiniteTimeSpan,
        };
        Outbox.Apply(settings, page);
    }

    /// <summary>Lets the gate go without a last attempt, as a crash does, but for what was handed to the journal before.</summary>
    public async Task CrashAsync()
    {
        Outbox.Hold(true);
        await Journal.DisposeAsync();
        await Outbox.DisposeAsync();
    }

    /// <summary>What the journal has of alerts now. Ends the rig.</summary>
    public async Task<IReadOnlyList<OutboxRow>> RowsAsync()
    {
        await CrashAsync();
        Journal = _room.Open();
        return Journal.Start.Outbox;
    }

    public Alert Alert(int id, string kind = AlertKinds.HeldBack, string? pod = null, bool resolved = false, AlertSeverity severity = AlertSeverity.Page) =>
        new(id.ToString(CultureInfo.InvariantCulture), kind, resolved ? AlertSeverity.Info : severity, pod, null, $"what alert {id} says", Clock.GetUtcNow(), resolved);

    public Task CountsAsync(long sent) => Eventually.TrueAsync(() => Outbox.Counts.Sent == sent && Outbox.Counts.Queued == 0, $"{sent} sent, {Outbox.Counts}");

    /// <summary>Skips the pauses between attempts; an attempt on the way, whose timer was set to exactly its timeout, gets all the real time it needs.</summary>
    public async Task PlayAsync(Func<bool> end)
    {
        var watch = Stopwatch.StartNew();
        while (!end())
        {
            if (watch.Elapsed > Eventually.Limit * 2) throw new TimeoutException($"{Outbox.Counts}, {Clock.GetUtcNow()}");
            if (Clock.NextSpan is { } span && span != Control.Alerts.Channels.AlertPost.Timeout) await Clock.AdvanceToNextAsync();
            else await Task.Delay(2);
        }
    }

    public static Task Code(HttpContext context, int code, string? header = null, string? value = null)
    {
        context.Response.StatusCode = code;
        if (header is not null) context.Response.Headers[header] = value;
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Outbox.DisposeAsync();
        await Journal.DisposeAsync();
        _room.Dispose();
    }
}
