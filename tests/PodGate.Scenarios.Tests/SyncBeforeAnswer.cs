using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>A command is acknowledged only when the disk has it: the kernel's own record of the calls shows it.</summary>
public sealed class SyncBeforeAnswer
{
    [Fact]
    public async Task BetweenTheRequestForADrain_AndItsAnswer_TheJournalIsSynced()
    {
        await using var story = await Story.BeginAsync(2);
        using var client = story.Gate.AdminClient();
        // The connection is there beforehand, so that nothing but the request and its answer is seen on it.
        await client.GetStringAsync("/api/v1/pods");
        var trace = Path.Combine(story.Gate.Directory, "trace");
        using var strace = Process.Start(new ProcessStartInfo("strace",
            ["-f", "-y", "-tt", "-s", "64", "-o", trace, "-e", "trace=fsync,fdatasync,recvmsg,recvfrom,read,sendmsg,sendto,write", "-p", story.Gate.Pid.ToString(CultureInfo.InvariantCulture)])
        { RedirectStandardError = true })!;
        try
        {
            var said = await strace.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
            said.Should().Contain("attached", "strace must be able to attach to the gate (as root, or with CAP_SYS_PTRACE and kernel.yama.ptrace_scope 0)");
            _ = strace.StandardError.ReadToEndAsync();
            using var drained = await client.PostAsJsonAsync("/api/v1/pods/pod-a/drain", new { reason = "looked at with strace" });
            drained.EnsureSuccessStatusCode();
            await story.EventuallyAsync(() => Task.FromResult(Lines(trace).Any(IsAnswer)), "the answer is in the trace");
        }
        finally
        {
            // Asked to stop, it lets the gate go; killed, it might not.
            if (!strace.HasExited) Signals.Send(strace.Id, Signals.Terminate);
            await strace.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        }

        var lines = Lines(trace).ToArray();
        var asked = Array.FindIndex(lines, line => line.Contains("POST /api/v1/pods/pod-a/drain", StringComparison.Ordinal));
        asked.Should().BeGreaterThanOrEqualTo(0, "the request is in the trace");
        var answered = Array.FindIndex(lines, asked, IsAnswer);
        answered.Should().BeGreaterThan(asked);
        var between = string.Join('\n', lines[asked..answered].Where(line => line.Contains("sync(", StringComparison.Ordinal)));
        between.Should().Contain("journal", "the journal is synced between request and answer; what was synced is:\n{0}", between);
        between.Split('\n').Length.Should().BeGreaterThanOrEqualTo(2, "the journal's pages and its head are synced one after the other");
    }

    private static bool IsAnswer(string line) =>
        line.Contains("HTTP/1.1 200", StringComparison.Ordinal) && (line.Contains("sendmsg(", StringComparison.Ordinal) || line.Contains("sendto(", StringComparison.Ordinal) || line.Contains("write(", StringComparison.Ordinal));

    private static IEnumerable<string> Lines(string file) => File.Exists(file) ? File.ReadLines(file) : [];
}
