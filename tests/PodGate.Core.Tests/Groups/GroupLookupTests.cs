using System.Net;
using PodGate.Core.Groups;
using PodGate.Core.Routing;
using PodGate.Core.Tests.Routing;

namespace PodGate.Core.Tests.Groups;

/// <summary>Who is in a group, and who cannot get into it.</summary>
public sealed class GroupLookupTests
{
    private static readonly Key128 Key = Fleets.Key(3);
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.7");

    private static readonly Dictionary<string, ClientGroup> Groups = new()
    {
        ["office"] = new() { Networks = NetworkSetTests.Of("203.0.113.0/24") },
        ["elsewhere"] = new() { Networks = NetworkSetTests.Of("192.0.2.0/24") },
        ["signed"] = new() { Header = new GroupSign("X-Early", "yes"), Cookie = null },
        ["cookie"] = new() { Cookie = new GroupSign("early", "yes") },
        ["open"] = new() { Header = new GroupSign("X-Beta", "on"), IsOpen = true },
        ["host"] = new() { Networks = NetworkSetTests.Of("203.0.113.0/24"), Hosts = ["beta.example.com"] },
        ["either"] = new() { AnyOf = ["elsewhere", "signed"] },
        ["both"] = new() { Networks = NetworkSetTests.Of("203.0.113.0/24"), AnyOf = ["elsewhere", "signed"] },
        ["listed"] = new() { NetworksFile = "/etc/early.txt", NetworksOfFile = NetworkSetTests.Of("203.0.113.0/24") },
        ["unlisted"] = new() { NetworksFile = "/etc/early.txt" },
        ["gone"] = new() { AnyOf = ["was-there"] },
        ["tenth"] = new() { SlotsOf256 = 26 },
        ["all"] = new(),
    };

    /// <summary>
    /// Whoever sends it, what comes with it, which group: in or not. "mark" is a mark of the gate's for that group and place, "other" one for another group,
    /// "old" one that has expired.
    /// </summary>
    [Theory]
    [InlineData("office", "203.0.113.7", false, "", "", "", true)]
    [InlineData("office", "::ffff:203.0.113.7", false, "", "", "", true)]
    [InlineData("office", "203.0.114.7", false, "", "", "", false)]
    [InlineData("elsewhere", "203.0.113.7", false, "", "", "", false)]
    [InlineData("signed", "203.0.113.7", false, "X-Early: yes", "", "", false)]
    [InlineData("signed", "203.0.113.7", true, "X-Early: yes", "", "", true)]
    [InlineData("signed", "203.0.113.7", true, "x-early: yes", "", "", true)]
    [InlineData("signed", "203.0.113.7", true, "X-Early: no", "", "", false)]
    [InlineData("signed", "203.0.113.7", true, "X-Early: YES", "", "", false)]
    [InlineData("signed", "203.0.113.7", true, "X-Early: yes, yes", "", "", false)]
    [InlineData("signed", "203.0.113.7", true, "", "", "", false)]
    [InlineData("signed", "203.0.113.7", false, "X-Early: mark", "", "", true)]
    [InlineData("signed", "203.0.113.7", false, "X-Early: other", "", "", false)]
    [InlineData("signed", "203.0.113.7", false, "X-Early: old", "", "", false)]
    [InlineData("signed", "203.0.113.7", false, "", "X-Early: mark", "", false)]
    [InlineData("cookie", "203.0.113.7", false, "", "early: yes", "", false)]
    [InlineData("cookie", "203.0.113.7", true, "", "early: yes", "", false)]
    [InlineData("cookie", "203.0.113.7", false, "", "early: mark", "", true)]
    [InlineData("cookie", "203.0.113.7", false, "", "Early: mark", "", false)]
    [InlineData("cookie", "203.0.113.7", false, "early: mark", "", "", false)]
    [InlineData("cookie", "203.0.113.7", false, "", "early: old", "", false)]
    [InlineData("open", "203.0.113.7", false, "X-Beta: on", "", "", true)]
    [InlineData("open", "203.0.113.7", false, "X-Beta: off", "", "", false)]
    [InlineData("host", "203.0.113.7", false, "", "", "beta.example.com", true)]
    [InlineData("host", "203.0.113.7", false, "", "", "BETA.example.COM", true)]
    [InlineData("host", "203.0.113.7", false, "", "", "example.com", false)]
    [InlineData("host", "203.0.113.7", false, "", "", "beta.example.com.evil.example", false)]
    [InlineData("host", "203.0.113.7", false, "", "", "", false)]
    [InlineData("host", "192.0.2.7", false, "", "", "beta.example.com", false)]
    [InlineData("listed", "203.0.113.7", false, "", "", "", true)]
    [InlineData("listed", "203.0.112.7", false, "", "", "", false)]
    [InlineData("unlisted", "203.0.113.7", false, "", "", "", false)]
    [InlineData("either", "203.0.113.7", false, "", "", "", false)]
    [InlineData("either", "192.0.2.7", false, "", "", "", true)]
    [InlineData("either", "203.0.113.7", true, "X-Early: yes", "", "", true)]
    [InlineData("both", "203.0.113.7", true, "X-Early: yes", "", "", true)]
    [InlineData("both", "192.0.2.7", true, "X-Early: yes", "", "", false)]
    [InlineData("both", "203.0.113.7", false, "", "", "", false)]
    [InlineData("gone", "203.0.113.7", true, "", "", "", false)]
    [InlineData("unknown", "203.0.113.7", true, "", "", "", false)]
    [InlineData("nobody", "203.0.113.7", true, "", "", "", false)]
    [InlineData("all", "203.0.113.7", false, "", "", "", true)]
    public void Has_Request(string group, string client, bool byProxy, string header, string cookie, string host, bool expected)
    {
        var signs = new Signs { ComesByTrustedProxy = byProxy, Host = host };
        Put(signs.Headers, header, SignKind.Header);
        Put(signs.Cookies, cookie, SignKind.Cookie);
        Of(group).Has(IPAddress.Parse(client), 77, signs).Should().Be(expected);

        void Put(Dictionary<string, string> into, string said, SignKind kind)
        {
            if (said.Split(": ") is not [var name, var value]) return;
            into[name] = value switch
            {
                "mark" => GroupLookup.MarkOf(Key, group, kind, name).Make(Signs.Now.AddHours(1)),
                "old" => GroupLookup.MarkOf(Key, group, kind, name).Make(Signs.Now.AddSeconds(-1)),
                "other" => GroupLookup.MarkOf(Key, "another", kind, name).Make(Signs.Now.AddHours(1)),
                _ => value,
            };
        }
    }

