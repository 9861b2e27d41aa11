using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace Micro;

/// <summary>What a step of the transition function costs when probes find all well, which is what nearly every step is.</summary>
[MemoryDiagnoser]
public class FleetSteps
{
    private Fleets _fleets = null!;
    private ProbeEnded _one = null!;
    private ProbeEnded _many = null!;
    private StepContext _context = null!;

    [Params(3, 100, 1000)]
    public int Pods { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _fleets = Fleets.Of(Pods);
        var reports = _fleets.Whole.Pods.Keys.Select(name => new ProbeReport(name, Fleets.Now, Fleets.Now, ProbeResult.Healthy, "200 Healthy")).ToImmutableArray();
        _one = new ProbeEnded(reports[Pods / 2]);
        _many = new ProbeEnded(reports[..Math.Min(Pods, 10)]);
        _context = new StepContext(Fleets.Now, name => _fleets.LoadOf(name).InFlight, Guid.Empty);
    }

    /// <summary>One report.</summary>
    [Benchmark]
    public FleetStepResult OneReport() => FleetStep.Apply(_fleets.Whole, _one, _context);

    /// <summary>As many as wait after the loop's rest in a fleet of 1,000 (ten, or one of each).</summary>
    [Benchmark]
    public FleetStepResult ReportsTogether() => FleetStep.Apply(_fleets.Whole, _many, _context);
}
