using System.Diagnostics;
using System.Net.Http.Json;
using PodGate.TestKit;

namespace Scale;

/// <summary>What a thousand pods make of things that are nothing with three.</summary>
internal static class ManyPodsRows
{
    private const int Many = 1_000;
    private const int Rounds = 20;

    public static async Task ProbesAsync()
    {
        await using var pods = await Pods.StartAsync();
        foreach (var count in new[] { 3, 100, Many })
        {
            await using var running = await Running.StartAsync(pods.Take(count));
            // The runtime compiles hot code anew in its first half minute.
            await Task.Delay(TimeSpan.FromSeconds(40));
            var share = await running.ShareOfACoreAsync(TimeSpan.FromSeconds(30));
            Console.WriteLine($"{count} pods: {share:0.0} % of a core, {running.Megabytes:0} MB resident");
        }
    }

    public static async Task DrainAsync()
    {
        await using var pods = await Pods.StartAsync();
        await using var running = await Running.StartAsync(pods.Take(Many));
        await using var callers = new Callers(running.Gate.Data);
        using var admin = running.Gate.AdminClient();
        await Task.Delay(TimeSpan.FromSeconds(10));
        callers.Begin();
        var (drains, enables) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var pod = $"pod-{round * (Many / Rounds):000}";
            drains.Add(await TimedAsync(() => admin.PostAsJsonAsync($"/api/v1/pods/{pod}/drain", new { reason = "measured" })));
            await Task.Delay(500);
            enables.Add(await TimedAsync(() => admin.PostAsJsonAsync($"/api/v1/pods/{pod}/enable", new { reason = "measured" })));
            await Task.Delay(500);
        }

        Console.WriteLine($"a drain, until it is in effect and durable: {Words(drains)}");
        Console.WriteLine($"an enable: {Words(enables)}");
        Console.WriteLine($"clients meanwhile: {callers}");
    }

    public static async Task ReloadAsync()
    {
        await using var pods = await Pods.StartAsync();
        var all = pods.Take(Many + Rounds);
        await using var running = await Running.StartAsync([.. all.Take(Many)]);
        await using var callers = new Callers(running.Gate.Data);
        using var admin = running.Gate.AdminClient();
        await Task.Delay(TimeSpan.FromSeconds(10));
        callers.Begin();
        var reloads = new List<double>();
        var text = await File.ReadAllTextAsync(running.Gate.ConfigFile);
        for (var round = 0; round < Rounds; round++)
        {
            // One pod goes and another one comes: the file has both changes, and the reload tells when they are in effect.
            var (gone, come) = (all[round], all[Many + round]);
            text = text.Replace($"\"{gone.Name}\"", $"\"{come.Name}\"", StringComparison.Ordinal)
                .Replace($"\"{gone.Address}\"", $"\"{come.Address}\"", StringComparison.Ordinal);
            await File.WriteAllTextAsync(running.Gate.ConfigFile, text);
            reloads.Add(await TimedAsync(() => admin.PostAsync("/api/v1/reload?confirm=true", null)));
            await Task.Delay(1000);
        }

        Console.WriteLine($"a reload, from the request to its answer: {Words(reloads)}");
        Console.WriteLine($"clients meanwhile: {callers}");
    }

    private static async Task<double> TimedAsync(Func<Task<HttpResponseMessage>> ask)
    {
        var begun = Stopwatch.GetTimestamp();
        using var answer = await ask();
        var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return took;
    }

    private static string Words(List<double> times)
    {
        times.Sort();
        return $"middle {times[times.Count / 2]:0.0} ms, longest {times[^1]:0.0} ms of {times.Count}";
    }
}
