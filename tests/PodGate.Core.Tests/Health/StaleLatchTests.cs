using System.Globalization;
using System.Text;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Tests.Pods;

namespace PodGate.Core.Tests.Health;

/// <summary>A pod that was latched for old documents comes back when they are new, and not when the gate has only forgotten how old they are.</summary>
public sealed class StaleLatchTests
{
    private const string Sequence = "the sequence in its document has not been seen to advance from one value to the next since then";
    private const string Looked = "the time in its document has not been seen to advance from one value to the next since then";
    private const string Named = "the field n in its document has not been seen to advance from one value to the next since then";

    private readonly FleetStory _story = new(3);
    private HealthSettings _health = new(new Uri("http://127.0.0.1:9098/health"));

    [Theory]
    [InlineData("\"sequence\":#", null, Sequence)]
    [InlineData("\"observedAt\":\"2026-11-23T08:00:#Z\"", null, Looked)]
    [InlineData("\"n\":#", "n", Named)]
    public void Enable_AfterARestartOfTheGate_FrozenDocument_IsRefusedUntilItAdvances(string mark, string? field, string missing)
    {
        Latch(mark, field);
        _story.Restart();
        // Nothing has been seen to stand still yet, so each of these documents looks new.
        for (var i = 0; i < 5; i++) Round(mark, 19);
        _story["pod-b"].Health.Level.Should().Be(HealthLevel.Healthy);

        var refusal = _story.Enable("pod-b").Refusal!;
        refusal.Kind.Should().Be(RefusalKind.NotWell);
        refusal.Sentence.Should()
            .Be($"pod-b is not verified to be well: it was failed over for old documents, and {missing}. Wait until it does, mend it and try again, or use force");
        Preflight.OfEnable(_story.Fleet, _story["pod-b"], _story.Now).Should().Be(new Preflight(false, refusal.Sentence) { ForceHelps = true });

        Round(mark, 20);
        _story.Enable("pod-b").Refusal.Should().BeNull();
        _story.State("pod-b").Should().Be(PodState.Ramping);
    }

    [Fact]
    public void Enable_ForcedWhileNothingAdvances_SaysSo()
    {
        Latch("\"sequence\":#", null);
        _story.Restart();
        for (var i = 0; i < 5; i++) Round("\"sequence\":#", 19);
        _story.Enable("pod-b", force: true).Refusal.Should().BeNull();
        _story.Transitions.Last(transition => transition.Cause == Cause.Enabled).Sentence.Should().Contain("forced although not verified well");
    }

    // It was started again, counts from the beginning, and hangs again.
    [Fact]
    public void Enable_OneOtherValueAndNoMore_IsRefused()
    {
        Latch("\"sequence\":#", null);
        for (var i = 0; i < 5; i++) Round("\"sequence\":#", 1);
        _story.Enable("pod-b").Refusal!.Sentence.Should().Contain(Sequence);
        Round("\"sequence\":#", 2);
        _story.Enable("pod-b").Refusal.Should().BeNull();
    }

    // The thread that looks hangs, the one that answers does not.
    [Fact]
    public void Enable_OnlyTheUptimeAdvances_WhileThePodSaysWhenItLooked_IsRefused()
    {
        const string Both = "\"observedAt\":\"2026-11-23T08:00:10Z\",\"uptime\":#";
        Latch("\"observedAt\":\"2026-11-23T08:00:#Z\"", null);
        _story.Restart();
        for (var i = 0; i < 5; i++) Round(Both, 30 + i);
        _story.Enable("pod-b").Refusal!.Sentence.Should().Contain(Looked);
    }

    // A cache gave old answers; what it gave them of has no marks.
    [Fact]
    public void Enable_DocumentsWithoutMarks_IsNotAskedForAny()
    {
        for (var i = 0; i < 3; i++) Round("\"x\":#", i, cached: true);
        _story["pod-b"].Record.Latch!.Cause.Should().Be(Cause.StaleHealth);
        for (var i = 0; i < 3; i++) Round("\"x\":#", i);
        _story.Enable("pod-b").Refusal.Should().BeNull();
    }

    [Fact]
    public void Enable_FreshnessSwitchedOff_IsNotAskedForAny()
    {
        Latch("\"sequence\":#", null);
        _health = _health with { Freshness = new FreshnessSettings { Intervals = 0 } };
        Configure();
        for (var i = 0; i < 3; i++) Round("\"sequence\":#", 19);
        _story.Enable("pod-b").Refusal.Should().BeNull();
    }

    [Fact]
    public void Enable_OfAPodThatIsNotWell_SaysThatFirst()
    {
        Latch("\"sequence\":#", null);
        _story.Restart();
        Round("\"sequence\":#", 19);
        _story.Enable("pod-b").Refusal!.Sentence.Should().Contain("1 of 3 good probes in a row");
    }

    private void Latch(string mark, string? field)
    {
        _health = _health with { Freshness = new FreshnessSettings { Field = field } };
        Configure();
        for (var second = 10; second < 40; second++) Round(mark, Math.Min(second, 19));
        _story["pod-b"].Record.Latch!.Cause.Should().Be(Cause.StaleHealth);
    }

    private void Configure()
    {
        var settings = _story.Fleet.Settings;
        _story.Apply(new Reconfigured(settings with { Pods = settings.Pods.SetItem("pod-b", settings.Pods["pod-b"] with { Health = _health }) }));
    }

    /// <summary>A second passes and all pods are probed; pod-b answers a document with this mark, its # replaced.</summary>
    private void Round(string mark, int value, bool cached = false)
    {
        _story.Seconds(1);
        _story.Probe("pod-a", ProbeResult.Healthy);
        _story.Probe("pod-c", ProbeResult.Healthy);
        var body = $"{{\"status\":\"UP\",{mark.Replace("#", value.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)}}}";
        var document = HealthDocument.Read(200, "application/json", Encoding.UTF8.GetBytes(body), false, _health, null);
        _story.Apply(new ProbeEnded(new ProbeReport("pod-b", _story.Now, _story.Now, document.Result, document.Sentence)
        {
            Document = document,
            CacheAge = cached ? TimeSpan.FromSeconds(3) : null,
        }));
    }
}
