using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.History;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.TestKit;

namespace PodGate.Control.Tests.History;

/// <summary>By what clients were routed, on a real disk: written soon, read back, bounded, and nobody waits for it.</summary>
public sealed class RoutingHistoryTests : IDisposable
{
    private static readonly HistoryLimits Prompt = HistoryLimits.OfRouting with { Every = TimeSpan.FromMilliseconds(20) };
    private static readonly SlotHashing Hashing = new(new Key128(1, 2), 512);
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");
    private readonly string _state = Directory.CreateTempSubdirectory("podgate-routes-").FullName;
    private long _version;

    private string Files => Path.Combine(_state, ProbeHistory.DirectoryName);

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task WhatWasNoted_IsReadBack_ChangeByChange()
    {
        var pins = Pins.Of([new Pin(IPNetwork.Parse("10.0.0.0/8"), "pod-a", PinOtherwise.Refuse), new Pin(IPNetwork.Parse("fd00::/8"), "pod-b")]);
        RoutingSnapshot[] snapshots =
        [
            Snapshot(("pod-a", Admission.Serving, 256), ("pod-b", Admission.Serving, 256)),
            Snapshot(("pod-a", Admission.Standby, 256), ("pod-b", Admission.Serving, 256)),
            Snapshot(("pod-b", Admission.Serving, 256)),
            Snapshot(("pod-a", Admission.Serving, 25), ("pod-b", Admission.Serving, 256)),
            Snapshot(("pod-a", Admission.Serving, 25), ("pod-b", Admission.Serving, 256)).Next(Routes(("pod-a", Admission.Serving, 25)), pins),
        ];
        await using (var history = Open())
        {
            foreach (var snapshot in snapshots) history.Note(snapshot);
        }

        var read = RoutingHistoryReader.Read(Files);
        read.Select(entry => entry.Kind).Should().Equal(
            [RoutingEntryKind.Began, .. snapshots.Select(_ => RoutingEntryKind.Routed), RoutingEntryKind.Ended]);
        read.Select(entry => entry.Picture).OfType<RoutingPicture>().Should().Equal(snapshots.Select(RoutingPicture.Of));
        foreach (var file in Directory.GetFiles(Files))
        {
            if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task WhatRoutesAlike_IsNotWritten()
    {
        await using (var history = Open())
        {
            for (var i = 0; i < 50; i++) history.Note(Snapshot(("pod-a", Admission.Serving, 256)));
            for (var share = 16; share < 32; share++) history.Note(Snapshot(("pod-a", Admission.Serving, share)));
        }

        RoutingHistoryReader.Read(Files).Count(entry => entry.Picture is not null).Should().Be(2);
    }

    [Fact]
    public async Task TheKey_IsNotWritten()
    {
        await using (var history = Open()) history.Note(Snapshot(("pod-a", Admission.Serving, 256)));
        foreach (var file in Directory.EnumerateFiles(Files)) (await File.ReadAllTextAsync(file)).Should().NotContain(Hashing.Key.ToString());
    }

    [Fact]
    public async Task Why_IsWritten_OfWhatMovesClients()
    {
        await using (var history = Open())
        {
            history.Note(Snapshot(("pod-a", Admission.Serving, 256)));
            history.Note(Told("pod-a", PodState.Open, PodState.Suspended, Cause.Refused, "pod-a is routed around"));
            history.Note(Told("pod-a", PodState.Suspended, PodState.Suspended, Cause.SuspendedTooLong, "an alarm"));
            history.Note(Told("", default, default, Cause.Frozen, "frozen"));
            history.Note(Told("", default, default, Cause.Reconfigured, "10.0.0.0/8 is pinned to pod-a now"));
        }

        RoutingHistoryReader.Read(Files).Where(entry => entry.Kind == RoutingEntryKind.Told).Select(entry => (entry.Pod, entry.Sentence)).Should().Equal(
            ("pod-a", "pod-a is routed around"), ("", "10.0.0.0/8 is pinned to pod-a now"));
    }

    [Fact]
    public async Task AGateThatWasKilled_IsSeenToHaveRunUntilItsLastSign()
    {
        await using var history = Open();
        history.Note(Snapshot(("pod-a", Admission.Serving, 256)));
        await Soon.BeTrueAsync(() => File.Exists(Path.Combine(Files, RoutingHistory.OpenFile)), "it says that it runs");

        // As after kill -9: nobody closed the first, and half a line was on its way.
        await File.AppendAllTextAsync(Directory.EnumerateFiles(Files, "routing-*.jsonl").Single(), "{\"at\":\"2026-11-2");
        await using (var next = Open()) next.Note(Snapshot(("pod-a", Admission.Serving, 256)));

        var read = RoutingHistoryReader.Read(Files);
        read.Select(entry => entry.Kind).Should().Equal(
            RoutingEntryKind.Began, RoutingEntryKind.Routed, RoutingEntryKind.Ran, RoutingEntryKind.Began, RoutingEntryKind.Routed, RoutingEntryKind.Ended);
        read[4].Missed.Should().Be(1, "the torn line is told, and no part of the next one");
        var trail = ClientTrail.Of(read, Hashing, Client);
        trail.Stays.Select(stay => stay.Kind).Should().Equal(StayKind.OnPod, StayKind.NoGate, StayKind.OnPod, StayKind.NoGate);
    }

    [Fact]
    public async Task AGateThatHandsOver_LeavesNoGap()
    {
        var first = Open();
        first.Note(Snapshot(("pod-a", Admission.Serving, 256)));
        await first.HandOverAsync();
        first.Note(Snapshot(("pod-b", Admission.Serving, 256)));
        await using (var next = Open())
        {
            next.Note(Snapshot(("pod-a", Admission.Serving, 256)));
            (await next.TrailAsync(Hashing, Client, CancellationToken.None)).Stays.Should().ContainSingle();
        }

        await first.DisposeAsync();
        RoutingHistoryReader.Read(Files).Count(entry => entry.Kind == RoutingEntryKind.HandedOver).Should().Be(1);
    }

    [Fact]
    public async Task WhatIsNotWrittenYet_IsInTheTrail_Once()
    {
        await using var history = Open(Prompt with { Every = TimeSpan.FromMinutes(10) });
        history.Note(Snapshot(("pod-a", Admission.Serving, 256)));
        history.Note(Snapshot(("pod-b", Admission.Serving, 256)));
        history.Note(Snapshot(("pod-a", Admission.Serving, 256)));
        var trail = await history.TrailAsync(Hashing, Client, CancellationToken.None);
        trail.Stays.Select(stay => stay.Pod).Should().Equal("pod-a", "pod-b", "pod-a");
    }

    [Fact]
    public async Task Segments_EachBeginWithAWholePicture_AndTheOldestGo()
    {
        var limits = Prompt with { Segment = 2_000, Bytes = 10_000 };
        await using (var history = Open(limits))
        {
            for (var i = 0; i < 400; i++)
            {
                history.Note(Snapshot(("pod-a", i % 2 == 0 ? Admission.Serving : Admission.Standby, 256), ("pod-b", Admission.Serving, 256)));
                if (i % 10 == 0) await Task.Delay(25);
            }
        }

        var files = Directory.EnumerateFiles(Files, "routing-*.jsonl").Select(file => new FileInfo(file)).ToArray();
        files.Length.Should().BeGreaterThan(1);
        files.Sum(file => file.Length).Should().BeLessThan(limits.Bytes + limits.Segment + 10_000, "what one write brings may come on top");
        var read = RoutingHistoryReader.Read(Files);
        read[0].Picture!.Pods.Should().HaveCount(2);
        read.Should().OnlyContain(entry => entry.Missed == 0);
        File.Delete(files.OrderBy(file => file.Name, StringComparer.Ordinal).First().FullName);
        RoutingHistoryReader.Read(Files).Should().OnlyContain(entry => entry.Missed == 0, "none builds on another file's lines");
    }

    [Fact]
    public async Task DiskThatTakesNothing_DelaysNobody_AndTheNewestIsKept()
    {
        await File.WriteAllTextAsync(Files, "");
        await using var history = Open(Prompt with { Waiting = 50 });
        for (var i = 0; i < 500; i++) history.Note(Snapshot(("pod-a", i % 2 == 0 ? Admission.Serving : Admission.Standby, 256), ("pod-b", Admission.Serving, 256)));
        history.Note(Snapshot(("pod-b", Admission.Serving, 256)));
        history.Dropped.Should().BeGreaterThan(400);
        File.Delete(Files);
        await Soon.BeTrueAsync(() => RoutingHistoryReader.Read(Files) is [.., { Picture.Pods.Length: 1 }], "the newest is written");
        RoutingHistoryReader.Read(Files).Sum(entry => entry.Missed).Should().Be((int)history.Dropped);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z"}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","kind":"4"}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","kind":"Routed","pods":[]}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","kind":"Routed","mark":"m","pods":[null]}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","kind":"Routed","mark":"m","pods":[{"name":"Pod A","admission":"Serving"}]}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","kind":"Routed","mark":"m","pods":[{"name":"a","admission":"0"}]}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","kind":"Routed","mark":"m","pods":[{"name":"a","admission":"Serving","share":257}]}""")]
    [InlineData("""{"at":"2026-11-22T14:05:00.000Z","kind":"Routed","mark":"m","pods":[],"pins":[{"network":"10.0.0.0/33","pod":"a"}]}""")]
    public void LineThatIsNone_IsNotRead(string line) => RoutingJson.Read(line, null).Should().BeNull();

    [Fact]
    public void RandomAndMutatedLines_NeverThrow()
    {
        const int Seed = 816;
        var random = new Random(Seed);
        var good = """{"at":"2026-11-22T14:05:00.000Z","kind":"Routed","mark":"m","pods":[{"name":"a","admission":"Serving","share":3}],"gone":["b"],"pins":[{"network":"10.0.0.0/8","pod":"a"}]}""";
        RoutingJson.Read(good, null).Should().NotBeNull();
        for (var i = 0; i < 20_000; i++)
        {
            var line = good.ToCharArray();
            for (var n = random.Next(1, 6); n > 0; n--) line[random.Next(line.Length)] = (char)random.Next(32, 127);
            var act = () => RoutingJson.Read(new string(line), null);
            act.Should().NotThrow("seed {0}, {1}", Seed, new string(line));
        }
    }

    private RoutingHistory Open(HistoryLimits? limits = null) => new(_state, TimeProvider.System, NullLogger<RoutingHistory>.Instance, limits ?? Prompt);

    private RoutingSnapshot Snapshot(params (string Name, Admission Admission, int Share)[] pods) => new(++_version, Routes(pods), Hashing);

    private static ImmutableArray<PodRoute> Routes(params (string Name, Admission Admission, int Share)[] pods) =>
        [.. pods.Select((pod, index) => new PodRoute(index, pod.Name, new Uri("http://127.0.0.1:9"), [], pod.Admission, pod.Share, new PodLoad()))];

    private static Transition Told(string pod, PodState from, PodState to, Cause cause, string sentence) =>
        new(1, DateTimeOffset.UtcNow, pod, from, to, cause, sentence, Transition.Automation, 1, null);
}
