using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PodGate.Hosting;

namespace PodGate.Tests.Hosting;

/// <summary>The executable as people start it: exit codes, signals, and what stands on which stream.</summary>
public sealed class ServeProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-serve-").FullName;

    private string Config => Path.Combine(_directory, "podgate.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Serve_BadConfiguration_SaysAllErrorsAndExits2()
    {
        await File.WriteAllTextAsync(Config, """{ "Listen": ["ftp://x"], "Probing": { "Fall": 0 }, "Colour": "red" }""");
        var (code, _, error) = await RunAsync("serve", "--config", Config, "--init");
        code.Should().Be(2);
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCountGreaterThanOrEqualTo(4);
        error.Should().Contain("Probing.Fall").And.Contain("Colour").And.Contain("Listen").And.Contain("Pods");
        Directory.Exists(Path.Combine(_directory, "state")).Should().BeFalse("nothing starts half");
        (await RunAsync("check", "--config", Config)).Code.Should().Be(2);
    }

    [Fact]
    public async Task Serve_NoJournal_SaysInitAndExits1()
    {
        await WriteConfigAsync();
        var (code, _, error) = await RunAsync("serve", "--config", Config);
        code.Should().Be(1);
        error.Should().StartWith("podgate: ").And.Contain("--init");
        (await RunAsync("check", "--config", Config)).Code.Should().Be(0);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public async Task Serve_HangUpAndStopSignal_ReloadsThenEndsInGoodOrderWith0(int signal)
    {
        await WriteConfigAsync();
        using var process = Start("serve", "--config", Config, "--init");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            var file = Path.Combine(_directory, "state", GateFile.Name);
            await GateRig.UntilAsync("gate.json is there", () => Task.FromResult(File.Exists(file)));
            var gate = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
            gate.GetProperty("pid").GetInt32().Should().Be(process.Id);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            var metrics = gate.GetProperty("admin").GetString() + "/metrics";

            await File.WriteAllTextAsync(Config, "{}");
            Kill(process.Id, 1).Should().Be(0);
            await GateRig.UntilAsync("the reload was refused", async () =>
                (await client.GetStringAsync(metrics)).Contains("podgate_config_last_reload_successful 0\n"));
            Kill(process.Id, signal).Should().Be(0);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await process.WaitForExitAsync(limit.Token);
            process.ExitCode.Should().Be(0, await error);
            File.Exists(file).Should().BeFalse();
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        (await error).Should().BeEmpty();
        (await output).Should().Contain("data port listening on http://127.0.0.1:").And.Contain("stopped");
    }

    /// <summary>The configuration is a pipe, so the start stands still while the signal comes; what is to be reloaded lies there when it goes on.</summary>
    [Fact]
    public async Task Serve_HangUpWhileItStarts_IsAnsweredWithAReloadOnceItRuns()
    {
        Mkfifo(Config, 0x180).Should().Be(0);
        using var process = Start("serve", "--config", Config, "--init");
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await using (var pipe = await Task.Run(() => new FileStream(Config, FileMode.Open, FileAccess.Write)).WaitAsync(TimeSpan.FromSeconds(20)))
            {
                Kill(process.Id, 1).Should().Be(0);
                var next = Config + ".next";
                await File.WriteAllTextAsync(next, "{}");
                File.Move(next, Config, overwrite: true);
                await pipe.WriteAsync(Encoding.UTF8.GetBytes(OnePod));
            }

            var file = Path.Combine(_directory, "state", GateFile.Name);
            await GateRig.UntilAsync("gate.json is there", () => Task.FromResult(process.HasExited || File.Exists(file)));
            process.HasExited.Should().BeFalse("a signal while it starts ends no gate");
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            var metrics = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("admin").GetString() + "/metrics";
            await GateRig.UntilAsync("the reload was refused", async () =>
                (await client.GetStringAsync(metrics)).Contains("podgate_config_last_reload_successful 0\n"));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        (await error).Should().BeEmpty();
    }

    private const string OnePod = """
        { "Listen": ["http://127.0.0.1:0"], "Admin": { "Listen": "http://127.0.0.1:0" }, "Pods": { "pod-a": { "Address": "http://127.0.0.1:9" } } }
        """;

    private Task WriteConfigAsync() => File.WriteAllTextAsync(Config, OnePod);

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "podgate.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        return (process.ExitCode, await output, await error);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    [DllImport("libc", EntryPoint = "mkfifo", CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int Mkfifo(string path, uint mode);
}
