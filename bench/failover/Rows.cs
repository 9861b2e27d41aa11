using Failover.Rig;

namespace Failover;

/// <summary>All faults, in the order of the tables.</summary>
internal static class Rows
{
    public static readonly IReadOnlyList<Row> All =
    [
        new("killed", "process killed", new Bound(0, 0, 2), stage => Do(stage.Faulty.Kill), stage => stage.Faulty.RestartAsync()),
        new("frozen", "frozen (SIGSTOP)", new Bound(0, 1, 5), stage => Do(stage.Faulty.Freeze), stage => Do(stage.Faulty.Thaw)),
        new("dropped", "packets dropped", new Bound(0, 1, 5), stage => stage.Inside!.DropAsync(stage.Faulty.Url.Port), stage => stage.Inside!.PassAsync())
        {
            Namespace = true,
        },
        Health("health-503", "health says 503, serves well", "503"),
        Requests("500", "every answer 500, health says well", "500", new Bound(2, 0, 3)),
        Requests("late", "every answer 1.5 s late", "slow:1500", new Bound(0, 3, 10)),
        Requests("cut", "answers cut off in the middle", "short", new Bound(2, 0, 3)),
        Requests("reset-middle", "reset in the middle of answers", "half", new Bound(2, 0, 3)),
        Requests("reset-first", "reset before the first byte", "reset", new Bound(2, 0, 3)),
        Health("flapping", "health document flapping", "flapping", 15),
        Health("wrong-identity", "health document names another pod", "wrong-identity"),
        Health("stale", "health document stands still", "stale", 15),
        Health("cached", "health document from a cache", "cached"),
        Health("garbage", "health document is garbage", "garbage"),
        Health("gone", "self-monitoring gone (404), serves well", "gone"),
        Health("closed", "self-monitoring gone (connection closed), serves well", "closed"),

        // From here on nothing is wrong with any one pod.
        new("dns", "DNS gone (silent), pods known by name", Bound.Untouched, stage => Do(() => stage.Resolver.IsSilent = true), stage => Do(() => stage.Resolver.IsSilent = false))
        {
            // Names are looked up every half minute; the silence must meet that.
            Namespace = true, ByName = true, Least = TimeSpan.FromSeconds(40),
        },
        new("cut-off", "gate cut off from all pods for 20 s", Bound.Patient,
            stage => stage.Inside!.DropAsync([.. stage.Pods.Select(pod => pod.Url.Port)]), stage => stage.Inside!.PassAsync())
        {
            Namespace = true, Least = TimeSpan.FromSeconds(20),
        },
        new("stopped", "gate stopped (SIGSTOP) for 10 s and continued", Bound.Patient, stage => Do(stage.Proxy.Freeze), stage => Do(stage.Proxy.Thaw))
        {
            Least = TimeSpan.FromSeconds(10),
        },
        Intruder("poison-500", "one caller whose every request makes any pod answer 500", "/echo", "X-Poison: 500\r\n"),
        Intruder("poison-reset", "one caller whose every request makes any pod reset the connection", "/echo", "X-Poison: reset\r\n"),
        Intruder("aborting", "a client that aborts everything", "/slow?ms=500", "", aborts: true),
        new("all-500", "all pods answer 500 alike", Bound.Patient, stage => stage.FaultAllAsync("500"), stage => stage.FaultAllAsync("ok")),
    ];

    private static Row Health(string name, string title, string word, int seconds = 3) =>
        new(name, title, new Bound(0, 0, seconds), stage => stage.FaultAsync(health: word), stage => stage.FaultAsync(health: "ok"))
        {
            Least = TimeSpan.FromSeconds(seconds),
        };

    private static Row Requests(string name, string title, string word, Bound bound) =>
        new(name, title, bound, stage => stage.FaultAsync(requests: word), stage => stage.FaultAsync(requests: "ok"))
        {
            Least = TimeSpan.FromSeconds(bound.LatchedWithin ?? 0),
        };

    private static Row Intruder(string name, string title, string path, string headers, bool aborts = false) =>
        new(name, title, Bound.Untouched, stage => Do(() => stage.Intrude(path, headers, aborts)), stage => stage.ShutOutAsync());

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
