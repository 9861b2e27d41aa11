using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

/// <summary>Holds docs/pod-states.md and the code equal, for every combination of facts.</summary>
public sealed class StateTableTests
{
    private sealed record Row(bool?[] Facts, PodState State, Admission Admission)
    {
        public bool Fits(bool[] facts) => Facts.Zip(facts).All(pair => pair.First is null || pair.First == pair.Second);
    }

    [Fact]
    public void EveryCombinationOfFacts_IsAsTheDocumentSays()
    {
        var rows = Read();
        rows.Should().HaveCount(10);
        var used = new HashSet<Row>();
        for (var bits = 0; bits < 256; bits++)
        {
            var facts = Enumerable.Range(0, 8).Select(bit => (bits & (1 << bit)) != 0).ToArray();
            var row = rows.First(row => row.Fits(facts));
            used.Add(row);
            var state = StateTable.Derive(new StateFacts(facts[0], facts[1], facts[2], facts[3], facts[4], facts[5], facts[6], facts[7]));
            state.Should().Be(row.State, "of the facts {0}", string.Join(",", facts));
            StateTable.AdmissionOf(state, facts[6], closed: false, keeps: false).Should().Be(row.Admission, "of the facts {0}", string.Join(",", facts));
        }

        used.Should().HaveCount(rows.Count, "a row that never fits is a mistake");
    }

    [Theory]
    [InlineData(PodState.Draining)]
    [InlineData(PodState.Drained)]
    [InlineData(PodState.Latched)]
    public void PastTheDeadline_ItIsClosed(PodState state) => StateTable.AdmissionOf(state, false, closed: true, keeps: true).Should().Be(Admission.Closed);

    [Fact]
    public void OnlyADrainingPod_KeepsSlots()
    {
        foreach (var state in Enum.GetValues<PodState>())
        {
            var keeps = StateTable.AdmissionOf(state, false, closed: false, keeps: true);
            if (state == PodState.Draining) keeps.Should().Be(Admission.Keeping);
            else keeps.Should().Be(StateTable.AdmissionOf(state, false, closed: false, keeps: false));
        }
    }

    [Fact]
    public void TheDocument_NamesEveryState() => Read().Select(row => row.State).Distinct().Should().BeEquivalentTo(Enum.GetValues<PodState>());

    private static List<Row> Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "PodGate.sln"))) folder = folder.Parent;
        return [.. File.ReadLines(Path.Combine(folder.FullName, "docs", "pod-states.md"))
            .Where(line => line.StartsWith("| yes", StringComparison.Ordinal) || line.StartsWith("| no", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])
            .Select(cells => new Row(
                [.. cells[..8].Select(cell => cell switch { "yes" => true, "no" => false, "-" => (bool?)null, _ => throw new FormatException(cell) })],
                Enum.Parse<PodState>(cells[8].Trim('`')),
                Enum.Parse<Admission>(cells[9])))];
    }
}
