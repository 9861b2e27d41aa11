using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Journal;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Journal;

/// <summary>A directory of its own for a test, gone with it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class JournalRoom : IDisposable
{
    private readonly DirectoryInfo _parent;

    public JournalRoom(bool initialise = true, string? under = null)
    {
        _parent = under is null ? Directory.CreateTempSubdirectory("podgate-journal-") : Directory.CreateDirectory(System.IO.Path.Combine(under, "room"));
        Path = System.IO.Path.Combine(_parent.FullName, "state");
        if (initialise)
            StateDirectory.Initialise(Path, TimeProvider.System, Randomness);
    }

    /// <summary>A room in memory, for tests that open hundreds of journals and need no disk for it.</summary>
    public static JournalRoom InMemory()
    {
        var memory = System.IO.Path.Combine("/dev/shm", $"podgate-journal-{Guid.NewGuid():N}");
        return Directory.Exists("/dev/shm") ? new JournalRoom(under: memory) : new JournalRoom();
    }

    /// <summary>What the journals opened here said in the log, by event id.</summary>
    public EventLog Log { get; } = new();

    public static byte[] Randomness => [.. Enumerable.Range(1, StateDirectory.RandomBytes).Select(i => (byte)i)];

    public string Parent => _parent.FullName;

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, StateDirectory.JournalFile);

    public string Wal => Database + "-wal";

    public string Head => System.IO.Path.Combine(Path, StateDirectory.HeadFile);

    public SqliteJournal Open(JournalLimits? limits = null) => SqliteJournal.Open(Path, TimeProvider.System, Log, limits ?? new JournalLimits());

    public RecoveryReport Recover() => SqliteJournal.Recover(Path, TimeProvider.System, [.. Randomness.Select(b => (byte)(b + 100))], NullLogger.Instance);

    public JournalException RefusedOpen() => ((Action)(() => Open().DisposeAsync().AsTask().GetAwaiter().GetResult())).Should().Throw<JournalException>().Which;

    /// <summary>Copies the journal's files as they are now.</summary>
    public void CopyTo(string directory)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var stale in Directory.EnumerateFiles(directory))
            File.Delete(stale);
        foreach (var file in Directory.EnumerateFiles(Path).Where(file => !file.EndsWith(StateDirectory.LockFile, StringComparison.Ordinal)))
            File.Copy(file, System.IO.Path.Combine(directory, System.IO.Path.GetFileName(file)), overwrite: true);
    }

    public void Dispose()
    {
        _parent.Delete(recursive: true);
        if (_parent.Parent is { } memory && memory.FullName.StartsWith("/dev/shm/podgate-journal-", StringComparison.Ordinal))
            memory.Delete();
    }

    public static PodRecord Record(string pod, long version, bool disabled = false, string? latch = null) => new(
        pod,
        "http://127.0.0.1:9101",
        version,
        new PodIntent(disabled ? IntentKind.Disabled : IntentKind.Enabled, "anna", "because \"ünïcode\" \U0001F600", Time(version), disabled ? Time(version + 1) : null)
        {
            Hold = !disabled && version % 2 == 0 ? 10 : null,
            Drain = disabled && version % 2 == 0 ? DrainKind.Soft : DrainKind.Hard, KeepActive = disabled && version % 2 == 0 ? TimeSpan.FromSeconds(version + 0.25) : null,
        },
        latch is null ? null : new Latch(latch, Cause.Refused, "It refuses connections.", Time(version), ["first line", "second line"]),
        Time(0))
    {
        KeepsNobody = disabled && version % 4 == 0,
        Note = version % 3 == 0 ? new PodNote("bob", "I am \"on\" it", Time(version)) : null,
    };

    public static JournalEntry Entry(long number, PodRecord record) => new([Transition(number, record)]);

    public static Transition Transition(long number, PodRecord record) => new(
        number,
        Time(number),
        record.Name,
        PodState.Open,
        record.Latch is null ? PodState.Drained : PodState.Latched,
        record.Latch is null ? Cause.Disabled : Cause.Refused,
        $"entry {number}",
        "anna",
        record.Version,
        record);

    /// <summary>Writes entries about three pods, with and without latches, and a freeze.</summary>
    public static async Task FillAsync(IJournal journal, int entries, int seed = 7)
    {
        var random = new Random(seed);
        var first = journal.Start.LastNumber + 1;
        for (var number = first; number < first + entries; number++)
        {
            var pod = $"pod-{(char)('a' + random.Next(3))}";
            var entry = Entry(number, Record(pod, number, disabled: random.Next(2) == 0, latch: random.Next(2) == 0 ? $"latch-{number}" : null));
            if (number == first + 3)
                entry = entry with { FreezeChanged = true, Freeze = new FreezeOrder("bert", "network maintenance", Time(number), Time(number + 600)) };
            if (number == first + 5)
                entry = entry with { Agenda = Agenda(number) };
            if (number > first + 5)
                entry = entry with { Outbox = [new OutboxRow($"alert/{number}", $"{{\"number\":{number}}}"), new OutboxRow($"alert/{number - 2}", null)] };
            (await journal.CommitAsync(entry)).Should().BeTrue();
        }
    }

    /// <summary>Plans of all stages, with all that they may have.</summary>
    public static Agenda Agenda(long number)
    {
        var agenda = Core.Pods.Agenda.Empty with { Reminded = Core.Pods.Agenda.Empty.Reminded.Add("pod-a", Time(number)) };
        foreach (var stage in Enum.GetValues<MaintenanceStage>())
        {
            agenda = agenda.With(new MaintenancePlan($"m-{(int)stage}", "pod-a", "anna", "kernel \"ünïcode\" \U0001F600", Time(number), Time(number + 60), "Europe/Berlin", Time(0))
            {
                Stage = stage, Changed = Time(number + 1), Sentence = $"it is {stage}", BegunAt = stage == MaintenanceStage.Begun ? Time(number) : null,
                Force = stage == MaintenanceStage.HeldBack, EnableWhenWell = stage != MaintenanceStage.Planned,
                Deadline = stage == MaintenanceStage.Planned ? null : TimeSpan.FromMinutes(5),
            });
        }

        return agenda;
    }

    /// <summary>Everything a gate starts from, as text: equal texts are equal states.</summary>
    public static string Describe(JournalState state)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{state.GateId} {state.Key.Low:x} {state.Key.High:x} {state.Sequence} {state.LastNumber} {state.UnknownPodsStartDisabled}");
        text.AppendLine(JournalJson.Write(state.Freeze));
        text.AppendLine(JournalAgenda.Write(state.Agenda));
        text.AppendLine(string.Join(' ', state.Outbox.Select(row => $"{row.Name}={row.Text}").Order(StringComparer.Ordinal)));
        foreach (var (name, record) in state.Pods.OrderBy(pod => pod.Key, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"{name} {JournalJson.Write(record)}");
        return text.ToString();
    }

    private static DateTimeOffset Time(long seconds) => new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero).AddSeconds(seconds).AddTicks(seconds * 7);
}

/// <summary>Keeps the ids of what was logged.</summary>
internal sealed class EventLog : ILogger
{
    private readonly ConcurrentBag<int> _events = [];

    public bool Has(int id) => _events.Contains(id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        formatter(state, exception).Should().NotBeNullOrWhiteSpace();
        _events.Add(eventId.Id);
    }
}
