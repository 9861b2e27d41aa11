using PodGate.Control.Configuration;
using PodGate.Control.Configuration.Reading;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Configuration;

/// <summary>The environment lies over the file, and its mistakes name the variable.</summary>
public sealed class EnvironmentTests
{
    [Fact]
    public void Variables_OfEveryKind_OverrideTheFile()
    {
        var configuration = ConfigurationTestFiles.LoadGood(
            ConfigurationTestFiles.WithTwoPods("""
            "Listen": ["http://127.0.0.1:1", "http://127.0.0.1:2"], "Probing": { "Interval": "00:00:09" }, "Affinity": { "ResponseHeader": "X-A" }
            """),
            new Dictionary<string, string>
            {
                ["PODGATE__Probing__Interval"] = "00:00:02",
                ["PODGATE__Probing__Fall"] = "7",
                ["PODGATE__Failover__Mode"] = "Observe",
                ["PODGATE__Failover__MinimumOpen"] = "null",
                ["PODGATE__Admin__ProtectMetrics"] = "true",
                ["PODGATE__Affinity__ResponseHeader"] = "",
                ["PODGATE__Affinity__Key"] = "000102030405060708090a0b0c0d0e0f",
                ["PODGATE__Listen__0"] = "http://127.0.0.1:3",
                ["PODGATE__Listen__1__Url"] = "http://*:4",
                ["PODGATE__Listen__1__Protocols"] = "Http2",
                ["PODGATE__TrustedProxies__0"] = "10.0.0.0/8",
                ["PODGATE__Probing__References__0"] = "tcp://127.0.0.1:53",
                ["PODGATE__Forwarding__RetryStatuses__0"] = "502",
                ["PODGATE__Forwarding__RetryStatuses__1"] = "503",
                ["PODGATE__Forwarding__HedgeAfter"] = "",
                ["PODGATE__Traffic__Enabled"] = "false",
                ["PODGATE__Traffic__Window"] = "00:00:20",
                ["PODGATE__Failover__FlapLimit"] = "0",
                ["PODGATE__StateDirectory"] = "/var/lib/podgate",
                ["PODGATE_TOKEN"] = "not ours",
                ["PODGATE_URL"] = "not ours",
                ["PATH"] = "/bin",
            });

        configuration.Fleet.ProbeInterval.Should().Be(TimeSpan.FromSeconds(2));
        configuration.Fleet.Fall.Should().Be(7);
        configuration.Fleet.Mode.Should().Be(FailoverMode.Observe);
        configuration.Fleet.MinimumOpen.Should().BeNull();
        configuration.Admin.ProtectMetrics.Should().BeTrue();
        configuration.Affinity.ResponseHeader.Should().BeNull();
        configuration.Affinity.Key!.Value.ToString().Should().Be("000102030405060708090a0b0c0d0e0f");
        configuration.Listen.Should().Equal(
            new ListenSettings(new Uri("http://127.0.0.1:3")),
            new ListenSettings(new Uri("http://[::]:4"), Protocols: ListenProtocols.Http2));
        configuration.TrustedProxies.Should().Equal(System.Net.IPNetwork.Parse("10.0.0.0/8"));
        configuration.StateDirectory.Should().Be("/var/lib/podgate");
        configuration.Fleet.References.Should().Equal(new Uri("tcp://127.0.0.1:53"));
        configuration.Forwarding.RetryStatuses.Should().Equal(502, 503);
        configuration.Forwarding.HedgeAfter.Should().BeNull();
        configuration.Fleet.Traffic.Should().Be(new TrafficSettings { Enabled = false, Window = TimeSpan.FromSeconds(20) });
        configuration.Fleet.FlapLimit.Should().Be(0);
    }

