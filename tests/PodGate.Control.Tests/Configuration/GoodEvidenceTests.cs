using System.Text.RegularExpressions;
using PodGate.Control.Configuration;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Configuration;

/// <summary>What right words about evidence become: health objects, checks, traffic, reference targets.</summary>
public sealed class GoodEvidenceTests
{
    private static readonly Uri Health = new("http://127.0.0.1:9101/base/health");

    [Fact]
    public void HealthObject_WithEverything_IsRead()
    {
        var health = LoadHealth(
            """
            { "Url": "/state?deep=1", "Format": "Actuator", "Headers": { "authorization": "Bearer ~1", "X-Empty": "" },
              "Components": { "DB": "Condemn", "mail": { "Rule": "Degrade", "For": "00:10:00" }, "cache": { "Rule": "Degrade" }, "*": "Ignore" },
              "Freshness": { "Field": "details.time", "Intervals": 0 }, "Identity": { "Expected": "Pod A", "Field": "pod.name", "Header": "X-Pod" } }
            """,
            "warning: podgate.json:3:27: Pods.pod-a.Health.Freshness.Field: counts for nothing while Intervals is 0; write 2 or more for Intervals, or take Field out");

        health.Url.Should().Be(new Uri("http://127.0.0.1:9101/base/state?deep=1"));
        health.Format.Should().Be(HealthFormat.Actuator);
        health.Headers.Should().Equal(new Dictionary<string, string> { ["authorization"] = "Bearer ~1", ["X-Empty"] = "" });
        health.Headers["AUTHORIZATION"].Should().Be("Bearer ~1", "names of headers are compared without case");
        health.Components["db"].Should().Be(new ComponentSettings(ComponentRule.Condemn), "names of components too");
        health.Components["mail"].Should().Be(new ComponentSettings(ComponentRule.Degrade, TimeSpan.FromMinutes(10)));
        health.Components["cache"].Should().Be(new ComponentSettings(ComponentRule.Degrade));
        health.Components[HealthSettings.AnyComponent].Rule.Should().Be(ComponentRule.Ignore);
        health.Freshness.Should().Be(new FreshnessSettings { Field = "details.time", Intervals = 0 });
        health.Identity.Should().Be(new IdentitySettings { Expected = "Pod A", Field = "pod.name", Header = "X-Pod" });
    }

    [Fact]
    public void HealthObject_WithNothing_IsTheDefault()
    {
        LoadHealth("{}").Should().Be(new HealthSettings(Health));
        LoadHealth("""{ "Identity": null, "Freshness": { "Field": null }, "Headers": {}, "Components": {} }""").Should().Be(new HealthSettings(Health));
        LoadHealth("\"/health\"").Should().Be(new HealthSettings(Health));
    }

    [Theory]
    [InlineData("""{ "Url": "tcp://127.0.0.1:9191", "Format": "Agent" }""", "tcp://127.0.0.1:9191", HealthFormat.Agent)]
    [InlineData("""{ "Format": "Agent", "Url": "tcp://agent.example:1/" }""", "tcp://agent.example:1", HealthFormat.Agent)]
    [InlineData("""{ "Format": "Agent", "Url": "tcp://[::1]:65535" }""", "tcp://[::1]:65535", HealthFormat.Agent)]
    [InlineData("""{ "Format": "Grpc" }""", "http://127.0.0.1:9101/", HealthFormat.Grpc)]
    [InlineData("""{ "Format": "Grpc", "Url": "/shop.v1.Cart" }""", "http://127.0.0.1:9101/shop.v1.Cart", HealthFormat.Grpc)]
    [InlineData("""{ "Format": "Grpc", "Url": "https://127.0.0.1:9/" }""", "https://127.0.0.1:9/", HealthFormat.Grpc)]
    [InlineData("""{ "Format": "Status", "Url": "https://127.0.0.1:9/x" }""", "https://127.0.0.1:9/x", HealthFormat.Status)]
    [InlineData("""{ "Format": "AspNet" }""", "http://127.0.0.1:9101/base/health", HealthFormat.AspNet)]
    public void HealthUrl_OfAFormat_IsResolved(string json, string url, HealthFormat format)
    {
        var health = LoadHealth(json);

        (health.Url, health.Format).Should().Be((new Uri(url), format));
    }

