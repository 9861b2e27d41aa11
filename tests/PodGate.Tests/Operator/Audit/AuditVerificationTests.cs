using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Operator.Audit;
using Xunit.Abstractions;

namespace PodGate.Tests.Operator.Audit;

/// <summary>What the files of a trail prove: no byte of it can change unseen, and with a head that was kept elsewhere its end cannot go unseen either.</summary>
public sealed class AuditVerificationTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 400;

    // So long that each step begins a new file; the first ones go with the eighteenth.
    private static readonly TimeSpan Step = (new AdminSettings().AuditKept / AuditLimits.Parts) + TimeSpan.FromHours(1);

    private readonly AuditRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task AnyChange_IsFound() => await FindAnyAsync(await MakeAsync(files: 10));

    [Fact]
    public async Task PrunedTrail_AnyChange_IsFound()
    {
        await FindAnyAsync(await MakeAsync(files: 30));
        _room.Entries().Should().Contain(entry => entry.Act == AuditActs.Pruned);
    }

    [Fact]
    public async Task CutEnd_IsFound_ByANotedHeadOnly()
    {
        var trail = _room.Open();
        await _room.WriteAsync(trail, 5);
        var (path, head) = (_room.Segments.Single(), trail.Head!);
        File.WriteAllLines(path, File.ReadAllLines(path)[..3]);
        _room.Verify().Right.Should().BeTrue("the files alone cannot know what came behind them");
        var verdict = _room.Verify(head);
        verdict.Findings.Should().ContainSingle().Which.What.Should().Contain("entry 5 was noted: the end was cut off");
        verdict.Head.Number.Should().Be(3);
    }

    [Fact]
    public async Task TrailMadeAnew_IsFound_ByANotedHead()
    {
        var trail = _room.Open();
        await _room.WriteAsync(trail, 3);
        var noted = trail.Head!;
        trail.Dispose();
        Directory.Delete(_room.Files.Directory, recursive: true);
        _room.Verify(noted).Right.Should().BeFalse("there is none at all");
        await _room.WriteAsync(_room.Open(), 4, "as if nothing had been");
        _room.Verify().Right.Should().BeTrue();
        _room.Verify(noted).Findings.Should().ContainSingle().Which.What.Should().Contain("another one than the one that was noted");
    }

    [Fact]
    public async Task MissingFileInBetween_AndMissingBeginning_AreFound()
    {
        var head = await MakeAsync(files: 10);
        var paths = _room.Segments;
        var (first, second) = (await File.ReadAllBytesAsync(paths[0]), await File.ReadAllBytesAsync(paths[1]));
        File.Delete(paths[1]);
        _room.Verify(head).Findings.Select(finding => finding.What).Should().Contain(what => what.Contains("files are missing between them"));
        await File.WriteAllBytesAsync(paths[1], second);
        File.Delete(paths[0]);
        _room.Verify(head).Findings.Should().ContainSingle().Which.What.Should().Contain("no checkpoint says that what was before it was pruned");
        await File.WriteAllBytesAsync(paths[0], first);
    }

    [Fact]
    public async Task PruningThatWasNotFinished_IsRight()
    {
        // A gate that is killed between a checkpoint and what it lets go leaves both.
        var head = await MakeAsync(files: 16);
        var whole = _room.Segments.ToDictionary(path => path, File.ReadAllBytes);
        var trail = _room.Open();
        for (var file = 0; file < 4; file++)
        {
            _room.Time.Advance(Step);
            await _room.WriteAsync(trail, 1);
        }

        var gone = whole.Keys.Except(_room.Segments).Order(StringComparer.Ordinal).ToList();
        gone.Count.Should().BeGreaterThan(1);
        foreach (var path in gone) await File.WriteAllBytesAsync(path, whole[path]);
        _room.Verify(trail.Head).Findings.Should().BeEmpty();
        _room.Verify(head).Findings.Should().BeEmpty();
        foreach (var path in gone)
        {
            File.Delete(path);
            _room.Verify(trail.Head).Findings.Should().BeEmpty();
        }

        File.Delete(_room.Segments[0]);
        _room.Verify(trail.Head).Right.Should().BeFalse();
    }

    [Fact]
    public async Task NotedHead_ThatWasPruned_ProvesNothing()
    {
        await MakeAsync(files: 30);
        var oldest = _room.Entries()[^1];
        _room.Verify(new AuditHead(oldest.Number - 1, oldest.Previous)).Right.Should().BeTrue("its hash is in the entry behind it");
        _room.Verify(new AuditHead(1, AuditLine.Genesis)).Findings.Should().ContainSingle().Which.What.Should().Contain("give a newer one");
    }

    [Fact]
    public async Task Line_CanBeVerified_WithNothingButSha256()
    {
        await _room.WriteAsync(_room.Open(), 1, "ä <b> \"quoted\" \u2028");
        var line = File.ReadAllLines(_room.Segments.Single()).Single();
        var at = line.LastIndexOf(",\"hash\":", StringComparison.Ordinal);
        line[at..].Should().Be($",\"hash\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line[..at])))}\"}}");
    }

    [Fact]
    public void Line_OfANewerGate_IsRead()
    {
        var (line, _) = AuditLine.Write(_room.Act(), new AuditHead(6, AuditLine.Genesis));
        var text = Encoding.UTF8.GetString(line);
        var hashed = text[..text.LastIndexOf(",\"hash\":", StringComparison.Ordinal)] + ",\"mood\":\"good\"";
        var newer = $"{hashed},\"hash\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed)))}\"}}";
        AuditLine.Read(Encoding.UTF8.GetBytes(newer), out var wrong)!.Number.Should().Be(7);
        wrong.Should().BeNull();
    }

    private async Task FindAnyAsync(AuditHead head)
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
        output.WriteLine($"seed {seed} (PODGATE_TEST_SEED={seed} repeats it)");
        var random = new Random(seed);
        var whole = _room.Segments.ToDictionary(path => path, File.ReadAllBytes);
        _room.Verify(head).Findings.Should().BeEmpty();
        for (var round = 0; round < Rounds; round++)
        {
            var path = whole.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(whole.Count));
            var (what, changed) = Change(whole[path], random);
            if (changed is not null && changed.AsSpan().SequenceEqual(whole[path])) continue;
            if (changed is null) File.Delete(path);
            else await File.WriteAllBytesAsync(path, changed);
            _room.Verify(head).Right.Should().BeFalse($"seed {seed}, round {round}: {what} in {path}");
            await File.WriteAllBytesAsync(path, whole[path]);
        }

        _room.Verify(head).Findings.Should().BeEmpty();
    }

    /// <summary>Some files of some entries each.</summary>
    private async Task<AuditHead> MakeAsync(int files)
    {
        var trail = _room.Open();
        for (var file = 0; file < files; file++)
        {
            if (file > 0) _room.Time.Advance(Step);
            await _room.WriteAsync(trail, 3);
        }

        var head = trail.Head!;
        trail.Dispose();
        return head;
    }

    /// <summary>Null: the file is gone.</summary>
    private static (string What, byte[]? Changed) Change(byte[] content, Random random)
    {
        var at = random.Next(content.Length);
        var lines = Encoding.UTF8.GetString(content).Split('\n')[..^1].ToList();
        var (one, other) = (random.Next(lines.Count), random.Next(lines.Count));
        switch (random.Next(9))
        {
            case 0:
                var flipped = content.ToArray();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return ("a flipped bit", flipped);
            case 1:
                return ("a missing byte", [.. content[..at], .. content[(at + 1)..]]);
            case 2:
                return ("a byte twice", [.. content[..at], content[at], .. content[at..]]);
            case 3:
                return ("a cut", content[..at]);
            case 4:
                lines.RemoveAt(one);
                return ("a missing line", Join(lines));
            case 5:
                lines.Insert(other, lines[one]);
                return ("a line twice", Join(lines));
            case 6:
                (lines[one], lines[other]) = (lines[other], lines[one]);
                return ("swapped lines", Join(lines));
            case 7:
                lines.Insert(one, "");
                return ("an empty line", Join(lines));
            default:
                return ("no file", null);
        }
    }

    private static byte[] Join(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
}
