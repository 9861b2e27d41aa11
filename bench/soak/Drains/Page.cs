using System.Globalization;
using System.Text;

namespace Drains;

/// <summary>What was found, in tables, and whether it is well.</summary>
internal sealed class Page(Ledger ledger, IReadOnlyList<Round> rounds)
{
    // Two processors do all of this.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    /// <summary>What is not as it must be; empty: all is well.</summary>
    public IReadOnlyList<string> Wrong()
    {
        var wrong = new List<string>();
        foreach (var tally in ledger.Tallies)
        {
            if (tally.Failed > 0) wrong.Add($"{tally.Name}: {tally.Failed} failed, first: {tally.Failures.First()}");
            if (tally.Done == 0) wrong.Add($"{tally.Name}: nothing was done at all");
            if (tally.IsLong && tally.Goodbyes == 0) wrong.Add($"{tally.Name}: nobody was ever asked to end");
            if (tally.IsLong && tally.Elsewhere == 0) wrong.Add($"{tally.Name}: nobody ever went on elsewhere");
        }

        foreach (var (i, round) in rounds.Index())
        {
            var what = $"round {i + 1}, {round.Pod}";
            if (round.New > 0) wrong.Add($"{what}: {round.New} requests came after the acknowledgement");
            if (!round.Stubborn && round.Drained > Rounds.Long / 4) wrong.Add($"{what}: drained only after {round.Drained.TotalSeconds:0.0} s, though everybody leaves");
            if (round.Closed is not { } closed) continue;
            if (closed.First < Rounds.Short || closed.Last > Rounds.Short + Late)
                wrong.Add($"{what}: who does not leave was closed after {closed.First.TotalSeconds:0.00} to {closed.Last.TotalSeconds:0.00} s, and the deadline was {Rounds.Short.TotalSeconds} s");
            if (!round.Told) wrong.Add($"{what}: the WebSocket that does not leave was never told 1001");
        }

        return wrong;
    }

    /// <summary>The tables.</summary>
    public string Tables()
    {
        var text = new StringBuilder("| clients | done | failed | asked to end | went on with another pod |\n|---|---|---|---|---|\n");
        foreach (var tally in ledger.Tallies)
        {
            var (goodbyes, elsewhere) = tally.IsLong ? (Number(tally.Goodbyes), Number(tally.Elsewhere)) : ("", "");
            text.Append(CultureInfo.InvariantCulture, $"| {tally.Name} | {Number(tally.Done)} | {Number(tally.Failed)} | {goodbyes} | {elsewhere} |\n");
        }

        var (leaving, staying) = (rounds.Where(round => !round.Stubborn).ToArray(), rounds.Where(round => round.Stubborn).ToArray());
        text.Append(CultureInfo.InvariantCulture, $"""

            | drains | |
            |---|---|
            | rounds | {rounds.Count} |
            | long-lived connections on the pod | {Range(rounds, round => round.Long, "0")} |
            | requests that the pod saw later than 250 ms after the acknowledgement | {rounds.Sum(round => round.New)} |
            | its last request, after the acknowledgement | {Range(rounds, round => round.LastSeen.TotalMilliseconds, "0")} ms |
            | drained when everybody leaves, deadline {Rounds.Long.TotalSeconds:0} s | {Range(leaving, round => round.Drained.TotalSeconds, "0.0")} s |
            | closed when two do not leave, deadline {Rounds.Short.TotalSeconds:0} s | {Range(staying, round => round.Closed!.Value.First.TotalSeconds, "0.00")} s; the second of both {Range(staying, round => round.Closed!.Value.Last.TotalSeconds, "0.00")} s |

            """);
        return text.ToString();
    }

    /// <summary>The same as a page of its own.</summary>
    public string ToMarkdown(string took)
    {
        var wrong = Wrong();
        var result = wrong.Count == 0 ? "PASS" : "FAIL:\n\n" + string.Join('\n', wrong.Select(what => $"- {what}"));
        return $"# Drains under load\n\nWritten by `bench/soak/drains {rounds.Count}` on {DateTimeOffset.UtcNow:yyyy-MM-dd}, {took}.\n\n{Tables()}\n{result}\n";
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Range(IReadOnlyCollection<Round> of, Func<Round, double> value, string format)
    {
        if (of.Count == 0) return "–";
        var sorted = of.Select(value).Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[0].ToString(format, CultureInfo.InvariantCulture)} to {sorted[^1].ToString(format, CultureInfo.InvariantCulture)}, middle {sorted[sorted.Length / 2].ToString(format, CultureInfo.InvariantCulture)}");
    }
}
