using System.Collections.Immutable;
using PodGate.Core.Routing;
using static PodGate.Core.Routing.Admission;

namespace PodGate.Core.Tests.Routing;

/// <summary>Single fleets, by hand.</summary>
public sealed class SlotTableTests
{
    private const string Golden =
        "bbaabbbabbabbaaabbabcababaabbbbccbbbabacaaaabaabacbbabbbaaabbacb" +
        "babbbabbaaaaaaababbbbbbbbccaabbabbaabbbcabbbbbbbbcabbbaabbbbbbaa" +
        "baaacabbbbaaaacabbbbbbbabbaaaabacbaacabababbbabbbaabbbabaaaabacb" +
        "ababaaaaaaababcbbbaababbaaaabbbabcababbbacacaaabbcbbbaabbbabbcaa";

    [Fact]
    public void Build_KnownFleet_NeverChanges()
    {
        // Computed by a second implementation, in another language. It must never change: every gate has to agree on it, and a change
        // would move every customer of every fleet.
        var key = Key128.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        var fleet = new FleetCase(key, [new("pod-a"), new("pod-b"), new("pod-c", Serving, 64)]);

        string.Concat(fleet.Owners(256).Select(name => name![^1])).Should().Be(Golden);
    }

    [Fact]
    public void Owner_EmptyFleet_IsNobody()
    {
        var snapshot = Fleets.Of().Snapshot();

        snapshot.Owner(0).Should().BeNull();
        snapshot.Next(0, ["pod-a"]).Should().BeNull();
        snapshot.SlotCounts.Should().BeEmpty();
    }

    public static TheoryData<string, Admission, int, Admission, int, Admission, int, string> WhoMayOwn => new()
    {
        // what is tried                      a: admission, share   b                    c                 who owns slots
        { "all open",                         Serving,   256,       Serving,   256,      Serving,   256,   "abc" },
        { "one on standby",                   Serving,   256,       Standby,   256,      Serving,   256,   "ac" },
        { "one without a share yet",          Serving,   256,       Serving,   0,        Serving,   256,   "ac" },
        { "one ramping",                      Serving,   256,       Serving,   64,       Excluded,  0,     "ab" },
        { "only the ramping one is left",     Serving,   1,         Excluded,  256,      Closed,    256,   "a" },
        { "ramping without a share, alone",   Serving,   0,         Standby,   256,      Closed,    256,   "a" },
        { "all ramping without a share",      Serving,   0,         Serving,   0,        Serving,   0,     "abc" },
        { "only standby is left",             Excluded,  256,       Standby,   256,      Standby,   256,   "bc" },
        { "standby does not ramp",            Excluded,  256,       Standby,   0,        Standby,   1,     "bc" },
        { "one standby is left",              Closed,    256,       Excluded,  256,      Standby,   256,   "c" },
        { "all excluded",                     Excluded,  256,       Excluded,  256,      Excluded,  256,   "" },
        { "all closed",                       Closed,    256,       Closed,    256,      Closed,    256,   "" },
    };

    [Theory]
    [MemberData(nameof(WhoMayOwn))]
    public void Owner_ByAdmissionAndShare_IsOneOfTheBestTier(string what, Admission a, int shareA, Admission b, int shareB, Admission c, int shareC, string expected)
    {
        var owners = Fleets.Of(new("a", a, shareA), new("b", b, shareB), new("c", c, shareC)).Owners();

        string.Concat(owners.Distinct().Order(StringComparer.Ordinal)).Should().Be(expected, what);
    }

    [Fact]
    public void Owner_EveryPodRampingAtShareOne_IsOneThatItsShareCoversOrElseTheBest()
    {
        // At share 1 of 256 a pod covers about two slots of 512: the others go by score, as if all were open.
        var open = Fleets.Open(7, 3);
        var ramping = open with { Pods = [.. open.Pods.Select(pod => pod with { Share = 1 })] };

        var differ = open.Owners().Zip(ramping.Owners()).Count(pair => pair.First != pair.Second);

        differ.Should().BeInRange(0, 20);
        ramping.Owners().Should().NotContainNulls();
    }

