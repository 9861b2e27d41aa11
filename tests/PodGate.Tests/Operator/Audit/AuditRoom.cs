using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Operator.Audit;
using PodGate.TestKit;

namespace PodGate.Tests.Operator.Audit;

/// <summary>A state directory with an audit trail, and the trails that one process after the other opens in it.</summary>
internal sealed class AuditRoom : IDisposable
{
    private readonly List<AuditTrail> _trails = [];

    public string State { get; } = Directory.CreateTempSubdirectory("podgate-audit-").FullName;

    public ManualTime Time { get; } = new();

    public AdminSettings Settings { get; set; } = new();

    public List<AuditNotice> Notices { get; } = [];

    public AuditFiles Files => new(State);

    public IReadOnlyList<string> Segments => [.. Files.List().Select(segment => segment.Path)];

    /// <summary>What a process has before it knows that it is the only one.</summary>
    public AuditTrail Prepare()
    {
        var trail = new AuditTrail(State, () => Settings, Time, NullLogger.Instance);
        trail.Noticed += notice =>
        {
            lock (Notices) Notices.Add(notice);
        };
        _trails.Add(trail);
        return trail;
    }

    public AuditTrail Open()
    {
        var trail = Prepare();
        trail.Begin();
        return trail;
    }

    public AuditEntry Act(string act = "POST pods.drain", string? target = "pod-a", string? reason = "new disk") =>
        new(0, Time.GetUtcNow(), act, 200) { Who = "anna", Role = "operator", Proof = "token", From = "127.0.0.1", Target = target, Reason = reason };

    /// <summary>Writes entries one after the other.</summary>
    public async Task WriteAsync(AuditTrail trail, int count, string? reason = null)
    {
        for (var i = 0; i < count; i++) (await trail.WriteAsync(Act(reason: reason ?? $"number {i} of {count}"))).Should().BeTrue();
    }

    /// <summary>Fills the newest file, so that the next entry begins a new one.</summary>
    public async Task FillAsync(AuditTrail trail)
    {
        var reason = new string('x', 500);
        var before = Files.List()[^1];
        while (Files.LengthOf(before.Number) < AuditLimits.Segment)
            await Task.WhenAll(Enumerable.Range(0, AuditLimits.Group).Select(_ => trail.WriteAsync(Act(reason: reason))));
    }

    public AuditVerdict Verify(AuditHead? noted = null) => AuditVerification.Run(Files, noted);

    public IReadOnlyList<AuditEntry> Entries() => AuditSearch.Read(Files, long.MaxValue, int.MaxValue, new AuditFilter(null, null, null)).Entries;

    /// <summary>Puts a directory where the next file is to be written.</summary>
    public void Block(int segment) => Directory.CreateDirectory(Files.PathOf(segment));

    public void Unblock(int segment) => Directory.Delete(Files.PathOf(segment));

    public void Dispose()
    {
        foreach (var trail in _trails) trail.Dispose();
        Directory.Delete(State, recursive: true);
    }
}
