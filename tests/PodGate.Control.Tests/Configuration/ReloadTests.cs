using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Configuration;

/// <summary>What a running gate takes over, refuses, and wants confirmed.</summary>
public sealed class ReloadTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-").FullName;
    private readonly ManualTime _time = new();
    private readonly List<GateConfiguration> _applied = [];
    private readonly Lines _log = new();
    private int _inTraffic = 3;
    private Exception? _failure;

    private string File => Path.Combine(_directory, "podgate.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Change_SeenTwice_IsAppliedAsAWhole()
    {
        using var keeper = Start(Json());
        (await LookAsync(keeper)).Should().BeNull();
        (await LookAsync(keeper))!.Applied.Should().BeTrue("the first look learns the content");
        _applied.Should().BeEmpty("nothing has changed");
        _time.Advance(TimeSpan.FromMinutes(1));

        Write(Json(pods: "abcd", more: ", \"Probing\": { \"Fall\": 5 }"));
        (await LookAsync(keeper)).Should().BeNull("it may be half written");
        var outcome = await LookAsync(keeper);

        outcome!.Sentence.Should().Be("podgate.json is in force: pod-d added, Probing.Fall changed from 3 to 5.");
        outcome.Applied.Should().BeTrue();
        keeper.Current.Fleet.Fall.Should().Be(5);
        _applied.Should().ContainSingle().Which.Should().BeSameAs(keeper.Current);
        (keeper.LastReload, keeper.LastReloadSuccessful, keeper.LastReloadAt).Should().Be((null, true, _time.GetUtcNow()));
        (await LookAsync(keeper)).Should().BeNull("it has been dealt with");
        _log.Texts.Should().ContainSingle().Which.Should().Be(outcome.Sentence);
    }

    [Fact]
    public async Task Pins_ThatChange_AreAppliedAndNamed()
    {
        using var keeper = await StartSettledAsync(Json(more: ", \"Pins\": [{ \"Network\": \"10.0.0.0/8\", \"Pod\": \"pod-a\" }]"));

        Write(Json(more: ", \"Pins\": [{ \"Network\": \"10.0.0.0/8\", \"Pod\": \"pod-b\" }]"));
        await LookAsync(keeper);
        var outcome = await LookAsync(keeper);

        outcome!.Sentence.Should().Be("podgate.json is in force: 10.0.0.0/8 is pinned to pod-b now.");
        keeper.Current.Fleet.Pins.All.Single().Pod.Should().Be("pod-b");
    }

    [Fact]
    public async Task BadFile_SeenTwice_IsRefusedOnce_AndTheOldGoesOn()
    {
        using var keeper = await StartSettledAsync(Json());
        var before = keeper.Current;

        Write(Json(more: ", \"Probing\": { \"Fall\": 1, \"Rise\": 0 }"));
        await LookAsync(keeper);
        var outcome = await LookAsync(keeper);

        outcome!.Errors.Should().HaveCount(2);
        outcome.Sentence.Should().Be("podgate.json was refused: 2 errors. The old configuration goes on.");
        keeper.Current.Should().BeSameAs(before);
        keeper.LastReloadSuccessful.Should().BeFalse();
        keeper.LastReload.Should().Equal(outcome.Errors);
        (await LookAsync(keeper)).Should().BeNull();
        _log.Texts.Should().HaveCount(3, "one line for the refusal and one an error, once");

        Write(Json());
        await LookAsync(keeper);
        (await LookAsync(keeper))!.Applied.Should().BeTrue();
        keeper.LastReloadSuccessful.Should().BeTrue("the file says again what is in force");
        _applied.Should().BeEmpty();
    }

    [Fact]
    public async Task FileHalfWrittenForOneLook_IsNotComplainedOf()
    {
        using var keeper = await StartSettledAsync(Json());

        Write("");
        (await LookAsync(keeper)).Should().BeNull();
        Write("{ \"Pods\": {");
        (await LookAsync(keeper)).Should().BeNull();
        System.IO.File.Delete(File);
        (await LookAsync(keeper)).Should().BeNull();
        Write(Json(pods: "abcd"));
        (await LookAsync(keeper)).Should().BeNull();
        (await LookAsync(keeper))!.Applied.Should().BeTrue();

        _log.Texts.Should().ContainSingle();
    }

    [Fact]
    public async Task FileThatIsGone_ForTwoLooks_IsRefused()
    {
        using var keeper = await StartSettledAsync(Json());

        System.IO.File.Delete(File);
        await LookAsync(keeper);

        (await LookAsync(keeper))!.Errors.Should().Equal("podgate.json: cannot be read: there is no such file; give the path of a readable file with --config");
    }

    [Fact]
    public async Task FileThatNeverRests_IsJudgedAtLast()
    {
        using var keeper = await StartSettledAsync(Json());
        ReloadOutcome? outcome = null;
        var looks = 0;
        for (; outcome is null && looks < 100; looks++)
        {
            Write($"{{ \"broken\": {looks}");
            outcome = await LookAsync(keeper);
        }

        looks.Should().Be(10);
        outcome!.Applied.Should().BeFalse();
    }

    [Fact]
    public async Task KeysThatNeedARestart_AreRefusedByName()
    {
        using var keeper = await StartSettledAsync(Json());
        Write(Json(pods: "abcd", more:
            """
            , "Listen": ["http://127.0.0.1:8081"], "Admin": { "Listen": "http://127.0.0.1:9091", "ProtectMetrics": true }, "StateDirectory": "/tmp/other",
              "Affinity": { "IPv4Prefix": 24, "IPv6Prefix": 56, "Slots": 1024, "Key": "000102030405060708090a0b0c0d0e0f" }, "Forwarding": { "MostConnections": 500 }
            """));

        var outcome = await keeper.ReloadAsync(confirm: true, default);

        outcome.Errors.Should().Equal(
            "podgate.json: Listen: changed from [\"http://127.0.0.1:8080\"] to [\"http://127.0.0.1:8081\"] while the gate runs; restart the gate, or put [\"http://127.0.0.1:8080\"] back",
            "podgate.json: Admin.Listen: changed from \"http://127.0.0.1:9090\" to \"http://127.0.0.1:9091\" while the gate runs; restart the gate, or put \"http://127.0.0.1:9090\" back",
            $"podgate.json: StateDirectory: changed from \"{_directory}/state\" to \"/tmp/other\" while the gate runs; restart the gate, or put \"{_directory}/state\" back",
            "podgate.json: Affinity.IPv4Prefix: changed from 32 to 24 while the gate runs; restart the gate, or put 32 back",
            "podgate.json: Affinity.IPv6Prefix: changed from 64 to 56 while the gate runs; restart the gate, or put 64 back",
            "podgate.json: Affinity.Slots: changed from 65536 to 1024 while the gate runs; restart the gate, or put 65536 back",
            "podgate.json: Affinity.Key: changed (not shown) while the gate runs; restart the gate, or put the old value back",
            "podgate.json: Forwarding.MostConnections: changed from 20000 to 500 while the gate runs; restart the gate, or put 20000 back");
        outcome.NeedsConfirmation.Should().BeFalse();
        keeper.Current.Admin.ProtectMetrics.Should().BeFalse("nothing of a refused file is taken over");
        _applied.Should().BeEmpty();
    }

    [Theory]
    [InlineData("ab", 3, true)] // One of three, two left in the traffic.
    [InlineData("abx", 3, true)] // Replaced by another name.
    [InlineData("ab", 2, false)] // One left of at least two.
    [InlineData("a", 3, false)] // Two at once.
    [InlineData("xyz", 3, false)] // All at once.
    [InlineData("abcd", 0, true)] // Nothing removed.
    public async Task Removal_OfPods_IsAppliedOrWantsAConfirmation(string pods, int inTraffic, bool applied)
    {
        using var keeper = await StartSettledAsync(Json());
        _inTraffic = inTraffic;
        Write(Json(pods));

        var outcome = await keeper.ReloadAsync(confirm: false, default);

        (outcome.Applied, outcome.NeedsConfirmation, _applied.Count).Should().Be((applied, !applied, applied ? 1 : 0), outcome.Sentence);
        (await keeper.ReloadAsync(confirm: true, default)).Applied.Should().BeTrue();
        keeper.Current.Fleet.Pods.Keys.Should().Equal(pods.Select(name => $"pod-{name}"));
    }

    [Fact]
    public async Task Removal_WantingAConfirmation_SaysWhyAndWhat()
    {
        using var keeper = await StartSettledAsync(Json());
        Write(Json("a"));
        await LookAsync(keeper);

        var outcome = await LookAsync(keeper);

        outcome!.Sentence.Should().Be("podgate.json was not taken over: it wants a confirmation. The old configuration goes on.");
        outcome.Errors.Should().Equal(
            "podgate.json: Pods: 2 pods are removed at once (pod-b, pod-c); put them back, or confirm with podgate reload --confirm",
            "podgate.json: Pods: without pod-b, pod-c only 1 of at least 2 pods (Failover.MinimumOpen) would be in the traffic; put them back, or confirm with podgate reload --confirm");
        keeper.LastReload.Should().Equal(outcome.Errors);
    }

    [Fact]
    public async Task Confirmation_CountsForTheContentThatWasRefused()
    {
        using var keeper = await StartSettledAsync(Json());
        Write(Json("a"));
        await keeper.ReloadAsync(confirm: false, default);

        Write(Json("b"));
        var other = await keeper.ReloadAsync(confirm: true, default);

        other.Applied.Should().BeFalse();
        other.Errors[^1].Should().StartWith("podgate.json: it has changed since it was refused");
        (await keeper.ReloadAsync(confirm: true, default)).Applied.Should().BeTrue("now that content was refused, and is confirmed");
        keeper.Current.Fleet.Pods.Keys.Should().Equal("pod-b");
    }

    [Fact]
    public async Task LoweringMinimumOpen_InTheSameFile_DoesNotOpenTheDoor()
    {
        using var keeper = await StartSettledAsync(Json());
        _inTraffic = 2;
        Write(Json("ab", ", \"Failover\": { \"MinimumOpen\": 1 }"));

        (await keeper.ReloadAsync(confirm: false, default)).NeedsConfirmation.Should().BeTrue();
    }

    [Fact]
    public async Task FailureToApply_PutsTheOldBack_AndTheNextReloadTriesAgain()
    {
        using var keeper = await StartSettledAsync(Json());
        var before = keeper.Current;
        Write(Json("abcd"));
        _failure = new InvalidOperationException("no room");

        var outcome = await keeper.ReloadAsync(confirm: false, default);

        outcome.Errors.Should().Equal("podgate.json: it is valid but could not be put into force (no room); try again with podgate reload");
        keeper.Current.Should().BeSameAs(before);
        _applied.Should().Equal(before);
        (await keeper.ReloadAsync(confirm: false, default)).Applied.Should().BeTrue();
        keeper.Current.Fleet.Pods.Should().HaveCount(4);
    }

    [Fact]
    public async Task EnvironmentOfTheStart_LiesOverEveryReload()
    {
        Write(Json());
        var environment = new Dictionary<string, string> { ["PODGATE__Listen__0"] = "http://127.0.0.1:7000" };
        using var keeper = Make(environment);
        Write(Json(more: ", \"Listen\": [\"http://127.0.0.1:8081\"], \"Ramp\": { \"Steps\": 3 }"));

        var outcome = await keeper.ReloadAsync(confirm: false, default);

        outcome.Applied.Should().BeTrue("the file's listener is hidden by the environment's");
        keeper.Current.Listen[0].Url.Port.Should().Be(7000);
    }

    [Fact]
    public async Task Loop_LooksEverySecond_AndAtOnceWhenAsked()
    {
        using var keeper = Start(Json());
        using var stop = new CancellationTokenSource();
        var loop = keeper.RunAsync(stop.Token);
        await _time.WaitForTimersAsync();

        Write(Json("abcd"));
        (await _time.AdvanceUntilAsync(() => keeper.Current.Fleet.Pods.Count == 4, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(600))).Should().BeTrue();

        Write(Json("ab"));
        keeper.RequestReload(confirm: false);
        await WaitAsync(() => !keeper.LastReloadSuccessful);
        keeper.RequestReload(confirm: true);
        await WaitAsync(() => keeper.Current.Fleet.Pods.Count == 2);

        await stop.CancelAsync();
        await loop.WaitAsync(Deadline);
    }

    [Fact]
    public async Task ReloadsAtTheSameTime_RunOneAfterTheOther()
    {
        using var keeper = await StartSettledAsync(Json());
        var (running, most) = (0, 0);
        keeper.Applied = async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        };

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            Write(Json("abc", $", \"Ramp\": {{ \"Steps\": {i + 1} }}"), $"{i}");
            await keeper.ReloadAsync(confirm: false, default);
        })));

        most.Should().Be(1);
    }

    private static string Json(string pods = "abc", string more = "") =>
        $"{{ \"Pods\": {{ {string.Join(", ", pods.Select(name => $"\"pod-{name}\": {{ \"Address\": \"http://127.0.0.1:{9000 + name}\" }}"))} }}{more} }}";

    private static async Task WaitAsync(Func<bool> condition)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(begin).Should().BeLessThan(Deadline);
            await Task.Delay(5);
        }
    }

    private static Task<ReloadOutcome?> LookAsync(ConfigurationKeeper keeper) => keeper.LookAsync(CancellationToken.None);

    private void Write(string json, string suffix = "")
    {
        // As most editors do: a new file takes the old one's place.
        System.IO.File.WriteAllText(File + suffix + "~", json);
        System.IO.File.Move(File + suffix + "~", File, overwrite: true);
    }

    private ConfigurationKeeper Start(string json)
    {
        Write(json);
        return Make(ConfigurationTestFiles.NoEnvironment);
    }

    private async Task<ConfigurationKeeper> StartSettledAsync(string json)
    {
        var keeper = Start(json);
        await LookAsync(keeper);
        await LookAsync(keeper);
        return keeper;
    }

    private ConfigurationKeeper Make(IReadOnlyDictionary<string, string> environment)
    {
        var loader = new ConfigurationLoader(_time);
        var initial = loader.LoadFile(File, environment).Configuration!;
        return new ConfigurationKeeper(File, initial, loader, environment, removed => Math.Max(0, _inTraffic - removed.Count), _time, _log)
        {
            Applied = (configuration, _) =>
            {
                if (Interlocked.Exchange(ref _failure, null) is { } failure)
                    throw failure;
                _applied.Add(configuration);
                return Task.CompletedTask;
            },
        };
    }

    /// <summary>Keeps what was logged.</summary>
    private sealed class Lines : ILogger<ConfigurationKeeper>
    {
        private readonly List<string> _texts = [];

        public IReadOnlyList<string> Texts
        {
            get
            {
                lock (_texts)
                    return [.. _texts];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_texts)
                _texts.Add(formatter(state, exception));
        }
    }
}
