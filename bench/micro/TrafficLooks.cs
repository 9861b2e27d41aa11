using BenchmarkDotNet.Attributes;
using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace Micro;

/// <summary>A look at all sources of all pods: once a second while all is well, ten times a second while something fails.</summary>
[MemoryDiagnoser]
public class TrafficLooks
{
    // As many as can matter: a source may have to fail more than once before it counts.
    private const int RequestsOfASource = 4;

    private readonly TrafficSettings _settings = new();
    private TrafficSubject[] _three = [];
    private TrafficSubject[] _hundred = [];

    /// <summary>Percent of the first pod's sources that fail.</summary>
    [Params(0, 20)]
    public int Failing { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _three = Subjects(pods: 3, sources: SlotOutcomes.Cells);
        _hundred = Subjects(pods: 100, sources: 1000);
    }

    [Benchmark]
    public TrafficPicture ThreePodsWithAllCellsFull() => TrafficLook.Take(_three, Fleets.Now, _settings);

    [Benchmark]
    public TrafficPicture HundredPodsOfThousandSources() => TrafficLook.Take(_hundred, Fleets.Now, _settings);

    private TrafficSubject[] Subjects(int pods, int sources)
    {
        var subjects = new TrafficSubject[pods];
        for (var pod = 0; pod < pods; pod++)
        {
            var outcomes = new SlotOutcomes();
            for (var source = 0; source < sources; source++)
            {
                // A cell of its own for each source of a pod, and no source on two pods, as it is while no pod leaves.
                var slot = (pod * SlotOutcomes.Cells) + (source * (SlotOutcomes.Cells / sources));
                var outcome = pod == 0 && source % 100 < Failing ? SlotOutcome.ServerError : SlotOutcome.Fine;
                var ago = TimeSpan.FromMilliseconds(source * 7919 % (int)_settings.Window.TotalMilliseconds);
                for (var request = 0; request < RequestsOfASource; request++)
                    outcomes.Record(slot, outcome, SlotOutcomes.MomentOf(Fleets.Now - ago), TimeSpan.FromMilliseconds(1 + (source * 40503 % 200)));
            }

            subjects[pod] = new TrafficSubject($"pod-{pod:0000}", outcomes, true, TrafficHealth.Quiet);
        }

        var seen = TrafficLook.Take(subjects, Fleets.Now, _settings).Pods;
        var failing = Enumerable.Range(0, sources).Count(source => source % 100 < Failing);
        if (seen.Count != pods || seen.Values.Any(pod => pod.Active != sources) || seen["pod-0000"].Failing != failing)
            throw new InvalidOperationException($"{pods} pods of {sources} sources were prepared, and something else is seen.");
        return subjects;
    }
}