    [Theory]
    [InlineData("\"pod-1\"", "pod-1", null, null)]
    [InlineData("{}", null, null, null)]
    [InlineData("""{ "Field": "id" }""", null, "id", null)]
    [InlineData("""{ "Header": "Server", "Expected": null }""", null, null, "Server")]
    public void Identity_InItsForms_IsRead(string json, string? expected, string? field, string? header) =>
        LoadHealth($$"""{ "Identity": {{json}} }""").Identity.Should().Be(new IdentitySettings { Expected = expected, Field = field, Header = header });

    [Theory]
    [InlineData("Status")]
    [InlineData("Grpc")]
    public void Identity_WithoutADocument_IsReadFromAHeader(string format) =>
        LoadHealth($$"""{ "Format": "{{format}}", "Identity": { "Expected": "a", "Header": "X-Pod" } }""").Identity!.Header.Should().Be("X-Pod");

    [Fact]
    public void AddressOfTheGreatestLength_WithoutHealth_IsToldNotThrown()
    {
        var address = "http://127.0.0.1:9101/" + new string('a', 1975);

        ConfigurationTestFiles.Load($$"""{ "Pods": { "pod-a": { "Address": "{{address}}" } } }""").Errors.Should().ContainSingle()
            .Which.Key.Should().Be("Pods.pod-a.Health");
    }

    [Theory]
    [InlineData("""{ "Tcp": true }""", 0)]
    [InlineData("""{ "Tcp": 5432 }""", 5432)]
    public void TcpCheck_IsRead(string json, int port) =>
        LoadCheck(json).Should().Be(new CheckSettings("login") { TcpPort = port });

    [Fact]
    public void CheckOfOneStep_WithEverything_IsRead()
    {
        var check = LoadCheck(
            """
            { "Method": "POST", "Path": "/a/{nonce}?b={nonce}", "Headers": { "Host": "pod.example", "content-type": "text/plain" }, "Body": "a\n{nonce}",
              "Status": [200, 302], "BodyContains": "{nonce}", "BodyMatches": "^(a|b){2,3}{nonce}$", "JsonPath": "items.0.state", "JsonEquals": "ok",
              "Slowest": "00:00:01", "Interval": "00:00:10", "Timeout": "00:00:01", "Rise": 4, "Fall": 5 }
            """);

        check.Should().Be(new CheckSettings("login")
        {
            Steps =
            [
                new CheckStep
                {
                    Method = "POST",
                    Path = "/a/{nonce}?b={nonce}",
                    Headers = new CheckStep().Headers.Add("Host", "pod.example").Add("Content-Type", "text/plain"),
                    Body = "a\n{nonce}",
                    Status = [200, 302],
                    BodyContains = "{nonce}",
                    BodyMatches = "^(a|b){2,3}{nonce}$",
                    JsonPath = "items.0.state",
                    JsonEquals = "ok",
                    Slowest = TimeSpan.FromSeconds(1),
                } with { Headers = check.Steps[0].Headers },
            ],
            Interval = TimeSpan.FromSeconds(10),
            Timeout = TimeSpan.FromSeconds(1),
            Rise = 4,
            Fall = 5,
        });
        check.Steps[0].Headers["Content-Type"].Should().Be("text/plain");
        check.Steps[0].Headers["host"].Should().Be("pod.example");
    }

    [Theory]
    [InlineData("""{ "Path": "/", "JsonPath": "a", "JsonEquals": 5.0 }""", "5.0")]
    [InlineData("""{ "Path": "/", "JsonPath": "a", "JsonEquals": true }""", "true")]
    [InlineData("""{ "Path": "/", "JsonPath": "a", "JsonEquals": "" }""", "")]
    [InlineData("""{ "Path": "/", "JsonPath": "a", "JsonEquals": null }""", null)]
    public void JsonEquals_InItsForms_IsAText(string json, string? expected) => LoadCheck(json).Steps[0].JsonEquals.Should().Be(expected);

