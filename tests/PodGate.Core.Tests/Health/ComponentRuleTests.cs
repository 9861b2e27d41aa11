using PodGate.Core.Health;

namespace PodGate.Core.Tests.Health;

public sealed class ComponentRuleTests
{
    // rules, status code, status, components -> verdict. The document's verdict stands as far as its components do not explain it.
    [Theory]
    [InlineData("", 503, "DOWN", "alarms=DOWN", ProbeResult.Unhealthy)]
    [InlineData("", 200, "UP", "alarms=DOWN", ProbeResult.Healthy)]
    [InlineData("alarms=Ignore", 503, "DOWN", "alarms=DOWN", ProbeResult.Healthy)]
    [InlineData("ALARMS=Ignore", 503, "DOWN", "alarms=DOWN api=UP", ProbeResult.Healthy)]
    [InlineData("alarms=Ignore", 503, "DOWN", "alarms=DOWN api=DOWN", ProbeResult.Unhealthy)]
    [InlineData("alarms=Ignore", 503, "DOWN", "alarms=DOWN api=Degraded", ProbeResult.Degraded)]
    [InlineData("alarms=Ignore", 503, "DOWN", "alarms=Degraded", ProbeResult.Unhealthy)]
    [InlineData("alarms=Ignore", 503, "UP", "alarms=UP", ProbeResult.Unhealthy)]
    [InlineData("alarms=Ignore", 500, "UP", "alarms=DOWN", ProbeResult.Healthy)]
    [InlineData("alarms=Ignore", 503, "DOWN", "", ProbeResult.Unhealthy)]
    [InlineData("alarms=Degrade", 503, "DOWN", "alarms=DOWN", ProbeResult.Degraded)]
    [InlineData("alarms=Degrade", 200, "UP", "alarms=DOWN", ProbeResult.Degraded)]
    [InlineData("alarms=Degrade", 200, "UP", "alarms=UP", ProbeResult.Healthy)]
    [InlineData("alarms=Degrade", 200, "Degraded", "alarms=Degraded", ProbeResult.Degraded)]
    [InlineData("alarms=Degrade", 503, "OUT_OF_SERVICE", "alarms=OUT_OF_SERVICE", ProbeResult.Degraded)]
    [InlineData("alarms=Degrade", 200, "UNKNOWN", "alarms=UNKNOWN", ProbeResult.Degraded)]
    [InlineData("alarms=Condemn", 200, "UP", "alarms=DOWN", ProbeResult.Unhealthy)]
    [InlineData("alarms=Condemn", 200, "UP", "alarms=Degraded", ProbeResult.Degraded)]
    [InlineData("alarms=Condemn", 200, "UP", "alarms=OUT_OF_SERVICE", ProbeResult.Leaving)]
    [InlineData("alarms=Condemn", 200, "UP", "alarms=UNKNOWN", ProbeResult.Unreadable)]
    [InlineData("alarms=Condemn", 200, "UP", "alarms=UP api=DOWN", ProbeResult.Healthy)]
    [InlineData("*=Condemn", 200, "UP", "alarms=DOWN", ProbeResult.Unhealthy)]
    [InlineData("*=Ignore db=Condemn", 503, "DOWN", "alarms=DOWN db=UP", ProbeResult.Healthy)]
    [InlineData("*=Ignore db=Condemn", 503, "DOWN", "alarms=UP db=DOWN", ProbeResult.Unhealthy)]
    [InlineData("*=Degrade", 503, "DOWN", "alarms=DOWN db=DOWN", ProbeResult.Degraded)]
    // A word that is not known says nothing where no rule asks for it, however bad the rest is.
    [InlineData("alarms=Ignore", 200, "UP", "alarms=UP disco=UNKNOWN", ProbeResult.Healthy)]
    [InlineData("alarms=Ignore", 503, "DOWN", "alarms=DOWN disco=UNKNOWN", ProbeResult.Healthy)]
    [InlineData("alarms=Ignore", 200, "UNKNOWN", "alarms=UP disco=UNKNOWN", ProbeResult.Unreadable)]
    [InlineData("alarms=Ignore", 200, "UNKNOWN", "alarms=UNKNOWN", ProbeResult.Healthy)]
    // Of two of the same name the worse counts.
    [InlineData("db=Condemn", 200, "UP", "db=UP db=DOWN", ProbeResult.Unhealthy)]
    // The rule of a component is also that of what is within it, unless that has its own.
    [InlineData("db=Ignore", 503, "DOWN", "db.replica=DOWN", ProbeResult.Healthy)]
    [InlineData("db=Ignore db.replica=Condemn", 503, "DOWN", "db.replica=DOWN", ProbeResult.Unhealthy)]
    [InlineData("db=Ignore", 503, "DOWN", "db:connections=DOWN", ProbeResult.Healthy)]
    [InlineData("db=Ignore", 503, "DOWN", "dbx=DOWN", ProbeResult.Unhealthy)]
    [InlineData("*=Ignore", 503, "DOWN", "a.b.c=DOWN", ProbeResult.Healthy)]
    public void Rules_Table(string rules, int code, string status, string components, ProbeResult expected)
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules(rules) });
        var judged = rig.Judge(0, Body(status, components), code);
        judged.Result.Should().Be(expected, judged.Sentence);
        judged.Sentence.Length.Should().BeLessThanOrEqualTo(HealthDocument.SentenceLimit);
    }

    [Fact]
    public void Actuator_NestedComponent_IsIgnoredWithoutItsParentCondemning()
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("db.replica=Ignore") });
        rig.Judge(0, """{"status":"DOWN","components":{"db":{"status":"DOWN","components":{"primary":{"status":"UP"},"replica":{"status":"DOWN"}}}}}""", 503)
            .Result.Should().Be(ProbeResult.Healthy);
    }

    [Fact]
    public void ComponentsThatAreNotListed_LetTheDocumentStand()
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("c0=Ignore") });
        string Many(int count) => Body("DOWN", string.Join(' ', Enumerable.Range(0, count).Select(i => i == 0 ? "c0=DOWN" : $"c{i}=UP")));
        rig.Judge(0, Many(HealthDocument.ComponentLimit), 503).Result.Should().Be(ProbeResult.Healthy);
        rig.Judge(1, Many(HealthDocument.ComponentLimit + 1), 503).Result.Should().Be(ProbeResult.Unhealthy, "nobody knows how the last one is");
    }

    [Theory]
    [InlineData("DOWN", 9.9, ProbeResult.Degraded)]
    [InlineData("DOWN", 10, ProbeResult.Unhealthy)]
    [InlineData("DOWN", 1000, ProbeResult.Unhealthy)]
    [InlineData("OUT_OF_SERVICE", 10, ProbeResult.Leaving)]
    [InlineData("UNKNOWN", 10, ProbeResult.Unreadable)]
    [InlineData("Degraded", 1000, ProbeResult.Degraded)]
    public void DegradeFor_TimeIsOver_Condemns(string word, double second, ProbeResult expected)
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("alarms=Degrade/10") });
        rig.Judge(-1, Body("UP", "alarms=UP"));
        rig.Judge(0, Body("UP", $"alarms={word}")).Result.Should().Be(ProbeResult.Degraded);
        rig.Judge(5, Body("UP", $"alarms={word}")).Result.Should().Be(ProbeResult.Degraded);
        rig.Judge(second, Body("UP", $"ALARMS={word}")).Result.Should().Be(expected);
    }

    [Fact]
    public void DegradeFor_OneGoodDocument_BeginsAnew()
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("alarms=Degrade/10") });
        rig.Judge(0, Body("DOWN", "alarms=DOWN"), 503);
        rig.Judge(6, Body("Degraded", "alarms=Degraded"));
        rig.Judge(7, Body("DOWN", "alarms=DOWN"), 503);
        rig.Judge(12, Body("DOWN", "alarms=DOWN"), 503).Result.Should().Be(ProbeResult.Degraded);
        rig.Judge(17, Body("DOWN", "alarms=DOWN"), 503).Result.Should().Be(ProbeResult.Unhealthy);
    }

    // Only a document says how a component is; what is none leaves open whether it was ever well.
    [Theory]
    [InlineData("", 500, false)]
    [InlineData("", 503, false)]
    [InlineData("Unhealthy", 503, false)]
    [InlineData("{\"status\":\"DOWN\"}", 503, false)]
    [InlineData("{\"status\":\"D", 200, false)]
    [InlineData("{\"status\":\"green\"}", 200, false)]
    [InlineData("{\"status\":\"DOWN\",\"components\":{\"db\":\"DOWN\"} }", 503, true)]
    [InlineData("{\"status\":\"UP\"}", 200, true)]
    [InlineData("Healthy", 200, true)]
    public void DegradeFor_AnswerThatDoesNotNameIt_BeginsAnewOnlyWhenItSaysThatItIsWell(string between, int code, bool anew)
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("alarms=Degrade/10") });
        rig.Judge(0, Body("DOWN", "alarms=DOWN"), 503);
        rig.Judge(6, between, code);
        rig.Judge(9.9, Body("DOWN", "alarms=DOWN"), 503).Result.Should().Be(ProbeResult.Degraded);
        rig.Judge(12, Body("DOWN", "alarms=DOWN"), 503).Result.Should().Be(anew ? ProbeResult.Degraded : ProbeResult.Unhealthy);
    }

    [Fact]
    public void DegradeFor_EachComponentHasATimeOfItsOwn()
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("*=Degrade/10") });
        rig.Judge(0, Body("DOWN", "a=DOWN b=UP"));
        rig.Judge(6, Body("DOWN", "a=UP b=DOWN"));
        rig.Judge(12, Body("DOWN", "a=DOWN b=DOWN")).Result.Should().Be(ProbeResult.Degraded);
        rig.Judge(16, Body("DOWN", "a=UP b=DOWN")).Result.Should().Be(ProbeResult.Unhealthy);
    }

    [Fact]
    public void Sentences_SayTheRuleAndTheNumbers()
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("alarms=Degrade/600 api=Ignore db=Condemn") });
        string Sentence(double second, string status, string components, int code) => rig.Judge(second, Body(status, components), code).Sentence;

        Sentence(0, "DOWN", "alarms=DOWN db=UP", 503).Should()
            .Be("health answered 503 Unhealthy; by the rules for components Degraded (alarms: Unhealthy for 0 s, Degrade for 600 s)");
        Sentence(12.3, "DOWN", "alarms=DOWN api=DOWN", 503).Should()
            .Be("health answered 503 Unhealthy; by the rules for components Degraded (alarms: Unhealthy for 12.3 s, Degrade for 600 s; api: Unhealthy, Ignore)");
        Sentence(613, "DOWN", "alarms=DOWN", 503).Should()
            .Be("health answered 503 Unhealthy (alarms: Unhealthy for 613 s, which is over its Degrade for 600 s)");
        Sentence(614, "UP", "db=DOWN", 200).Should().Be("health answered 200 Healthy; by the rules for components Unhealthy (db: Unhealthy, Condemn)");
        Sentence(615, "UP", "db=UP", 200).Should().Be("health answered 200 Healthy");
    }

    internal static string Body(string status, string components) =>
        $$$"""{"status":"{{{status}}}","components":{ {{{string.Join(',', components.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(one => one.Split('=')).Select(one => $"\"{one[0]}\":\"{one[1]}\""))}}} } }""";
}
