using System.Diagnostics;
using System.Globalization;
using System.Text;
using PodGate.Core.Health;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Health;

/// <summary>Health documents are untrusted input: whatever the bytes, there is a reading, soon, within the limits, and it can be shown.</summary>
public sealed class DocumentsMutationTests(ITestOutputHelper output)
{
    private const int Documents = 20_000;

    private static readonly string[] Originals =
    [
        "Healthy", "Degraded", "Unhealthy", "", "OK", "{}", "[]", "\"Healthy\"",
        """{"status":"Healthy"}""",
        """{"status":"Degraded","totalDuration":"00:00:00.0421337","entries":{"sql":{"data":{"a":[1,2,{"b":null}]},"description":"slow: 900 ms","duration":"00:00:00.0120000","exception":"System.TimeoutException: Host=db;Password=hunter2","status":"Degraded","tags":["ready"]}}}""",
        """{"status":"Unhealthy","results":{"console":{"status":"Unhealthy","description":"\u001b[31mred\u202e"},"api":{"status":"Healthy"}}}""",
        """{"status":"Healthy","checks":[{"name":"db","status":"Healthy","description":"\ud83d\ude00"},{"name":"x","status":"Unhealthy"}],"extra":[[[[[[[[1e308]]]]]]]]}""",
        """{"Entries":{"db":{"Status":0}},"Status":0,"TotalDuration":"00:00:00"}""",
        "<!DOCTYPE html><html><head><title>503</title></head><body>Service Unavailable</body></html>",
    ];

    private static readonly string?[] Types = [null, "", "application/json", "text/plain", "text/html", "application/health+json; charset=utf-8", ";;;", "application/problem+json"];

    [Fact]
    public void Read_MutatedDocuments_NeverThrowsAndStaysWithinLimits()
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 20261123;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var results = new Dictionary<ProbeResult, int>();
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < Documents; i++)
        {
            var body = Mutate(random);
            var code = random.Next(4) == 0 ? random.Next(-5, 1200) : new[] { 200, 200, 429, 500, 503 }[random.Next(5)];
            var type = Types[random.Next(Types.Length)];
            var watch = Stopwatch.StartNew();
            var reading = HealthDocument.Read(code, type, body, truncated: random.Next(50) == 0);
            if (watch.Elapsed > slowest) slowest = watch.Elapsed;

            Check(reading, code);
            CheckText(HealthDocument.Excerpt(body, 500) ?? "", 500);
            results[reading.Result] = results.GetValueOrDefault(reading.Result) + 1;
        }

        output.WriteLine($"slowest {slowest.TotalMilliseconds:F1} ms; {string.Join(", ", results.Select(pair => $"{pair.Key} {pair.Value}"))}");
        results.Keys.Should().BeEquivalentTo(
            [ProbeResult.Healthy, ProbeResult.Degraded, ProbeResult.Unhealthy, ProbeResult.Overloaded, ProbeResult.Unreadable], "the mutations reach all of them");
        slowest.Should().BeLessThan(TimeSpan.FromSeconds(1), "even on a busy machine");
    }

    [Theory]
    [InlineData("[", 64 * 1024)]
    [InlineData("{\"a\":", 13_000)]
    [InlineData("\"\\u", 20_000)]
    [InlineData("password", 8_000)]
    [InlineData("://", 20_000)]
    [InlineData("{\"status\":\"Healthy\",", 3_000)]
    public void Read_DocumentsMadeToBeSlow_AreReadSoon(string part, int times)
    {
        var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, times)));
        var watch = Stopwatch.StartNew();
        Check(HealthDocument.Read(200, "application/json", body, truncated: false), 200);
        HealthDocument.Excerpt(body, 500);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(1));
    }

    private static void Check(HealthReading reading, int code)
    {
        CheckText(reading.Sentence, HealthDocument.SentenceLimit);
        reading.Sentence.Should().NotBeEmpty();
        if (reading.Components.Length > HealthDocument.ComponentLimit) throw new InvalidOperationException("too many components");
        foreach (var component in reading.Components)
        {
            CheckText(component.Name, 60);
            CheckText(component.Text ?? "", 120);
        }

        // Whatever the body, an error never reads as well.
        if (code is < 200 or > 299 && reading.Result == ProbeResult.Healthy) throw new InvalidOperationException($"{code} read as healthy");
        if (code is < 200 or (> 299 and not 429) && reading.Result == ProbeResult.Degraded) throw new InvalidOperationException($"{code} read as degraded");
    }

    private static void CheckText(string text, int most)
    {
        if (text.Length > most) throw new InvalidOperationException($"{text.Length} characters, at most {most}");
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                throw new InvalidOperationException($"U+{rune.Value:X4} came through");
        }
    }

    private static byte[] Mutate(Random random)
    {
        var bytes = new List<byte>(Encoding.UTF8.GetBytes(Originals[random.Next(Originals.Length)]));
        for (var changes = random.Next(6); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2 when at < bytes.Count:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Originals[random.Next(Originals.Length)]));
                    break;
                case 4:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)"{}[]\",:\\\0\u001b a"[random.Next(12)], random.Next(1, 200)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
