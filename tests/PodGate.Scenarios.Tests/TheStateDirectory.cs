using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>A gate whose memory is lost, damaged, full or read-only.</summary>
public sealed class TheStateDirectory
{
    [Fact]
    public async Task Empty_IsRefused_BecauseALostDiskMustNotUnlatch()
    {
        await using var story = await Story.BeginAsync(2);
        await story.Gate.StopAsync();
        Directory.Delete(story.Gate.StateDirectory, recursive: true);
        var refused = await story.Gate.StartRefusedAsync();
        refused.ExitCode.Should().Be(1);
        refused.Output.Should().Contain("--init");
    }

    [Fact]
    public async Task Init_OverAnExistingJournal_IsRefused()
    {
        await using var story = await Story.BeginAsync(2);
        await story.Gate.StopAsync();
        (await story.Gate.StartRefusedAsync("--init")).ExitCode.Should().Be(1);
        await story.Gate.StartAsync();
    }

    [Fact]
    public async Task Damaged_IsRefusedWithWhatToDo_AndRecoverLosesNoLatch()
    {
        await using var story = await Story.BeginAsync(3);
        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        await story.Gate.CliAsync("drain", "pod-a", "--reason", "update", "--force");
        await story.Gate.StopAsync();

        var file = Path.Combine(story.Gate.StateDirectory, "journal.db");
        var bytes = await File.ReadAllBytesAsync(file);
        // One bit in each place where the word stands; some are leftovers of older pages, which nobody reads.
        for (var at = bytes.AsSpan().IndexOf("Latched"u8); at >= 0; at = bytes.AsSpan().IndexOf("Latched"u8)) bytes[at] ^= 0x02;
        await File.WriteAllBytesAsync(file, bytes);

        var refused = await story.Gate.StartRefusedAsync();
        refused.ExitCode.Should().Be(1);
        refused.Output.Should().Contain("journal.db").And.Contain("--recover");

        await story.Gate.StartAsync("--recover");
        (await story.Gate.StateAsync("pod-b")).Should().Be("Latched");
        (await story.Gate.PodAsync("pod-a"))["intent"]!.ToString().Should().Be("Disabled");
    }

    [Fact]
    public async Task FullDisk_DrainsAreInEffectNotDurable_EnablesAreRefused_AndLaterEverythingIsWritten()
    {
        await using var disk = SmallDisk.Mount();
        await using var story = await Story.BeginAsync(3, configuration => configuration["StateDirectory"] = disk.Path);
        await disk.FillAsync();

        using var client = story.Gate.AdminClient();
        using var drained = await client.PostAsJsonAsync("/api/v1/pods/pod-a/drain", new JsonObject { ["reason"] = "full disk" });
        drained.StatusCode.Should().Be(HttpStatusCode.Accepted, await drained.Content.ReadAsStringAsync());
        (await story.PodsOfAsync(20)).Values.Should().NotContain("pod-a", "a move to safety is in effect at once");
        await story.EventuallyAsync(async () => (await StateOf(client, "pod-a")) == "Drained", "pod-a is drained");
        using var enable = await client.PostAsJsonAsync("/api/v1/pods/pod-a/enable", new JsonObject { ["reason"] = "full disk" });
        enable.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, await enable.Content.ReadAsStringAsync());
        (await client.GetStringAsync("/metrics")).Should().Contain("\npodgate_journal_writable 0\n");

        disk.Free();
        await story.EventuallyAsync(async () => (await client.GetStringAsync("/metrics")).Contains("\npodgate_journal_writable 1\n", StringComparison.Ordinal), "the journal is writable again", 60);
        await story.EventuallyAsync(
            async () => (await client.GetStringAsync("/metrics")).Contains("\npodgate_audit_waiting_entries 0\n", StringComparison.Ordinal), "what was done meanwhile is in the audit trail", 60);
        (await client.GetStringAsync("/api/v1/audit?act=pods.drain")).Should().Contain("full disk");
        (await story.Gate.CliAsync("audit", "verify", "--state", disk.Path)).ExitCode.Should().Be(0);
        var said = story.Gate.Output;
        story.Gate.Kill();
        await story.Gate.StartAsync();
        using var after = story.Gate.AdminClient();
        (await StateOf(after, "pod-a")).Should().Be("Drained", "it was written when that was possible again; the gate said before:\n{0}\nand after:\n{1}", said, story.Gate.Output);
    }

    [Fact]
    public async Task ReadOnly_StartsFromTheLastGoodCopy_Forwards_AndRefusesEnable()
    {
        await using var disk = SmallDisk.Mount();
        await using var story = await Story.BeginAsync(3, configuration => configuration["StateDirectory"] = disk.Path);
        using (var client = story.Gate.AdminClient())
            (await client.PostAsJsonAsync("/api/v1/pods/pod-a/drain", new JsonObject { ["reason"] = "update" })).EnsureSuccessStatusCode();
        await story.Gate.StopAsync();
        disk.Remount("ro");
        await story.Gate.StartAsync();

        using var admin = story.Gate.AdminClient();
        (await StateOf(admin, "pod-a")).Should().Be("Drained");
        (await story.PodsOfAsync(20)).Values.Distinct().Should().BeEquivalentTo(["pod-b", "pod-c"]);
        using var enable = await admin.PostAsJsonAsync("/api/v1/pods/pod-a/enable", new JsonObject { ["reason"] = "done", ["force"] = true });
        enable.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    private static async Task<string> StateOf(HttpClient client, string pod) => (string)(await client.GetFromJsonAsync<JsonNode>($"/api/v1/pods/{pod}"))!["state"]!;

    /// <summary>A file system of the test's own, two megabytes, in memory (root only, as the suite is).</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        private readonly List<FileStream> _filling = [];

        private SmallDisk(string path) => Path = path;

        public string Path { get; }

        public static SmallDisk Mount()
        {
            var path = Directory.CreateTempSubdirectory("podgate-disk-").FullName;
            Run("mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", path);
            return new SmallDisk(path);
        }

        public async Task FillAsync()
        {
            var file = new FileStream(System.IO.Path.Combine(Path, "filling"), FileMode.Create);
            _filling.Add(file);
            try
            {
                while (true)
                {
                    await file.WriteAsync(new byte[4096]);
                    await file.FlushAsync();
                }
            }
            catch (IOException)
            {
                // Because now it is full.
            }
        }

        public void Free()
        {
            Close();
            File.Delete(System.IO.Path.Combine(Path, "filling"));
        }

        public void Remount(string how) => Run("mount", "-o", $"remount,{how}", Path);

        public ValueTask DisposeAsync()
        {
            Close();
            Run("umount", "-l", Path);
            Directory.Delete(Path);
            return ValueTask.CompletedTask;
        }

        private static void Run(string program, params string[] arguments)
        {
            using var process = Process.Start(program, arguments);
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}; it needs root");
        }

        private void Close()
        {
            foreach (var file in _filling)
            {
                try
                {
                    file.Dispose();
                }
                catch (IOException)
                {
                    // Because what is buffered has no room.
                }
            }

            _filling.Clear();
        }
    }
}
