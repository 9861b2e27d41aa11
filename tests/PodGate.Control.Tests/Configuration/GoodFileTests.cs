using PodGate.Control.Configuration;
using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Control.Tests.Configuration;

/// <summary>What a right file becomes.</summary>
public sealed class GoodFileTests
{
    [Fact]
    public void Pods_Loaded_HaveAddressHealthAndLabels()
    {
        var pods = ConfigurationTestFiles.LoadGood(
            """
            { "Pods": { "pod-b": { "Address": "https://pod-b.example:8443/base/", "Health": "/health?deep=1", "Labels": { "rack": "1" } },
                        "pod-a": { "Address": "http://127.0.0.1:9101" },
                        "pod-c": { "Address": "http://[::1]:9103", "Health": "http://127.0.0.1:1/self" } } }
            """).Fleet.Pods;

        pods.Keys.Should().Equal("pod-a", "pod-b", "pod-c");
        pods["pod-a"].Health.Should().Be(new HealthSettings(new Uri("http://127.0.0.1:9101/health")));
        pods["pod-b"].Address.Should().Be(new Uri("https://pod-b.example:8443/base/"));
        pods["pod-b"].Health.Url.Should().Be(new Uri("https://pod-b.example:8443/base/health?deep=1"));
        pods["pod-b"].Labels.Should().Equal(new Dictionary<string, string> { ["rack"] = "1" });
        pods["pod-c"].Health.Url.Should().Be(new Uri("http://127.0.0.1:1/self"));
    }

    [Fact]
    public void MostRequestsOfAPod_Loaded_IsItsOwnOrNone()
    {
        var pods = ConfigurationTestFiles.LoadGood(
            """
            { "Pods": { "pod-a": { "Address": "http://127.0.0.1:1", "MostRequests": 40 }, "pod-b": { "Address": "http://127.0.0.1:2", "MostRequests": 0 },
                        "pod-c": { "Address": "http://127.0.0.1:3", "MostRequests": null }, "pod-d": { "Address": "http://127.0.0.1:4" } },
              "Forwarding": { "MostRequestsPerPod": 25 } }
            """).Fleet.Pods;

        pods.Values.Select(pod => pod.MostRequests).Should().Equal(40, 0, null, null);
    }

    [Fact]
    public void CommentsAndTrailingCommas_Loaded_AreAllowed() =>
        ConfigurationTestFiles.LoadGood("// one\n{ /* two */ " + ConfigurationTestFiles.TwoPods + ", \"Ramp\": { \"Steps\": 4, }, } // three")
            .Fleet.RampSteps.Should().Be(4);

    [Fact]
    public void RelativeStateDirectory_Loaded_IsBesideTheFile()
    {
        ConfigurationTestFiles.LoadGood("{" + ConfigurationTestFiles.TwoPods + "}").StateDirectory.Should().Be("/etc/podgate/state");
        ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods("\"StateDirectory\": \"../../var/podgate\"")).StateDirectory.Should().Be("/var/podgate");
    }

    [Theory]
    [InlineData("\"10.0.0.0/8\"", "10.0.0.0/8")]
    [InlineData("\"127.0.0.1\"", "127.0.0.1/32")]
    [InlineData("\"fd00::/8\"", "fd00::/8")]
    [InlineData("\"::1\"", "::1/128")]
    [InlineData("\"10.20.0.0/15\"", "10.20.0.0/15")]
    public void TrustedProxy_Loaded_IsANetwork(string written, string expected) =>
        ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods($"\"TrustedProxies\": [{written}]"))
            .TrustedProxies.Should().ContainSingle().Which.ToString().Should().Be(expected);

    [Fact]
    public void Pins_Loaded_AreInTheOrderOfTheFile()
    {
        var pins = ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods(
            """
            "Pins": [{ "Network": "203.0.113.0/24", "Pod": "pod-b" }, { "Network": "203.0.113.64/26", "Pod": "pod-a", "Otherwise": "Refuse" },
                     { "Network": "192.0.2.7", "Pod": "pod-a", "Otherwise": "Spread" }, { "Network": "2001:db8::/64", "Pod": "pod-b" }]
            """)).Fleet.Pins.All;

        pins.Select(pin => (pin.Network.ToString(), pin.Pod, pin.Otherwise)).Should().Equal(
            ("203.0.113.0/24", "pod-b", PinOtherwise.Spread), ("203.0.113.64/26", "pod-a", PinOtherwise.Refuse),
            ("192.0.2.7/32", "pod-a", PinOtherwise.Spread), ("2001:db8::/64", "pod-b", PinOtherwise.Spread));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.2:8080")]
    [InlineData("http://0.0.0.0:8080", "http://[::1]:8080")]
    [InlineData("http://127.0.0.1:0", "http://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:80", "http://127.0.0.1:443/")]
    public void ListenersThatDoNotCollide_Loaded_AreTaken(string one, string other) =>
        ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods($"\"Listen\": [\"{one}\", \"{other}\"]")).Listen.Should().HaveCount(2);

    [Fact]
    public void NullsWhereTheyAreRight_Loaded_AreTheDefaultsOrNone()
    {
        var configuration = ConfigurationTestFiles.LoadGood(ConfigurationTestFiles.WithTwoPods(
            """
            "Failover": { "MinimumOpen": null }, "Affinity": { "Key": null, "ResponseHeader": null }, "Alerts": { "Webhook": null },
            "Admin": { "Certificate": null, "CertificateKey": null }, "Listen": [{ "Url": "http://127.0.0.1:8080", "Protocols": null, "Certificate": null }]
            """));

        configuration.Affinity.ResponseHeader.Should().BeNull();
        configuration.Listen.Should().Equal(new ListenSettings(new Uri("http://127.0.0.1:8080")));
    }

    [Fact]
    public void MinimumOpenOfAllPods_Loaded_IsAWarning()
    {
        var loaded = ConfigurationTestFiles.Load(ConfigurationTestFiles.WithTwoPods("\"Failover\": { \"MinimumOpen\": 2 }"));

        loaded.Configuration!.Fleet.MinimumOpen.Should().Be(2);
        ConfigurationText.Describe(loaded).Should().Equal(
            "warning: podgate.json:2:30: Failover.MinimumOpen: 2 is all of the pods, so that automation never takes out one that still answers; write less than 2 unless that is meant");
    }
}