    [Fact]
    public void Steps_KeepTheirOrder()
    {
        var steps = LoadCheck("""{ "Steps": [{ "Method": "PUT", "Path": "/b", "Body": "1" }, { "Path": "/a" }, { "Method": "DELETE", "Path": "/b" }], "Timeout": "00:00:05" }""").Steps;

        steps.Select(step => $"{step.Method} {step.Path}").Should().Equal("PUT /b", "GET /a", "DELETE /b");
    }

    [Fact]
    public void Expression_ThatWouldBacktrackForEver_IsTakenAndEnds()
    {
        var pattern = LoadCheck("""{ "Path": "/", "BodyMatches": "^(a+)+$" }""").Steps[0].BodyMatches!;

        new Regex(pattern, RegexOptions.NonBacktracking).IsMatch(new string('a', 50_000) + "b").Should().BeFalse();
    }

    [Fact]
    public void ChecksOfAPod_LieOverThoseForAll()
    {
        var configuration = ConfigurationTestFiles.LoadGood(
            """
            { "Pods": { "pod-a": { "Address": "http://127.0.0.1:9101", "Checks": { "login": null, "store": { "Tcp": 2 }, "own": { "Path": "/own" } } },
                        "pod-b": { "Address": "http://127.0.0.1:9102" } },
              "Checks": { "store": { "Tcp": 1 }, "login": { "Path": "/login" } } }
            """);

        var pods = configuration.Fleet.Pods;
        pods["pod-b"].Checks.Keys.Should().Equal("login", "store");
        pods["pod-b"].Checks["store"].Should().Be(new CheckSettings("store") { TcpPort = 1 });
        pods["pod-a"].Checks.Keys.Should().Equal("own", "store");
        pods["pod-a"].Checks["store"].TcpPort.Should().Be(2);
        configuration.Checks.Keys.Should().Equal("login", "store");
    }

    [Fact]
    public void SixteenChecks_AreTaken_SomeForAllAndSomeOfThePod()
    {
        string Checks(char first, int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"{(char)(first + i)}\": {{ \"Tcp\": true }}"));

