using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace Demo;

/// <summary>Plays the main job by itself, checks each step, and says what it saw.</summary>
internal sealed class Play(Stage stage)
{
    private const string Victim = "pod-b";
    private const int CustomerCount = 60;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _wrong;

    public async Task<bool> RunAsync(CancellationToken cancel)
    {
        await using var customers = new Customers(CustomerCount, stage.Gate.Data);
        Say($"{CustomerCount} customers with an address of their own each send 10 requests a second, every fourth a POST");
        await Task.Delay(TimeSpan.FromSeconds(4), cancel);
        var steady = customers.Now;
        var before = customers.PodsBetween(TimeSpan.Zero, steady);
        Check(before.Count == CustomerCount && before.Values.All(pods => pods.Count == 1), "every customer is on one pod and stays there: " + Spread(before));

        // The kill.
        var killed = customers.Now;
        stage.Pod(Victim).Kill();
        Say($"killed the process of {Victim}");
        var latchedAfter = await stage.Gate.UntilAsync(Victim, "Latched");
        var latched = customers.Now;
        Check(latchedAfter < TimeSpan.FromSeconds(2), $"{Victim} was latched {Seconds(latchedAfter)} after the kill");
        await ShowStatusAsync();
        await CheckAlertAsync(cancel);

        // The return: it looks well and is not used.
        await Task.Delay(TimeSpan.FromSeconds(2), cancel);
        await stage.Pod(Victim).RestartAsync();
        Say($"started {Victim} again");
        var wellSince = await UntilWellAsync(cancel);
        Check(wellSince is not null, $"status says that {Victim} looks well since {wellSince}");
        await Task.Delay(TimeSpan.FromSeconds(4), cancel);
        Check(await stage.Gate.StateAsync(Victim) == "Latched", $"{Victim} is still latched although it looks well");
        var requests = await RequestsAtAsync(stage.Pod(Victim).Url, cancel);
        Check(requests == 0, $"{requests} requests reached {Victim} while it was latched");

        // The person.
        var enabled = customers.Now;
        var outcome = await stage.Gate.CliAsync("enable", Victim, "--reason", "looked at it, it is well");
        Check(outcome.ExitCode == 0, $"podgate enable: {outcome.Output.Trim()}{outcome.Error.Trim()}");
        Check(await stage.Gate.StateAsync(Victim) == "Ramping", $"{Victim} ramps up");
        await stage.Gate.UntilAsync(Victim, "Open", 30);
        var open = customers.Now;
        Say($"{Victim} has all its slots again, {Seconds(open - enabled)} after the enable");
        await Task.Delay(TimeSpan.FromSeconds(3), cancel);
        await customers.StopAsync();

        CheckTraffic(customers, before, killed, latched, enabled, open);
        Say(_wrong == 0 ? "everything was as it should be" : $"{_wrong} things were not as they should be");
        return _wrong == 0;
    }

