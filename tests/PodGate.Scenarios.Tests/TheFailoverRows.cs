using Failover;
using Failover.Rig;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// The short form of bench/failover: 40 callers with an address of their own ask through the real gate while one pod fails. What it costs them, how soon the pod
/// is latched, and that it gets nothing when it looks well again, is held against the row's bound. The long form has more rows and takes longer.
/// </summary>
public sealed class TheFailoverRows
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("killed")]
    public async Task PodGate_KeepsTheBoundOf(string row)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var figures = await Measurement.RunAsync(Rows.All.Single(one => one.Name == row), ProxyKind.PodGate, Length, limit.Token);
        figures.Misses().Should().BeEmpty("{0}; the gate said:\n{1}", Page.Line(figures), figures.Output);
        figures.Skipped.Should().BeNull();
    }
}
