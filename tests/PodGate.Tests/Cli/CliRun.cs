using PodGate.Cli;

namespace PodGate.Tests.Cli;

/// <summary>How a command ended and what it printed.</summary>
internal sealed record Ended(int Code, string Output, string Error);

/// <summary>What was printed so far; the test may look while the command still prints.</summary>
internal sealed class Printed : StringWriter
{
    private readonly Lock _lock = new();

    public override void Write(char value)
    {
        lock (_lock) base.Write(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        lock (_lock) base.Write(buffer, index, count);
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_lock) base.Write(buffer);
    }

    public override void Write(string? value)
    {
        lock (_lock) base.Write(value);
    }

    public override string ToString()
    {
        lock (_lock) return base.ToString();
    }
}

/// <summary>Runs the command line inside the test, in an empty directory of its own and with an environment of its own.</summary>
internal sealed class CliRun : IDisposable
{
    public const string Secret = "pg_test-token-0123456789";

    public CliRun() => Directory = System.IO.Directory.CreateTempSubdirectory("podgate-cli-").FullName;

    public string Directory { get; }

    public Dictionary<string, string> Variables { get; } = new() { ["PODGATE_TOKEN"] = Secret };

    public int? TerminalWidth { get; set; }

    public List<ServeOptions> Served { get; } = [];

    public int CheckResult { get; set; }

    public List<string> Checked { get; } = [];

    public List<ReplayAsked> Replayed { get; } = [];

    public List<AuditAsked> Verified { get; } = [];

    public AuditTold Verdict { get; set; } = new(2, "there is no trail.", null);

    public ReplayTold Told { get; set; } = new(2, ["there is no history."], null);

    public string Write(string path, string text)
    {
        var full = Path.Combine(Directory, path);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public Task<Ended> RunAsync(FakeGate gate, params string[] args) => RunAsync([.. args, "--url", gate.Url]);

    public Task<Ended> RunAsync(params string[] args) => RunAsync(args, new Printed(), new Printed(), CancellationToken.None);

    public async Task<Ended> RunAsync(string[] args, Printed output, Printed error, CancellationToken cancel)
    {
        var environment = new CliEnvironment(name => Variables.GetValueOrDefault(name), Directory, TimeProvider.System, TerminalWidth);
        var actions = new CliActions(
            (options, _) =>
            {
                Served.Add(options);
                return Task.FromResult(0);
            },
            (path, _, problems) =>
            {
                Checked.Add(path);
                if (CheckResult != 0) problems.WriteLine("Pods: must not be empty.");
                return CheckResult;
            })
        {
            Replay = asked =>
            {
                Replayed.Add(asked);
                return Told;
            },
            Verify = asked =>
            {
                Verified.Add(asked);
                return Verdict;
            },
        };
        var code = await CliRoot.RunAsync(args, actions, environment, output, error, cancel);
        return new Ended(code, output.ToString(), error.ToString());
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
