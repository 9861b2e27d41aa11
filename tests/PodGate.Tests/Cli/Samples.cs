using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>Answers as a gate gives them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 14, 10, 0, TimeSpan.Zero);

    public static readonly GateJson Gate = new(Now, "Act", 2, 2, 1, true, 0, null, 7, null);

    public static PodJson Pod(string name = "pod-a", string state = "Open", long version = 17, string sentence = "It answers its probes.") => new(
        name, state, sentence, Now.AddMinutes(-5), "Enabled", "anna", "first start", Now.AddHours(-2), null, null, "Healthy", Now.AddHours(-1),
        null, 21845, 0.33333, 12, "http://127.0.0.1:9101/", new Dictionary<string, string> { ["rack"] = "1" },
        new ProbeJson(Now.AddSeconds(-1), "Good", "200 in time.", 3.25), version);

    public static PodJson Latched(string sentence = "Three probes in a row were refused.") => Pod("pod-b", "Latched", 4, sentence) with
    {
        Latch = new LatchJson("L-4f2a", "ProbesFailed", sentence, Now.AddMinutes(-5), ["14:04:59 connection refused", "14:05:00 connection refused"]),
        WellSince = Now.AddSeconds(-125),
        Slots = 0,
        SlotShare = 0,
        RequestsInFlight = 0,
    };

    public static OutcomeJson Outcome(PodJson? pod, string sentence = "pod-a is being drained until 14:15:00.", bool durable = true) => new(sentence, durable, pod);

    public static EventJson Event(long number, string sentence = "Three probes in a row were refused.") =>
        new(number, Now.AddSeconds(number), "pod-b", "Open", "Latched", "ProbesFailed", sentence, "automation", true);

    public static Func<Asked, Told> Answer(params (string Start, Told Told)[] routes) => asked =>
    {
        var key = $"{asked.Method} {asked.Target}";
        foreach (var (start, told) in routes)
        {
            if (key.StartsWith(start, StringComparison.Ordinal)) return told;
        }

        return Told.Problem(404, $"There is no {asked.Target}.");
    };
}