    private void CheckTraffic(
        Customers customers, Dictionary<int, HashSet<string>> before, TimeSpan killed, TimeSpan latched, TimeSpan enabled, TimeSpan open)
    {
        var all = customers.All.ToArray();
        var gets = all.Where(seen => seen.Method == HttpMethod.Get).ToArray();
        var failedGets = gets.Where(seen => seen.Failed).ToArray();
        Check(failedGets.Length == 0, $"{failedGets.Length} of {gets.Length} GETs failed{Example(failedGets)}");

        var posts = all.Where(seen => seen.Order is not null).ToArray();
        var failedPosts = posts.Where(seen => seen.Failed).ToArray();
        var inFlight = posts.Count(seen => seen.Sent <= killed + TimeSpan.FromMilliseconds(50) && seen.Ended >= killed);
        Check(failedPosts.Length <= inFlight, $"{failedPosts.Length} of {posts.Length} POSTs failed, {inFlight} were in flight at the kill{Example(failedPosts)}");

        var carriedOut = stage.OrdersCarriedOut().GroupBy(order => order).ToDictionary(group => group.Key, group => group.Count());
        var twice = carriedOut.Where(pair => pair.Value > 1).ToArray();
        Check(twice.Length == 0, $"{twice.Length} of {carriedOut.Count} orders were carried out twice, as counted at the pods");
        var lost = posts.Where(seen => !seen.Failed && !carriedOut.ContainsKey(seen.Order!)).ToArray();
        Check(lost.Length == 0, $"{lost.Length} orders were acknowledged and not carried out");

        var toLatched = all.Count(seen => seen.Sent >= latched && seen.Ended <= enabled && seen.Pod == Victim);
        Check(toLatched == 0, $"{toLatched} requests were answered by {Victim} while it was latched");

        var others = before.Where(pair => !pair.Value.Contains(Victim)).Select(pair => pair.Key).ToArray();
        var whole = customers.PodsBetween(TimeSpan.Zero, customers.Now);
        var moved = others.Count(customer => !whole[customer].SetEquals(before[customer]));
        Check(moved == 0, $"{moved} of the {others.Length} customers of the other pods ever moved");

        var after = customers.PodsBetween(open + TimeSpan.FromMilliseconds(200), customers.Now);
        var notBack = before.Count(pair => !after[pair.Key].SetEquals(pair.Value));
        Check(notBack == 0, $"{before.Count - notBack} of {before.Count} customers are on the pod they were on before: {Spread(after)}");

        var flips = before.Keys.Count(customer => Flips(all, customer, enabled));
        Check(flips == 0, $"{flips} customers went back and forth during the ramp");
    }

    /// <summary>Whether a customer, once back on its pod during the ramp, left it again.</summary>
    private static bool Flips(Seen[] all, int customer, TimeSpan enabled)
    {
        var pods = all.Where(seen => seen.Customer == customer && seen.Sent >= enabled && seen.Pod is not null)
            .OrderBy(seen => seen.Sent).Select(seen => seen.Pod);
        return pods.SkipWhile(pod => pod != Victim).Any(pod => pod != Victim);
    }

    private async Task ShowStatusAsync()
    {
        var status = await stage.Gate.CliAsync("status", Victim);
        var sentence = (string?)(await stage.Gate.PodAsync(Victim))["latch"]?["sentence"];
        Check(status.ExitCode == 0 && sentence is not null && status.Output.Contains(Victim, StringComparison.Ordinal), $"status says why: {sentence}");
    }

    private async Task CheckAlertAsync(CancellationToken cancel)
    {
        JsonNode? alert = null;
        for (var i = 0; i < 100 && alert is null; i++)
        {
            alert = stage.Receiver.Alerts.FirstOrDefault(a => (string?)a["kind"] == "latched" && (string?)a["pod"] == Victim);
            if (alert is null) await Task.Delay(50, cancel);
        }

        Check(alert is not null, $"the on-call people got the alert: {(string?)alert?["sentence"]}");
    }

    private async Task<string?> UntilWellAsync(CancellationToken cancel)
    {
        for (var i = 0; i < 200; i++)
        {
            var pod = await stage.Gate.PodAsync(Victim);
            if ((string?)pod["health"] == "Healthy" && pod["wellSince"] is { } since) return (string?)since;
            await Task.Delay(50, cancel);
        }

        return null;
    }

    private static async Task<long> RequestsAtAsync(Uri pod, CancellationToken cancel)
    {
        using var client = new HttpClient { BaseAddress = pod };
        return (long)JsonNode.Parse(await client.GetStringAsync(new Uri("/requests", UriKind.Relative), cancel))!["total"]!;
    }

    private static string Spread(Dictionary<int, HashSet<string>> pods) =>
        string.Join(", ", pods.Values.SelectMany(names => names).GroupBy(name => name)
            .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}"));

    private static string Example(Seen[] failed) => failed is [var first, ..] ? $" (such as {first.Method} at {Seconds(first.Sent)} -> {first.Status} {first.Failure})" : "";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");

    private void Say(string what) => Console.WriteLine($"{_watch.Elapsed.TotalSeconds.ToString("00.0", CultureInfo.InvariantCulture)}        {what}");

    private void Check(bool right, string what)
    {
        if (!right) _wrong++;
        Console.WriteLine($"{_watch.Elapsed.TotalSeconds.ToString("00.0", CultureInfo.InvariantCulture)}  {(right ? "right" : "WRONG")} {what}");
    }
}
