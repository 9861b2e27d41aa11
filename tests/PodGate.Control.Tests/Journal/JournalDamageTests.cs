using PodGate.Control.Journal;
using Xunit.Abstractions;

namespace PodGate.Control.Tests.Journal;

/// <summary>Whatever happens to the files: the state as it was written, or a refusal. Never another state, never another failure.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class JournalDamageTests(ITestOutputHelper output)
{
    private const int Trials = 300;

    [Theory]
    [InlineData("journal.db", false, 1)]
    [InlineData("journal.db", true, 2)]
    [InlineData("journal.db-wal", true, 3)]
    [InlineData("journal.head", false, 4)]
    [InlineData("journal.head", true, 5)]
    public async Task A_flipped_bit_is_harmless_or_refused(string file, bool leftoverWal, int seed)
    {
        using var room = JournalRoom.InMemory();
        var (copies, wanted) = await PrepareAsync(room, leftoverWal);
        await TryAsync(room, copies, file, seed, [wanted], (bytes, random) =>
        {
            var bit = random.Next(bytes.Length * 8);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            return bytes;
        });
    }

    [Theory]
    [InlineData("journal.db", false, 11)]
    [InlineData("journal.db", true, 12)]
    [InlineData("journal.db-wal", true, 13)]
    [InlineData("journal.head", false, 14)]
    [InlineData("journal.head", true, 15)]
    public async Task A_truncated_file_is_harmless_or_refused(string file, bool leftoverWal, int seed)
    {
        using var room = JournalRoom.InMemory();
        var (copies, wanted) = await PrepareAsync(room, leftoverWal);
        var trial = 0;
        await TryAsync(room, copies, file, seed, [wanted], (bytes, random) => trial++ switch
        {
            0 => [],
            1 => bytes[..^1],
            // Every second one at a boundary of pages or frames, where a torn file looks whole.
            var n when n % 2 == 0 && bytes.Length > 8192 => bytes[..(random.Next(bytes.Length / 4096) * 4096)],
            _ => bytes[..random.Next(bytes.Length)],
        });
    }

    [Theory]
    [InlineData(true, 21)]
    [InlineData(false, 22)]
    public async Task A_damaged_log_whose_commits_the_head_does_not_know_yields_the_previous_or_the_new_state(bool flip, int seed)
    {
        using var room = JournalRoom.InMemory();
        var copies = Path.Combine(room.Parent, "copies");
        string before;
        string after;
        byte[] head;
        await using (var journal = room.Open())
        {
            await JournalRoom.FillAsync(journal, 10);
        }
        await using (var journal = room.Open())
        {
            before = JournalRoom.Describe(journal.Start);
            head = File.ReadAllBytes(room.Head);
        }
        await using (var journal = room.Open(new JournalLimits { Checkpoint = false }))
        {
            await JournalRoom.FillAsync(journal, 1);
            room.CopyTo(copies);
        }
        await using (var journal = room.Open())
            after = JournalRoom.Describe(journal.Start);
        File.WriteAllBytes(Path.Combine(copies, "journal.head"), head);

        await TryAsync(room, copies, "journal.db-wal", seed, [before, after], (bytes, random) =>
        {
            if (!flip)
                return bytes[..random.Next(bytes.Length)];
            var bit = random.Next(bytes.Length * 8);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            return bytes;
        });
    }

    /// <summary>A full journal, copied as a kill would leave it: with everything in the write-ahead log, or with nothing in it.</summary>
    private static async Task<(string Copies, string Wanted)> PrepareAsync(JournalRoom room, bool leftoverWal)
    {
        var copies = Path.Combine(room.Parent, "copies");
        await using (var journal = room.Open(new JournalLimits { Checkpoint = !leftoverWal }))
        {
            await JournalRoom.FillAsync(journal, 25);
            room.CopyTo(copies);
        }
        new FileInfo(Path.Combine(copies, "journal.db-wal")).Length.Should().Match(length => leftoverWal ? length > 100_000 : length == 0);
        await using var again = room.Open();
        again.Start.Pods.Should().HaveCount(3);
        return (copies, JournalRoom.Describe(again.Start));
    }

    private async Task TryAsync(JournalRoom room, string copies, string file, int seed, string[] allowed, Func<byte[], Random, byte[]> damage)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var trial = 0; trial < Trials; trial++)
        {
            foreach (var original in Directory.EnumerateFiles(copies))
                File.Copy(original, Path.Combine(room.Path, Path.GetFileName(original)), overwrite: true);
            var target = Path.Combine(room.Path, file);
            File.WriteAllBytes(target, damage(File.ReadAllBytes(target), random));
            string outcome;
            try
            {
                await using var journal = room.Open();
                allowed.Should().Contain(JournalRoom.Describe(journal.Start), $"trial {trial} of seed {seed} on {file}");
                outcome = journal.Start.Writable ? "as written" : "as written, not writable";
            }
            catch (JournalException refusal)
            {
                outcome = refusal.Kind.ToString();
            }
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }
        foreach (var (outcome, times) in outcomes)
            output.WriteLine($"{times,5} {outcome}");
        outcomes.Keys.Should().BeSubsetOf(["as written", "Damaged", "Behind"]);
    }
}
