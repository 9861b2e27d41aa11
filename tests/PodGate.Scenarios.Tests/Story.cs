using System.Net;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>A gate with its pods, all real processes; each scenario has its own and ends it.</summary>
public sealed class Story : IAsyncDisposable
{
    private Story(TestNamespace? inside) => Gate = new GateProcess(inside: inside);

    public List<PodProcess> Pods { get; } = [];

    public GateProcess Gate { get; }

    public static async Task<Story> BeginAsync(int pods, Action<JsonObject>? configure = null, TestNamespace? inside = null, bool open = true, Action<GateProcess>? gate = null)
    {
        var story = new Story(inside);
        try
        {
            gate?.Invoke(story.Gate);
            var names = Enumerable.Range(0, pods).Select(i => $"pod-{(char)('a' + i)}");
            story.Pods.AddRange(await Task.WhenAll(names.Select(name => PodProcess.StartAsync(name, inside: inside))));
            var configuration = GateProcess.Configuration(story.Pods.Select(pod => (pod.Name, pod.Url)));
            configuration["Ramp"] = new JsonObject { ["Duration"] = "00:00:02" };
            configure?.Invoke(configuration);
            story.Gate.Write(configuration);
            await story.Gate.StartAsync("--init");
            if (!open) return story;
            foreach (var pod in story.Pods) await story.Gate.UntilAsync(pod.Name, "Open");
            return story;
        }
        catch
        {
            await story.DisposeAsync();
            throw;
        }
    }

    public PodProcess Pod(string name) => Pods.Single(pod => pod.Name == name);

    /// <summary>A customer with a source address of its own.</summary>
    public HttpClient Customer(int number) => SourceClient.From(SourceClient.Address(number), Gate.Data, inside: Gate.Inside);

    /// <summary>Which pod answers a customer.</summary>
    public async Task<string?> PodOfAsync(int customer)
    {
        using var client = Customer(customer);
        using var answer = await client.GetAsync("/echo");
        return answer.Headers.TryGetValues("X-Pod", out var names) ? names.Single() : null;
    }

    public async Task<Dictionary<int, string?>> PodsOfAsync(int customers)
    {
        var pods = new Dictionary<int, string?>();
        for (var i = 0; i < customers; i++) pods[i] = await PodOfAsync(i);
        return pods;
    }

    public async Task<string> StatesAsync()
    {
        using var client = Gate.AdminClient();
        var fleet = JsonNode.Parse(await client.GetStringAsync("/api/v1/pods"))!;
        return string.Join(' ', fleet["pods"]!.AsArray().Select(pod => (string)pod!["state"]!));
    }

    public async Task<JsonArray> EventsAsync()
    {
        using var client = Gate.AdminClient();
        return JsonNode.Parse(await client.GetStringAsync("/api/v1/events?after=0&most=1000"))!["events"]!.AsArray();
    }

    /// <summary>Waits until something holds; fails with the gate's log.</summary>
    public async Task EventuallyAsync(Func<Task<bool>> holds, string what, double seconds = 20)
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (!await holds())
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"not within {seconds} s: {what}\n{Gate.Output}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.DisposeAsync();
        foreach (var pod in Pods) await pod.DisposeAsync();
    }
}
