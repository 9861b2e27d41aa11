using System.Collections.Immutable;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Routing;

/// <summary>
/// Tries a property on random fleets of 1 to 12 pods and, when it fails, on smaller ones.
/// </summary>
internal static class FleetProperty
{
    private const int Fleets = 200;

    private static readonly string[] NameForms = ["pod-{0}", "Pod{0}", "rack.{0}", "p{0}", "östlich-{0}"];

    /// <summary>Tries it on any fleet.</summary>
    public static void Holds(ITestOutputHelper output, Action<FleetCase> property) => Holds(output, _ => true, property);

    /// <summary>Tries it on fleets that meet a condition.</summary>
    public static void Holds(ITestOutputHelper output, Func<FleetCase, bool> given, Action<FleetCase> property)
    {
        SeededProperty.Holds(output, Arb.From(Fleet.Where(given), fleet => Smaller(fleet).Where(given)), Fleets, property);
    }

    private static Gen<FleetCase> Fleet =>
        from key in Gen.Choose(0, int.MaxValue)
        from seed in Gen.Choose(0, int.MaxValue)
        from count in Gen.Choose(1, 12)
        from pods in Pod.ListOf(count)
        select new FleetCase(Routing.Fleets.Key(key), [.. pods.DistinctBy(pod => pod.Name)]) { Seed = seed };

    private static Gen<PodCase> Pod =>
        from number in Gen.Choose(0, 99)
        from form in Gen.Elements(NameForms)
        from admission in Gen.Frequency(
            (6, Gen.Constant(Admission.Serving)),
            (2, Gen.Constant(Admission.Standby)),
            (1, Gen.Constant(Admission.Excluded)),
            (1, Gen.Constant(Admission.Closed)))
        from share in Gen.Frequency(
            (4, Gen.Constant(PodRoute.FullShare)),
            (1, Gen.Elements(0, 1, PodRoute.FullShare - 1)),
            (3, Gen.Choose(0, PodRoute.FullShare)))
        select new PodCase(string.Format(CultureInfo.InvariantCulture, form, number), admission, share);

    private static IEnumerable<FleetCase> Smaller(FleetCase fleet)
    {
        if (fleet.Pods.Length > 1)
        {
            foreach (var pod in fleet.Pods) yield return fleet.Without(pod.Name);
        }

        for (var i = 0; i < fleet.Pods.Length; i++)
        {
            var pod = fleet.Pods[i];
            if (pod.Share != PodRoute.FullShare) yield return fleet with { Pods = fleet.Pods.SetItem(i, pod with { Share = PodRoute.FullShare }) };
        }

        if (fleet.Seed != 0) yield return fleet with { Seed = fleet.Seed / 2 };
    }
}
