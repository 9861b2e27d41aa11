using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Operator;
using PodGate.TestKit;
using PodGate.Tests.Operator;

namespace PodGate.Tests.Cli;

/// <summary>The command line in front of a real admin port with three pods that are probed all the time, and are well unless a test says otherwise.</summary>
internal sealed class RollRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly CliRun _cli = new();
    private Task _probing = Task.CompletedTask;

    private RollRig(AdminRig admin)
    {
        Admin = admin;
        _cli.Variables["PODGATE_TOKEN"] = admin.Operator;
    }

    public AdminRig Admin { get; }

    /// <summary>Pods that are not well, and how.</summary>
    public Dictionary<string, ProbeResult> Sick { get; } = [];

    /// <summary>Where commands leave what they have to say.</summary>
    public string Directory => _cli.Directory;

    public IReadOnlyList<string> Notes => File.Exists(NotesFile) ? File.ReadAllLines(NotesFile) : [];

    /// <summary>Whose token the command line has from now on.</summary>
    public string Token
    {
        set => _cli.Variables["PODGATE_TOKEN"] = value;
    }

    public int? TerminalWidth
    {
        set => _cli.TerminalWidth = value;
    }

    private string NotesFile => Path.Combine(Directory, "notes");

    /// <param name="leases">The clock of leases, where a test sets it.</param>
    public static async Task<RollRig> StartAsync(ManualTime? leases = null)
    {
        var rig = new RollRig(await AdminRig.StartAsync(leases));
        rig._probing = rig.ProbeAsync();
        return rig;
    }

    /// <summary>A command that notes the pod that it is run for, and does more.</summary>
    public string Note(string more = "true") => $"echo {{pod}} $PODGATE_POD $PODGATE_POD_ADDRESS >> {NotesFile}; echo working on {{pod}}; {more}";

    /// <summary>Leaves a file that a command waits for.</summary>
    public void Write(string name) => _cli.Write(name, "");

    public Task<Ended> RunAsync(params string[] args) => RunAsync(args, new Printed(), CancellationToken.None);

    public Task<Ended> RunAsync(string[] args, Printed error, CancellationToken cancel) =>
        _cli.RunAsync(["roll", .. args, "--url", Admin.Url.ToString()], new Printed(), error, cancel);

    public async Task<Ended> StatusAsync() => await _cli.RunAsync("status", "--url", Admin.Url.ToString());

    public string States() => string.Join(' ', Admin.View.Fleet.Pods.Values.Select(pod => pod.State));

    /// <summary>Makes an operator besides otto.</summary>
    public string Hire(string name)
    {
        Admin.Tokens.Add(name, TokenRole.Operator, out var token);
        return token!;
    }

    public async Task CommandAsync(string pod, string verb, string more = "", string reason = "by hand", string? token = null)
    {
        using var answer = await Admin.SendAsync(
            HttpMethod.Post, $"/api/v1/pods/{pod}/{verb}", token ?? Admin.Operator, $$"""{"reason":"{{reason}}"{{more}}}""");
        answer.EnsureSuccessStatusCode();
        for (var tries = 0; tries < 1_000 && Admin.View.Find(pod)!.State == PodState.Draining; tries++) await Task.Delay(10);
    }

    public async Task UntilAtAsync(string pod, string step)
    {
        for (var tries = 0; tries < 2_000 && (Admin.Rolls.Last?.Pod != pod || Admin.Rolls.Last.Step != step); tries++) await Task.Delay(10);
        (Admin.Rolls.Last?.Pod, Admin.Rolls.Last?.Step).Should().Be((pod, step), "it should have come there within twenty seconds");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _probing;
        await Admin.DisposeAsync();
        _cli.Dispose();
        _end.Dispose();
    }

    private async Task ProbeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            foreach (var pod in Admin.View.Fleet.Pods.Keys.ToArray())
            {
                ProbeResult result;
                lock (Sick) result = Sick.GetValueOrDefault(pod, ProbeResult.Healthy);
                await Admin.ProbeAsync(pod, result);
                if (pod == "pod-b") await Admin.ProbeAsync(pod, result, report => report with { Check = "login" });
            }

            await Task.Delay(20);
        }
    }
}
