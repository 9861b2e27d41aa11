using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PodGate.Control.Journal;
using Xunit.Abstractions;

namespace PodGate.Control.Tests.Journal;

/// <summary>The journal in a process of its own, which is killed or watched from outside.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class JournalProcessTests(ITestOutputHelper output)
{
    private static readonly string Harness = Path.Combine(AppContext.BaseDirectory, "PodGate.JournalHarness.dll");

    [Fact]
    public async Task Whatever_was_acknowledged_survives_kill_9()
    {
        using var room = new JournalRoom(initialise: false);
        var seed = Environment.ProcessId;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var acknowledged = new Dictionary<long, (string Pod, long Version)>();
        for (var round = 0; round < 5; round++)
        {
            await WriteAndKillAsync(room, random, acknowledged);
            await using var journal = room.Open();
            journal.Start.Writable.Should().BeTrue();
            var found = journal.ReadNewest(100_000).ToDictionary(transition => transition.Number);
            foreach (var (number, (pod, version)) in acknowledged)
            {
                found.Should().ContainKey(number, $"it was acknowledged, in round {round}");
                found[number].Pod.Should().Be(pod);
                found[number].Version.Should().Be(version);
                found[number].Record!.Intent.Why.Should().Be($"entry {number}");
                journal.Start.Pods[pod].Version.Should().BeGreaterOrEqualTo(version);
            }
            output.WriteLine($"round {round}: {acknowledged.Count} acknowledged, {found.Count} in the journal");
        }
        acknowledged.Count.Should().BeGreaterThan(20);
    }

    [Fact]
    public async Task Journal_and_head_are_synced_before_the_acknowledgement()
    {
        File.Exists("/usr/bin/strace").Should().BeTrue("this test needs strace; eng/test installs the Debian package when it runs as root");
        using var room = new JournalRoom(initialise: false);
        var trace = Path.Combine(room.Parent, "trace");
        using var process = Start(
            "/usr/bin/strace", "-f", "-y", "-s", "64", "-e", "trace=fsync,fdatasync,write,rename,renameat,renameat2", "-o", trace,
            "dotnet", "exec", Harness, room.Path, "12", "3", "1");
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        process.ExitCode.Should().Be(0, await said + await errors);

        // Calls that were interrupted in the listing stand where they began; an acknowledgement begins only after all before it has ended.
        var steps = File.ReadLines(trace).Select(Step).OfType<string>().ToList();
        var shape = string.Join(' ', steps);
        output.WriteLine(shape);
        var opened = shape.IndexOf("open", StringComparison.Ordinal);
        steps.Count(step => step == "ack").Should().Be(12);
        var sequence = shape[(opened + "open ".Length)..];
        EntryWritten().Replace(sequence, "").Should().BeEmpty("every acknowledgement follows log, journal, new head, rename and directory");
    }

    /// <summary>Log synced, database synced by the checkpoint, new head synced, renamed, directory synced; then the acknowledgement.</summary>
    [GeneratedRegex("(wal )+(db )+(wal )*head rename directory ack ?")]
    private static partial Regex EntryWritten();

    private static string? Step(string line)
    {
        var sync = line.Contains("fsync(", StringComparison.Ordinal) || line.Contains("fdatasync(", StringComparison.Ordinal);
        if (line.Contains(" write(", StringComparison.Ordinal))
            return line.Contains("\"ack ", StringComparison.Ordinal) ? "ack" : line.Contains("\"open", StringComparison.Ordinal) ? "open" : null;
        if (line.Contains(" rename", StringComparison.Ordinal))
            return line.Contains("journal.head", StringComparison.Ordinal) ? "rename" : null;
        if (!sync)
            return null;
        return line switch
        {
            _ when line.Contains("journal.db-wal>", StringComparison.Ordinal) => "wal",
            _ when line.Contains("journal.db>", StringComparison.Ordinal) => "db",
            _ when line.Contains("journal.head.new>", StringComparison.Ordinal) => "head",
            _ when line.Contains("/state>", StringComparison.Ordinal) => "directory",
            _ => null,
        };
    }

    private static async Task WriteAndKillAsync(JournalRoom room, Random random, Dictionary<long, (string Pod, long Version)> acknowledged)
    {
        using var process = Start("dotnet", "exec", Harness, room.Path, "1000000", random.Next().ToString(CultureInfo.InvariantCulture), "4");
        var errors = process.StandardError.ReadToEndAsync();
        var first = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        first.Should().Be("open", first is null ? await errors : "");
        var least = acknowledged.Count + 5;
        Task? kill = null;
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            var words = line.Split(' ');
            // The last line may be cut by the kill; only a whole one is an acknowledgement.
            if (words is ["ack", var number, var pod, var version] && version.Length > 0)
                acknowledged[long.Parse(number, CultureInfo.InvariantCulture)] = (pod, long.Parse(version, CultureInfo.InvariantCulture));

            // On a slow disk, too, something was acknowledged before; where in the next entry the kill comes is left to chance.
            if (acknowledged.Count >= least)
                kill ??= Task.Delay(random.Next(0, 300)).ContinueWith(_ => process.Kill(), TaskScheduler.Default);
        }
        await kill!;
        await process.WaitForExitAsync();
        (await errors).Should().BeEmpty();
    }

    private static Process Start(string file, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