    [Fact]
    public void Ramp_EveryShareInTurn_GrowsOneStepAtATimeToTheFullShare()
    {
        var fleet = Fleets.Open(3, 3);
        var open = fleet.Owners();
        var mine = new HashSet<int>();
        for (var share = 0; share <= PodRoute.FullShare; share++)
        {
            var owners = fleet.With(new PodCase("pod-2", Serving, share)).Owners();
            var now = Enumerable.Range(0, Fleets.Slots).Where(slot => owners[slot] == "pod-2").ToHashSet();

            now.IsSupersetOf(mine).Should().BeTrue($"nothing is given back at share {share}");
            now.All(slot => open[slot] == "pod-2").Should().BeTrue("a ramping pod takes only its own");
            mine = now;
        }

        mine.Should().HaveCount(open.Count(name => name == "pod-2"));
    }

    [Fact]
    public void Next_ThreeNamesTried_IsTheFourth()
    {
        var snapshot = Fleets.Open(5, 4).Snapshot();
        for (var slot = 0; slot < Fleets.Slots; slot++)
        {
            var first = snapshot.Owner(slot)!.Name;
            var second = snapshot.Next(slot, [first])!.Name;
            var third = snapshot.Next(slot, [first, second])!.Name;
            var fourth = snapshot.Next(slot, [first, second, third])!.Name;

            new[] { first, second, third, fourth }.Should().OnlyHaveUniqueItems();
            snapshot.Next(slot, [fourth, third, first])!.Name.Should().Be(second, "the order of the tried names is of no importance");
            snapshot.Next(slot, [first, second, third, fourth]).Should().BeNull();
        }
    }

    [Fact]
    public void Next_NobodyTried_IsTheOwner()
    {
        var snapshot = Fleets.Open(5, 4).Snapshot();

        for (var slot = 0; slot < Fleets.Slots; slot++) snapshot.Next(slot, []).Should().BeSameAs(snapshot.Owner(slot));
    }

    [Fact]
    public void Next_OnlyStandbyIsLeft_IsStandbyThenNobody()
    {
        var snapshot = Fleets.Of(new("a"), new("b", Standby), new("c", Excluded), new("d", Closed)).Snapshot();

        snapshot.Owner(9)!.Name.Should().Be("a");
        snapshot.Next(9, ["a"])!.Name.Should().Be("b");
        snapshot.Next(9, ["a", "b"]).Should().BeNull();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Fleets.Slots)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void OwnerAndNext_SlotOutOfRange_IsNobodys(int slot)
    {
        var snapshot = Fleets.Open(1, 2).Snapshot();

        // Another process may have begun to count slots in another way, while somebody here still has his.
        snapshot.Owner(slot).Should().BeNull();
        snapshot.Next(slot, ["pod-1"]).Should().BeNull();
    }

    public static TheoryData<string, ImmutableArray<PodRoute>> BadPods => new()
    {
        { "The pods are missing*", default },
        { "Pod a comes after b, but names must differ and be in ordinal order.*", [Fleets.Route(0, new("b")), Fleets.Route(1, new("a"))] },
        { "Pod a comes after a, but names must differ and be in ordinal order.*", [Fleets.Route(0, new("a")), Fleets.Route(1, new("a"))] },
        { "Pod B comes after a, but names must differ and be in ordinal order.*", [Fleets.Route(0, new("a")), Fleets.Route(1, new("B"))] },
        { "Pod a has the index 1, but its place is 0.*", [Fleets.Route(1, new("a")), Fleets.Route(0, new("b"))] },
        { "Pod b has the index 0, but its place is 1.*", [Fleets.Route(0, new("a")), Fleets.Route(0, new("b"))] },
        { "Pod a has the share 257, but a share is 0 to 256.*", [Fleets.Route(0, new("a", Serving, 257))] },
        { "Pod a has the share -1, but a share is 0 to 256.*", [Fleets.Route(0, new("a", Excluded, -1))] },
    };

    [Theory]
    [MemberData(nameof(BadPods))]
    public void Constructor_PodsOutOfStep_IsRefusedWithWhatIsWrong(string expected, ImmutableArray<PodRoute> pods)
    {
        var create = () => new RoutingSnapshot(1, pods, new SlotHashing(Fleets.Key(1)));

        create.Should().Throw<ArgumentException>().WithMessage(expected);
    }

    [Fact]
    public void OwnerAndNext_AnySlot_AllocateNothing()
    {
        var snapshot = Fleets.Open(1, 12).Snapshot();
        string[] tried = ["pod-1", "pod-7", "pod-3"];
        var slot = 0;
        var sum = 0;

        Chance.AllocatedBytes(() =>
        {
            slot = (slot + 1) % Fleets.Slots;
            sum += snapshot.Owner(slot)!.Index;
            sum += snapshot.Next(slot, tried)!.Index;
        }).Should().Be(0, $"(sum {sum})");
    }
}
