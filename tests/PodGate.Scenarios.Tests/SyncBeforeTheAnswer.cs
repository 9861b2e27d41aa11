using System.Diagnostics;
using System.Text.RegularExpressions;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>strace on the real gate: what is acknowledged was synced before.</summary>
public sealed class SyncBeforeTheAnswer
{
    [Fact]
    public async Task ADrain_IsOnTheDisk_BeforeItIsAnswered()
    {
        await using var story = await Story.BeginAsync(2);
        var trace = Path.Combine(story.Gate.Directory, "trace");
        using var strace = Process.Start(new ProcessStartInfo(
            "strace", ["-f", "-s", "400", "-e", "trace=fsync,fdatasync,rename,recvmsg,recvfrom,sendmsg,sendto,write", "-o", trace, "-p", $"{story.Gate.Pid}"])
        { RedirectStandardError = true })!;
        var attached = await strace.StandardError.ReadLineAsync();
        attached.Should().Contain("attached", "strace must be able to attach (eng/test installs it)");
        _ = strace.StandardError.ReadToEndAsync();

        using (var client = story.Gate.AdminClient())
        using (var content = new StringContent("""{"reason":"synced-marker"}""", null, "application/json"))
            (await client.PostAsync("/api/v1/pods/pod-a/drain", content)).EnsureSuccessStatusCode();
        Signals.Send(strace.Id, Signals.Terminate);
        await strace.WaitForExitAsync();

        var lines = await File.ReadAllLinesAsync(trace);
        var asked = Array.FindIndex(lines, line => line.Contains("synced-marker", StringComparison.Ordinal));
        var answered = Array.FindIndex(lines, asked + 1, line => Regex.IsMatch(line, "(sendmsg|sendto|write)\\(.*HTTP/1.1 200"));
        asked.Should().BeGreaterThanOrEqualTo(0, "the request is in the trace");
        answered.Should().BeGreaterThan(asked, "the answer is in the trace:\n{0}", string.Join('\n', lines.Skip(Math.Max(0, asked)).Take(200)));
        var between = lines[asked..answered];
        between.Count(line => Regex.IsMatch(line, "f(data)?sync.*= 0")).Should().BeGreaterThanOrEqualTo(2, "the journal and its head are synced");
        between.Should().Contain(line => line.Contains("journal.head", StringComparison.Ordinal) && line.Contains("rename", StringComparison.Ordinal));
    }
}
