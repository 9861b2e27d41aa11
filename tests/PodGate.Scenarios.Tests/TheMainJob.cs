using System.Diagnostics;
using PodGate.TestKit;
using Xunit.Abstractions;

namespace PodGate.Scenarios.Tests;

/// <summary>The demo plays the main job with 60 customers and checks every step; here it must find nothing wrong.</summary>
public sealed class TheMainJob(ITestOutputHelper output)
{
    [Fact]
    public async Task ThreePods_AFailover_ALatch_AnEnable()
    {
        using var demo = Process.Start(new ProcessStartInfo("dotnet", ["exec", Built.Find("samples/Demo", "Demo.dll"), "--play"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var lines = demo.StandardOutput.ReadToEndAsync();
        var errors = demo.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            await demo.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!demo.HasExited) demo.Kill(entireProcessTree: true);
        }

        output.WriteLine(await lines);
        demo.ExitCode.Should().Be(0, "the demo said:\n{0}\n{1}", await lines, await errors);
        (await lines).Should().Contain("everything was as it should be");
    }
}
