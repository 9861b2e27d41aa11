using PodGate.Control.Configuration;
using PodGate.Control.Configuration.Reading;

namespace PodGate.Control.Tests.Configuration;

/// <summary>What a reload says of health objects and checks: which keys changed, and never a secret.</summary>
public sealed class EvidenceReloadTests
{
    [Theory]
    [InlineData("\"/health\"", "{}")]
    [InlineData("{}", """{ "Url": "/health" }""")]
    [InlineData("{}", """{ "Url": "/state" }""", "pod-a changed (Health.Url)")]
    [InlineData("{}", """{ "Format": "AspNet", "Identity": "a" }""", "pod-a changed (Health.Format, Health.Identity)")]
    [InlineData("""{ "Headers": { "A": "1" } }""", """{ "Headers": { "A": "2" } }""", "pod-a changed (Health.Headers)")]
    [InlineData("""{ "Components": { "db": "Ignore" } }""", """{ "Components": { "db": "Degrade" } }""", "pod-a changed (Health.Components)")]
    [InlineData("""{ "Freshness": { "Intervals": 5 } }""", """{ "Freshness": { "Intervals": 6 } }""", "pod-a changed (Health.Freshness)")]
    public void HealthThatDiffers_IsNamed(string before, string after, params string[] expected) =>
        Changes(Json(before, "{}", "{}"), Json(after, "{}", "{}")).Should().Equal(expected);

    [Fact]
    public void MovedPod_IsNamedByItsAddressOnly() =>
        Changes(Json("{}", "{}", "{}"), Json("{}", "{}", "{}", port: 9)).Should().Equal("pod-a changed (Address)");

    [Theory]
    [InlineData("{}", "{}", "{}", """{ "a": { "Tcp": true } }""", "Checks.a added")]
    [InlineData("{}", """{ "a": { "Tcp": true } }""", "{}", "{}", "Checks.a removed")]
    [InlineData("{}", """{ "a": { "Tcp": true } }""", "{}", """{ "a": { "Tcp": 1 } }""", "Checks.a changed")]
    [InlineData("{}", "{}", """{ "a": { "Tcp": true } }""", "{}", "pod-a changed (Checks.a)")]
    [InlineData("{}", """{ "a": { "Tcp": true } }""", """{ "a": null }""", """{ "a": { "Tcp": true } }""", "pod-a changed (Checks.a)")]
    [InlineData("""{ "a": null }""", """{ "a": { "Tcp": true } }""", "{}", """{ "a": { "Tcp": 1 } }""", "pod-a changed (Checks.a)", "Checks.a changed")]
    [InlineData("""{ "a": { "Tcp": 5 } }""", "{}", """{ "a": { "Tcp": 5 } }""", """{ "a": { "Tcp": 6 } }""", "Checks.a added")]
    [InlineData("""{ "a": { "Path": "/", "Headers": { "A": "1" } } }""", "{}", """{ "a": { "Path": "/", "Headers": { "A": "2" } } }""", "{}", "pod-a changed (Checks.a)")]
    [InlineData("{}", """{ "a": { "Path": "/", "Body": "1" } }""", "{}", """{ "a": { "Path": "/", "Body": "2" } }""", "Checks.a changed")]
    public void ChecksThatDiffer_AreNamed(string ownBefore, string before, string ownAfter, string after, params string[] expected) =>
        Changes(Json("{}", ownBefore, before), Json("{}", ownAfter, after)).Should().Equal(expected);

    [Fact]
    public void OtherNewKeys_AreShownWithTheirValues() =>
        Changes(ConfigurationTestFiles.WithTwoPods("\"Ramp\": {}"), ConfigurationTestFiles.WithTwoPods(
            """
            "Traffic": { "Sources": 6 }, "Probing": { "References": ["tcp://127.0.0.1:53"] },
            "Forwarding": { "HedgeAfter": "00:00:01", "RetryStatuses": [502] }, "Failover": { "FlapLimit": 0 }
            """)).Should().BeEquivalentTo(
                "Probing.References changed from [] to [\"tcp://127.0.0.1:53\"]",
                "Failover.FlapLimit changed from 5 to 0",
                "Traffic.Sources changed from 5 to 6",
                "Forwarding.HedgeAfter changed from null to \"00:00:01\"",
                "Forwarding.RetryStatuses changed from [] to [502]");

    [Fact]
    public void ChangedKeys_NeedNoRestart() =>
        ReloadRules.NeedRestart(
            Load(Json("{}", "{}", "{}")),
            Load(Json("""{ "Format": "Status" }""", "{}", """{ "a": { "Tcp": true } }""")),
            "podgate.json").Should().BeEmpty();

    [Fact]
    public void Shown_Pods_SayWhatDiffersFromTheDefaultsAndHideSecrets()
    {
        var configuration = Load(Json(
            """{ "Headers": { "Authorization": "hunter2" }, "Components": { "db": { "Rule": "Degrade", "For": "00:01:00" } }, "Identity": "x" }""",
            """{ "b": null, "a": { "Steps": [{ "Path": "/", "Headers": { "A": "hunter2" }, "Body": "hunter2" }, { "Method": "HEAD" }] } }""",
            """{ "b": { "Tcp": true }, "c": { "Path": "/", "Status": [200], "Fall": 4 } }"""));

        ConfigurationKeys.ByPath["Pods"].Show(configuration).Should().Be(
            """
            { "pod-a": { "Address": "http://127.0.0.1:8/", "Health": { "Url": "http://127.0.0.1:8/health", "Headers": { "Authorization": "(not shown)" },
             "Components": { "db": { "Rule": "Degrade", "For": "00:01:00" } }, "Identity": "x" }, "Labels": {},
             "Checks": { "a": { "Steps": [{ "Path": "/", "Headers": { "A": "(not shown)" }, "Body": "(not shown)" }, { "Method": "HEAD", "Path": "/" }] }, "b": null } } }
            """.ReplaceLineEndings(""));
        ConfigurationKeys.ByPath["Checks"].Show(configuration).Should().Be("""{ "b": { "Tcp": true }, "c": { "Path": "/", "Status": [200], "Fall": 4 } }""");
        configuration.ToString().Should().NotContain("hunter2");
        configuration.Fleet.Pods["pod-a"].ToString().Should().NotContain("hunter2");
    }

    private static string Json(string health, string own, string checks, int port = 8) =>
        $$"""{ "Pods": { "pod-a": { "Address": "http://127.0.0.1:{{port}}", "Health": {{health}}, "Checks": {{own}} } }, "Checks": {{checks}} }""";

    private static IReadOnlyList<string> Changes(string before, string after) => ReloadRules.Changes(Load(before), Load(after));

    private static GateConfiguration Load(string json) => ConfigurationTestFiles.LoadGood(json);
}