    [Theory]
    [InlineData("PODGATE__Probing__Interval", "abc", "PODGATE__Probing__Interval: Probing.Interval: \"abc\" is not a duration; write \"hh:mm:ss\", such as \"00:00:01\"")]
    [InlineData("PODGATE__Probing__Fall", "x", "PODGATE__Probing__Fall: Probing.Fall: \"x\" is not a whole number; write 2 to 100")]
    [InlineData("PODGATE__Probing__Fall", "1", "PODGATE__Probing__Fall: Probing.Fall: \"1\" is too small; write 2 to 100")]
    [InlineData("PODGATE__Log__Json", "1", "PODGATE__Log__Json: Log.Json: \"1\" is not true or false; write true or false, without quotes")]
    [InlineData("PODGATE__Probing__Intervall", "1", "PODGATE__Probing__Intervall: is not a key; did you mean PODGATE__Probing__Interval?")]
    [InlineData("PODGATE__PROBING__INTERVAL", "1", "PODGATE__PROBING__INTERVAL: is not a key; did you mean PODGATE__Probing__Interval?")]
    [InlineData("PODGATE__Interval", "1", "PODGATE__Interval: is not a key; did you mean PODGATE__Probing__Interval?")]
    [InlineData("PODGATE__Quux__Frobnicate", "1", "PODGATE__Quux__Frobnicate: is not a key; take it away; what begins with PODGATE__ is read as a key of the configuration")]
    [InlineData("PODGATE__", "1", "PODGATE__: is not a key; take it away; what begins with PODGATE__ is read as a key of the configuration")]
    [InlineData("PODGATE__Ramp", "1", "PODGATE__Ramp: is a section; set one of its keys: PODGATE__Ramp__Duration, PODGATE__Ramp__Steps, PODGATE__Ramp__HoldBack")]
    [InlineData("PODGATE__Ramp__Steps__0", "1", "PODGATE__Ramp__Steps__0: Ramp.Steps: takes one value; write PODGATE__Ramp__Steps")]
    [InlineData("PODGATE__Listen", "http://127.0.0.1:1", "PODGATE__Listen: Listen: is a list; write one variable an entry: PODGATE__Listen__0, PODGATE__Listen__1, ...")]
    [InlineData("PODGATE__Listen__x", "http://127.0.0.1:1", "PODGATE__Listen__x: Listen: is a list; write one variable an entry: PODGATE__Listen__0, PODGATE__Listen__1, ...")]
    [InlineData("PODGATE__Listen__1", "http://127.0.0.1:1", "PODGATE__Listen__1: Listen: has no entry 0; number the variables from 0, without gaps")]
    [InlineData("PODGATE__Listen__0__Uri", "http://127.0.0.1:1", "PODGATE__Listen__0__Uri: Listen[0].Uri: is not a key; did you mean \"Url\"?", "PODGATE__Listen__0__Uri: Listen[0]: has no Url; add \"Url\": \"http://127.0.0.1:8080\"")]
    [InlineData("PODGATE__Pods__pod-a__Address", "http://127.0.0.1:1", "PODGATE__Pods__pod-a__Address: Pods: come from the file only; write them there, and take the variable away")]
    [InlineData("PODGATE__Checks__login__Path", "/", "PODGATE__Checks__login__Path: Checks: come from the file only; write them there, and take the variable away")]
    [InlineData("PODGATE__Alerts__Channels__ops__Url", "/", "PODGATE__Alerts__Channels__ops__Url: Alerts.Channels: come from the file only; write them there, and take the variable away")]
    [InlineData("PODGATE__Check", "/", "PODGATE__Check: is not a key; take it away; what begins with PODGATE__ is read as a key of the configuration")]
    [InlineData("PODGATE__Probing__References__0", "10.0.0.1", """PODGATE__Probing__References__0: Probing.References[0]: "10.0.0.1" is not a reference target; write "tcp://10.0.0.1:53", "dns://10.0.0.53/example.com", or an absolute http or https URL""")]
    [InlineData("PODGATE__Forwarding__RetryStatuses__0", "501", "PODGATE__Forwarding__RetryStatuses__0: Forwarding.RetryStatuses[0]: \"501\" is not one of the status codes here; write 500, 502, 503 or 504")]
    [InlineData("PODGATE__Forwarding__HedgeAfter", "1", "PODGATE__Forwarding__HedgeAfter: Forwarding.HedgeAfter: \"1\" is not a duration; write \"hh:mm:ss\", such as \"00:00:01\", or null")]
    [InlineData("PODGATE__Affinity__Key", "secret", "PODGATE__Affinity__Key: Affinity.Key: the value (not shown) is not a key; write 32 hexadecimal digits, or null")]
    [InlineData("PODGATE__Admin__Listen", "http://0.0.0.0:9090", "PODGATE__Admin__Listen: Admin.Listen: \"http://0.0.0.0:9090\" would send tokens in clear over the network; write a loopback address, such as \"http://127.0.0.1:9090\", or https with Admin.Certificate")]
    public void Variable_WithAMistake_IsNamed(string variable, string value, params string[] expected) =>
        ConfigurationText.Describe(ConfigurationTestFiles.Load("{" + ConfigurationTestFiles.TwoPods + "}", new Dictionary<string, string> { [variable] = value }))
            .Should().Equal(expected);

    [Fact]
    public void ItemGivenAsTextAndAsObject_IsRefused() =>
        ConfigurationText.Describe(ConfigurationTestFiles.Load("{" + ConfigurationTestFiles.TwoPods + "}", new Dictionary<string, string>
        {
            ["PODGATE__Listen__0"] = "http://127.0.0.1:1",
            ["PODGATE__Listen__0__Url"] = "http://127.0.0.1:1",
        })).Should().Equal("PODGATE__Listen__0__Url: Listen[0]: is given twice; keep PODGATE__Listen__0 or this variable");

    [Fact]
    public void MistakesOfFileAndEnvironment_ComeTogether_FileFirst() =>
        ConfigurationText.Describe(ConfigurationTestFiles.Load("{ nonsense", new Dictionary<string, string> { ["PODGATE__Nonsense"] = "1" }))
            .Should().HaveCount(2).And.Subject.Last().Should().StartWith("PODGATE__Nonsense: ");

    [Fact]
    public void EveryKeyButPodsAndChecks_HasAVariable()
    {
        foreach (var key in ConfigurationKeys.All.Where(key => !key.IsFileOnly))
        {
            var variable = EnvironmentOverlay.VariableOf(key.Path) + (key.IsList ? "__0" : "");
            var loaded = ConfigurationTestFiles.Load("{" + ConfigurationTestFiles.TwoPods + "}", new Dictionary<string, string> { [variable] = "\u0001" });

            // No key takes a control character, so that each complains in the name of its variable: it was read, and as this key.
            loaded.Errors.Should().Contain(error => error.Place == variable && error.Key.StartsWith(key.Path), $"{variable} is read");
        }
    }
}