        ConfigurationTestFiles.LoadGood($$"""{ "Pods": { "pod-a": { "Address": "http://127.0.0.1:9101", "Checks": { {{Checks('i', 8)}}, "a": null, "z": { "Tcp": true } } } }, "Checks": { {{Checks('a', 8)}} } }""")
            .Fleet.Pods["pod-a"].Checks.Should().HaveCount(16);
    }

    [Fact]
    public void TrafficFlapsAndForwarding_AreRead()
    {
        var configuration = ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods(
            """
            "Traffic": { "Enabled": false, "Sources": 7, "SharePercent": 33, "Window": "00:01:00", "SlowFactor": 9, "SlowLeast": "00:00:02", "SlowFor": "00:01:00" },
            "Failover": { "FlapLimit": 7, "FlapWindow": "00:01:00" },
            "Forwarding": { "IdleTimeout": "1.00:00:00", "HedgeAfter": "00:00:20", "RetryStatuses": [503, 500] }
            """));

        configuration.Fleet.Traffic.Should().Be(new TrafficSettings
        {
            Enabled = false,
            Sources = 7,
            SharePercent = 33,
            Window = TimeSpan.FromMinutes(1),
            SlowFactor = 9,
            SlowLeast = TimeSpan.FromSeconds(2),
            SlowFor = TimeSpan.FromMinutes(1),
        });
        (configuration.Fleet.FlapLimit, configuration.Fleet.FlapWindow).Should().Be((7, TimeSpan.FromMinutes(1)));
        (configuration.Forwarding.IdleTimeout, configuration.Forwarding.HedgeAfter).Should().Be((TimeSpan.FromDays(1), TimeSpan.FromSeconds(20)));
        configuration.Forwarding.RetryStatuses.Should().Equal(503, 500);
    }

    [Fact]
    public void References_InTheirForms_AreRead()
    {
        var references = ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods(
            """
            "Probing": { "References": ["tcp://127.0.0.1:53", "tcp://[fd00::1]:1/", "dns://10.0.0.53/example.com", "dns://[fd00::1]:5353/example.com.", "https://example.com/x?y"] }
            """)).Fleet.References;

        references.Select(reference => reference.Scheme).Should().Equal("tcp", "tcp", "dns", "dns", "https");
        references.Select(reference => reference.Port).Should().Equal(53, 1, -1, 5353, 443);
        references[2].AbsolutePath.Should().Be("/example.com");
    }

    [Theory]
    [InlineData("\"Checks\": { \"login\": { \"Path\": \"/\", \"Interval\": \"00:00:01\" } }", """2:49: Checks.login.Timeout: "00:00:02" (the default) is longer than Checks.login.Interval, "00:00:01": a slow run delays the next one; write at most "00:00:01", or more for Checks.login.Interval, unless that is meant""")]
    [InlineData("\"Failover\": { \"FlapWindow\": \"00:00:10\" }, \"Probing\": { \"Interval\": \"00:00:05\" }", "2:29: Failover.FlapWindow: \"00:00:10\" is too short for 5 flaps (Failover.FlapLimit) of at least one Probing.Interval (\"00:00:05\") each; write \"00:00:25\" or more, or 0 for Failover.FlapLimit, unless that is meant")]
    [InlineData("\"Traffic\": { \"Sources\": 1000 }, \"Affinity\": { \"Slots\": 256 }", "2:25: Traffic.Sources: 1000 is more than there are slots (256), so that traffic never condemns a pod; write less than 256, or false for Traffic.Enabled if that is meant")]
    [InlineData("\"Probing\": { \"References\": [\"tcp://127.0.0.1:9102\"] }", "2:29: Probing.References[0]: \"tcp://127.0.0.1:9102\" is pod-b, and pods are witnesses for each other anyway; name something else, such as the gateway's address")]
    [InlineData("\"Probing\": { \"References\": [\"dns://ns.example.com/a\"] }", "2:29: Probing.References[0]: \"dns://ns.example.com/a\" names a DNS server that has to be looked up by DNS first; name something else, such as the gateway's address")]
    public void WhatIsLegalAndUnwise_Loaded_IsAWarning(string text, string expected)
    {
        var loaded = ConfigurationTestFiles.Load(ConfigurationTestFiles.WithTwoPods(text));

        loaded.Configuration.Should().NotBeNull();
        ConfigurationText.Describe(loaded).Should().Equal($"warning: podgate.json:{expected}");
    }

    [Fact]
    public void PodsElsewhereAndComponentsThatNeverCondemn_Loaded_AreWarnings()
    {
        var loaded = ConfigurationTestFiles.Load(
            """{ "Pods": { "pod-a": { "Address": "http://10.0.0.1:1", "Health": { "Components": { "a": "Ignore", "*": "Degrade" } } } }, "Probing": { "References": ["tcp://localhost:53"] } }""");

        ConfigurationText.Describe(loaded).Should().Equal(
            "warning: podgate.json:1:82: Pods.pod-a.Health.Components: lets no component ever condemn the pod; write \"Condemn\" for those that the pod cannot do without, unless that is meant",
            "warning: podgate.json:1:151: Probing.References[0]: \"tcp://localhost:53\" is on this machine, and answers also when the network is gone; name something else, such as the gateway's address");
    }

    private static HealthSettings LoadHealth(string json, params string[] warnings)
    {
        var loaded = ConfigurationTestFiles.Load($$"""{ "Pods": { "pod-a": { "Address": "http://127.0.0.1:9101/base/", "Health": {{json}} } } }""");
        ConfigurationText.Describe(loaded).Should().Equal(warnings);
        return loaded.Configuration!.Fleet.Pods["pod-a"].Health;
    }

    private static CheckSettings LoadCheck(string json) =>
        ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods($$"""  "Checks": { "login": {{json}} } """)).Fleet.Pods["pod-a"].Checks["login"];
}