    [Fact]
    public void Has_WithoutSigns_IsOnlyWhatAddressAndSlotTell()
    {
        Of("office").Has(Client, 1, null).Should().BeTrue();
        Of("signed").Has(Client, 1, null).Should().BeFalse();
        Of("host").Has(Client, 1, null).Should().BeFalse();
    }

    [Fact]
    public void Share_IsAboutAsLargeAsSaid_AndGrowsWithoutFlipping()
    {
        const int slots = 65536;
        var before = 0;
        var members = new bool[slots];
        foreach (var share in (int[])[0, 1, 3, 13, 64, 128, 255, 256])
        {
            var group = Of("all", share: share);
            var count = 0;
            for (var slot = 0; slot < slots; slot++)
            {
                var isIn = group.Has(Client, slot, null);
                if (members[slot]) isIn.Should().BeTrue("slot {0} was in at a smaller share than {1}", slot, share);
                members[slot] = isIn;
                if (isIn) count++;
            }

            count.Should().BeGreaterThanOrEqualTo(before);
            if (share is > 0 and < 256) Math.Abs(Chance.Deviations(count, slots, share / 256.0)).Should().BeLessThan(Chance.OneInAMillion, "of share {0}", share);
            before = count;
        }

        before.Should().Be(slots);
    }

    [Fact]
    public void Share_OfAnotherCanary_IsAnother_AndAGroupsPartIsIndependentOfIt()
    {
        const int slots = 65536;
        var (one, other, half) = (Of("tenth"), Of("tenth", "canary-2"), Of("tenth", share: 128));
        var (both, halved, of) = (0, 0, 0);
        for (var slot = 0; slot < slots; slot++)
        {
            var isIn = one.Has(Client, slot, null);
            if (isIn) of++;
            if (isIn && other.Has(Client, slot, null)) both++;
            if (!half.Has(Client, slot, null)) continue;
            isIn.Should().BeTrue();
            halved++;
        }

        const double tenth = 26 / 256.0;
        Math.Abs(Chance.Deviations(of, slots, tenth)).Should().BeLessThan(Chance.OneInAMillion);
        Math.Abs(Chance.Deviations(both, slots, tenth * tenth)).Should().BeLessThan(Chance.OneInAMillion);
        Math.Abs(Chance.Deviations(halved, slots, tenth / 2)).Should().BeLessThan(Chance.OneInAMillion);
    }

    [Fact]
    public void Has_AllocatesNothing()
    {
        var many = Enumerable.Range(0, 20_000).Select(i => new IPNetwork(new IPAddress([10, (byte)(i >> 7), (byte)(i << 1), 0]), 24));
        var groups = new Dictionary<string, ClientGroup>
        {
            ["many"] = new() { Networks = NetworkSet.Of([.. many]), SlotsOf256 = 255, Hosts = ["a.example"], Header = new GroupSign("X-Early"), Cookie = new GroupSign("early") },
        };
        var signs = new Signs
        {
            Host = "A.example",
            Headers = { ["X-Early"] = GroupLookup.MarkOf(Key, "many", SignKind.Header, "X-Early").Make(Signs.Now.AddHours(1)) },
            Cookies = { ["early"] = GroupLookup.MarkOf(Key, "many", SignKind.Cookie, "early").Make(Signs.Now.AddHours(1)) },
        };
        var group = GroupLookup.Of("many", groups, Key, "canary-1");
        var client = IPAddress.Parse("10.100.200.9");
        var slot = Enumerable.Range(0, 512).First(slot => group.Has(client, slot, signs));
        Chance.AllocatedBytes(() => group.Has(client, slot, signs)).Should().Be(0);
        Chance.AllocatedBytes(() => group.Has(Client, slot, signs)).Should().Be(0);
    }

    [Fact]
    public void Groups_AreComparedByValue()
    {
        static ClientGroup Make(string host) => new() { Networks = NetworkSetTests.Of("10.0.0.0/8"), Hosts = [host], AnyOf = ["early"] };
        Make("a.example").Should().Be(Make("a.example")).And.NotBe(Make("b.example"));
        Make("a.example").GetHashCode().Should().Be(Make("a.example").GetHashCode());
    }

    [Theory]
    [InlineData("office", true)]
    [InlineData("listed", true)]
    [InlineData("signed", true)]
    [InlineData("cookie", true)]
    [InlineData("tenth", true)]
    [InlineData("open", false)]
    [InlineData("all", false)]
    public void HasLock_OfAGroup(string group, bool expected) => Groups[group].HasLock.Should().Be(expected);

    private static GroupLookup Of(string group, string canary = "canary-1", int share = PodRoute.FullShare) => GroupLookup.Of(group, Groups, Key, canary, share);
}
