using System.Globalization;
using PodGate.Core.Health;

namespace PodGate.Core.Pods;

/// <summary>What clients' requests showed, number by number.</summary>
internal static class TrafficNumbers
{
    private const string Subject = "traffic";

    /// <summary>Every number that is compared, with its limit; one line while nothing stands out.</summary>
    /// <param name="traffic">What it amounts to.</param>
    /// <param name="settings">The limits.</param>
    /// <param name="now">The moment.</param>
    public static IEnumerable<Comparison> Of(TrafficHealth traffic, TrafficSettings settings, DateTimeOffset now)
    {
        if (!settings.Enabled)
        {
            yield return new Comparison(Subject, "verdict", "not judged", "Traffic is switched off");
            yield break;
        }

        yield return new Comparison(Subject, "verdict", traffic.Verdict.ToString(), "");
        if (traffic.Seen is not { } seen) yield break;
        yield return new Comparison(Subject, "stands out for", Sentences.Span(now - traffic.Since), $"slow: SlowFor {Sentences.Span(settings.SlowFor)}");
        foreach (var number in OfFailures(seen, settings, now)) yield return number;
        foreach (var number in OfTimes(seen, settings)) yield return number;
        yield return Of("moved, then served well", seen.MovedFine, $"Sources {settings.Sources}");
        yield return Of("moved, then failing too", seen.MovedFailing);
        if (traffic.Excused > 0) yield return Of("known to fail anywhere", traffic.Excused, "do not count");
    }

    private static IEnumerable<Comparison> OfFailures(PodTraffic seen, TrafficSettings settings, DateTimeOffset now)
    {
        yield return Of("active sources", seen.Active, $"within Window {Sentences.Span(settings.Window)}");
        yield return Of("affected sources", seen.Failing, $"2 of their last 4 requests failed; Sources {settings.Sources}");
        yield return new Comparison(Subject, "their share", Percent(seen.Failing, seen.Active), $"SharePercent {settings.SharePercent} %");
        yield return Of("sources with any failure", seen.Signs, "the last, or two of four");
        yield return Of("that asked since the first", seen.AskedSince, $"within {Sentences.Span(seen.Spread)}; 9 of 10, and 8, for 100 ms: one failure each is enough");
        yield return Of("server errors", seen.ServerErrors, "without 503");
        yield return Of("answers 503", seen.Unavailable, "overload would explain them");
        yield return Of("answers cut off", seen.CutOff);
        yield return Of("broken connections", seen.Broken);
        yield return Of("no answer in time", seen.NoAnswer);
        yield return Of("failing elsewhere too", seen.FailingElsewhereToo, "do not count");
        if (seen.FirstFailure is { } first) yield return new Comparison(Subject, "first failure", $"{Sentences.Span(now - first)} ago", "");
        yield return Of("sources on others since", seen.OthersAsked);
        yield return new Comparison(
            Subject, "failing among those", seen.OthersFailing.ToString(CultureInfo.InvariantCulture), Percent(seen.OthersFailing, seen.OthersAsked));
        var errors = string.Create(CultureInfo.InvariantCulture, $"{100 * seen.OthersErrors:0.#} %");
        yield return new Comparison(Subject, "requests that fail there", errors, "of the last four of each");
    }

    private static IEnumerable<Comparison> OfTimes(PodTraffic seen, TrafficSettings settings)
    {
        yield return new Comparison(Subject, "9 of 10 got a byte within", Sentences.Span(seen.P90), $"SlowLeast {Sentences.Span(settings.SlowLeast)}");
        yield return Of("slow sources", seen.Slow, $"Sources {settings.Sources}");
        yield return new Comparison(Subject, "on the others, half within", Sentences.Span(seen.OthersMedian), $"SlowFactor {settings.SlowFactor}");
        yield return new Comparison(Subject, "on the others, 9 of 10", Sentences.Span(seen.OthersP90), "");
        yield return Of("sources compared there", seen.OthersTimed);
    }

    private static Comparison Of(string name, int value, string limit = "") => new(Subject, name, value.ToString(CultureInfo.InvariantCulture), limit);

    private static string Percent(int part, int whole) =>
        whole == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.#} %");
}
