using System.Diagnostics;
using System.Globalization;
using System.Text;
using PodGate.Core.Health;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Health;

/// <summary>
/// Health documents are untrusted input: whatever the bytes, there is a reading, soon, within the limits, and it can be shown. Every parser takes 100,000
/// documents: those of its format with random changes, those of the others, random ones, and a few that are as long as can be.
/// </summary>
public sealed class DocumentsMutationTests(ITestOutputHelper output)
{
    private const int Documents = 100_000;

    // Readings take microseconds; this is for machines with too much to do.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(5);

    private static readonly byte[][] Originals = [.. new[]
    {
        "Healthy", "Degraded", "Unhealthy", "", "OK", "{}", "[]", "\"Healthy\"", "OUT_OF_SERVICE", "maintenance",
        """{"status":"Healthy"}""",
        """{"status":"Degraded","totalDuration":"00:00:00.0421337","entries":{"sql":{"data":{"a":[1,2,{"b":null}]},"description":"slow: 900 ms","duration":"00:00:00.0120000","exception":"System.TimeoutException: Host=db;Password=hunter2","status":"Degraded","tags":["ready"]}}}""",
        """{"status":"Unhealthy","results":{"console":{"status":"Unhealthy","description":"\u001b[31mred\u202e"},"api":{"status":"Healthy"}},"pod":"pod-a","sequence":7}""",
        """{"status":"Healthy","checks":[{"name":"db","status":"Healthy","description":"\ud83d\ude00"},{"name":"x","status":"Unhealthy"}],"extra":[[[[[[[[1e308]]]]]]]]}""",
        """{"Entries":{"db":{"Status":0}},"Status":0,"TotalDuration":"00:00:00"}""",
        """{"status":"pass","version":"1","releaseId":"1.2.2","notes":[""],"serviceId":"f03e522f","checks":{"cassandra:responseTime":[{"componentId":"dfd6cf2b","observedValue":250,"status":"pass","time":"2018-01-17T03:36:48Z","output":""}],"uptime":[{"observedValue":1209600.245,"status":"warn","time":"2018-01-17T03:36:48Z"}]}}""",
        """{"status":"OUT_OF_SERVICE","components":{"db":{"status":"UP","components":{"a":{"status":"UP","details":{"database":"PostgreSQL"}},"b":{"status":"DOWN"}}},"ping":{"status":"UP"}},"groups":["liveness"]}""",
        """{"status":"UP","details":{"diskSpace":{"status":"UP","details":{"total":1,"free":1}},"db":{"status":"UNKNOWN"}}}""",
        """{"status":"DOWN","checks":[{"name":"disk","status":"DOWN","data":{"free":"0"}},{"name":"mq","status":"UP"}],"observedAt":"2026-11-23T22:22:46.5+01:00","uptime":"1.02:03:04"}""",
        """{"status":"UP","info":{"pod_name":"pod-b","build":{"n":5}},"timestamp":1795472566250,"uptimeSeconds":"PT1H2M3.5S"}""",
        "up ready 75%\n", "down#disk full\r\n", "drain,maint\tweight:50% maxconn:30",
        "<!DOCTYPE html><html><head><title>503</title></head><body>Service Unavailable</body></html>",
    }.Select(Encoding.UTF8.GetBytes)];

    private static readonly string?[] Types =
    [
        null, "", "application/json", "text/plain", "text/html", "application/health+json; charset=utf-8", ";;;", "application/problem+json",
        "application/vnd.spring-boot.actuator.v3+json",
    ];

    private static readonly string[] Fields = ["status", "info.build.n", "checks.0.name", "..", "pod", "details.db.status.x", "sequence"];

    private readonly byte[] _document = new byte[HealthDocument.BodyLimit + 2000];

    // Everything that reads what a pod sends: each is told its format, and Auto recognises all of them.
    [Theory]
    [InlineData(HealthFormat.Auto)]
    [InlineData(HealthFormat.Status)]
    [InlineData(HealthFormat.AspNet)]
    [InlineData(HealthFormat.HealthJson)]
    [InlineData(HealthFormat.Actuator)]
    [InlineData(HealthFormat.MicroProfile)]
    [InlineData(HealthFormat.Agent)]
    [InlineData(HealthFormat.Grpc)]
    public void Read_RandomAndMutatedDocuments_NeverThrowsAndStaysWithinLimits(HealthFormat format)
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 20261123 + (int)format;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var results = new Dictionary<ProbeResult, int>();
        var settings = Enumerable.Range(0, 20).Select(_ => AnySettings(format, random)).ToArray();
        long longest = 0, most = 0;
        for (var i = 0; i < Documents; i++)
        {
            var body = _document.AsSpan(0, Fill(random));
            var code = random.Next(4) == 0 ? random.Next(-5, 1200) : new[] { 200, 200, 200, 429, 500, 503 }[random.Next(6)];
            var type = Types[random.Next(Types.Length)];
            var with = settings[random.Next(settings.Length)];
            var truncated = random.Next(50) == 0;

            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            var reading = format switch
            {
                HealthFormat.Agent => AgentDocument.Read(body, truncated),
                HealthFormat.Grpc => GrpcDocument.Read(body.Length >= 4 ? BitConverter.ToInt32(body) >> random.Next(32) : body.Length),
                _ => HealthDocument.Read(code, type, body, truncated, with, code == 429 ? "pod-a" : null),
            };
            longest = Math.Max(longest, Stopwatch.GetTimestamp() - started);
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - allocated);

            Check(reading);
            if (format is not (HealthFormat.Agent or HealthFormat.Grpc)) CheckStatus(reading, code);
            if (i % 16 == 0) CheckText(HealthDocument.Excerpt(body, 500) ?? "", 500);
            results[reading.Result] = results.GetValueOrDefault(reading.Result) + 1;
        }

        var slowest = Stopwatch.GetElapsedTime(0, longest);
        output.WriteLine($"slowest {slowest.TotalMilliseconds:F1} ms, most memory {most / 1024} KiB; {string.Join(", ", results.Select(pair => $"{pair.Key} {pair.Value}"))}");
        results.Keys.Should().Contain(Reached(format), "the documents reach all of them");
        most.Should().BeLessThanOrEqualTo(HealthDocument.MemoryLimit);
        slowest.Should().BeLessThan(Hang);
    }

    [Theory]
    [InlineData("[", 64 * 1024)]
    [InlineData("{\"a\":", 13_000)]
    [InlineData("\"\\u", 20_000)]
    [InlineData("password", 8_000)]
    [InlineData("://", 20_000)]
    [InlineData("{\"status\":\"Healthy\",", 3_000)]
    public void Read_DocumentsMadeToBeSlow_AreReadSoon(string part, int times) => ReadSoon(string.Concat(Enumerable.Repeat(part, times)));

    // As many of everything as fit into the limit: names, components, levels, statuses, times.
    [Theory]
    [InlineData("{\"status\":\"UP\",\"x\":[", "1,", "1]}")]
    [InlineData("{\"status\":\"UP\",", "\"\":1,", "\"a\":1}")]
    [InlineData("{\"status\":\"UP\",", "\"\\u0073tatus\":\"UP\",", "\"a\":1}")]
    [InlineData("{\"status\":\"UP\",", "\"version\":\"1\",", "\"a\":1}")]
    [InlineData("{\"status\":\"UP\",\"entries\":{", "\"abcdefgh\":{\"status\":\"UP\"},", "\"a\":1}}")]
    [InlineData("{\"status\":\"UP\",\"components\":{", "\"a\":{},", "\"a\":1}}")]
    [InlineData("{\"status\":\"UP\",\"components\":{", "\"a\":{\"status\":\"\\u0055P\"},", "\"a\":1}}")]
    [InlineData("{\"status\":\"UP\",\"details\":{", "\"a\":{\"status\":\"D\",\"details\":{\"b\":{\"status\":\"E\"}}},", "\"a\":1}}")]
    [InlineData("{\"status\":\"UP\",\"checks\":[", "{\"name\":\"abc\",\"status\":\"UP\"},", "1]}")]
    [InlineData("{\"status\":\"UP\",\"checks\":[", "{},", "1]}")]
    [InlineData("{\"status\":\"UP\",\"checks\":{\"a\":[", "{\"status\":\"UP\",\"time\":\"2018-01-17T03:36:48Z\"},", "1]}}")]
    [InlineData("{\"status\":\"UP\",\"checks\":{\"a\":[", "{\"time\":\"2018-01-17T03:36Z\"},", "1]}}")]
    [InlineData("{\"status\":\"UP\",\"checks\":{", "\"abcdefghijklmnop\":[{\"status\":\"UP\"}],", "\"a\":[]}}")]
    [InlineData("{\"status\":\"UP\",\"checks\":{\"a\":[", "{\"time\":1795472566},", "1]}}")]
    public void Read_DocumentsMadeToBeLarge_StayWithinTheMemoryLimit(string start, string part, string end)
    {
        var times = (HealthDocument.BodyLimit - start.Length - end.Length) / part.Length;
        ReadSoon(start + string.Concat(Enumerable.Repeat(part, times)) + end);
    }

    [Theory]
    [InlineData("components", "{\"status\":\"UP\",\"components\":{\"")]
    [InlineData("details", "{\"status\":\"UP\",\"details\":{\"")]
    public void Read_LongNamesInDeepNests_StayWithinTheMemoryLimit(string list, string level)
    {
        var deep = new StringBuilder();
        for (var i = 0; i < 14; i++) deep.Append(level).Append('n', 1000).Append("\":");
        deep.Append("{\"status\":\"UP\",\"").Append(list).Append("\":{");
        for (var i = 0; deep.Length < HealthDocument.BodyLimit - 200; i++) deep.Append(CultureInfo.InvariantCulture, $"\"{i}\":{{\"status\":\"DOWN\"}},");
        deep.Append("\"x\":{\"status\":\"DOWN\"}}}").Append('}', 28);
        ReadSoon(deep.ToString()).Components.Should().HaveCount(HealthDocument.ComponentLimit);
    }

    private HealthReading ReadSoon(string document)
    {
        var body = Encoding.UTF8.GetBytes(document);
        var random = new Random(1);
        HealthReading? auto = null;
        foreach (var format in Enum.GetValues<HealthFormat>())
        {
            var settings = AnySettings(format, random) with
                { Freshness = new FreshnessSettings { Field = "zzzzzzzz" }, Identity = new IdentitySettings { Field = string.Join('.', Enumerable.Repeat("a", 30)) } };
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            var reading = HealthDocument.Read(200, "application/json", body, truncated: false, settings);
            watch.Elapsed.Should().BeLessThan(Hang);
            var taken = GC.GetAllocatedBytesForCurrentThread() - allocated;
            taken.Should().BeLessThanOrEqualTo(HealthDocument.MemoryLimit);
            output.WriteLine($"{format}: {watch.Elapsed.TotalMilliseconds:F1} ms, {taken / 1024} KiB");
            Check(reading);
            AgentDocument.Read(body, truncated: false);
            HealthDocument.Excerpt(body, 500);
            auto ??= reading;
        }

        return auto!;
    }

    private static HealthSettings AnySettings(HealthFormat format, Random random) => new(new Uri("http://127.0.0.1/health"))
    {
        Format = format,
        Freshness = new FreshnessSettings { Field = random.Next(2) == 0 ? null : Fields[random.Next(Fields.Length)] },
        Identity = random.Next(2) == 0 ? null : new IdentitySettings { Field = random.Next(2) == 0 ? null : Fields[random.Next(Fields.Length)] },
    };

    private static IEnumerable<ProbeResult> Reached(HealthFormat format) => format switch
    {
        HealthFormat.Grpc => [ProbeResult.Healthy, ProbeResult.Unhealthy, ProbeResult.Unreadable],
        HealthFormat.Agent => [ProbeResult.Healthy, ProbeResult.Degraded, ProbeResult.Unhealthy, ProbeResult.Unreadable, ProbeResult.Leaving],
        HealthFormat.Status => [ProbeResult.Healthy, ProbeResult.Degraded, ProbeResult.Unhealthy, ProbeResult.Unreadable, ProbeResult.Overloaded],
        _ => [ProbeResult.Healthy, ProbeResult.Degraded, ProbeResult.Unhealthy, ProbeResult.Unreadable, ProbeResult.Leaving, ProbeResult.Overloaded],
    };

    private static void CheckStatus(HealthReading reading, int code)
    {
        // Whatever the body, an error never reads as well, and only a pod that says so may leave with one.
        var fits = reading.Result switch
        {
            ProbeResult.Healthy => code is >= 200 and <= 299,
            ProbeResult.Degraded => code is (>= 200 and <= 299) or 429,
            ProbeResult.Leaving => code is (>= 200 and <= 299) or 429 or 503,
            ProbeResult.Overloaded => code == 503,
            _ => true,
        };
        if (!fits) throw new InvalidOperationException($"{code} read as {reading.Result}");
    }

    private static void Check(HealthReading reading)
    {
        CheckText(reading.Sentence, HealthDocument.SentenceLimit);
        if (reading.Sentence.Length == 0) throw new InvalidOperationException("no sentence");
        if (reading.Components.Length > HealthDocument.ComponentLimit) throw new InvalidOperationException("too many components");
        CheckText(reading.Identity ?? "", 63);
        CheckText(reading.HeaderIdentity ?? "", 63);
        CheckText(reading.Version ?? "", 63);
        CheckText(reading.FreshnessMark ?? "", 100);
        foreach (var component in reading.Components)
        {
            CheckText(component.Name, 60);
            CheckText(component.Text ?? "", 120);
        }
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

    /// <summary>Makes a document and says how long it is.</summary>
    private int Fill(Random random)
    {
        if (random.Next(10) == 0)
        {
            var soup = _document.AsSpan(0, random.Next(200));
            random.NextBytes(soup);
            if (random.Next(2) == 0)
            {
                foreach (ref var b in soup) b = "{}[]\",:\\ute.#%0123456789 status UPok"u8[b % 36];
            }

            return soup.Length;
        }

        var original = Originals[random.Next(Originals.Length)];
        original.CopyTo(_document, 0);
        var length = original.Length;
        for (var changes = random.Next(2) == 0 ? random.Next(2) : random.Next(7); changes > 0 && length < 1500; changes--) length = Change(random, length);
        // A few are as long as can be, and a little longer.
        if (random.Next(500) == 0 && length > 0)
        {
            var at = random.Next(length);
            var piece = _document.AsSpan(at, Math.Min(length - at, random.Next(1, 60))).ToArray();
            for (; length + piece.Length < HealthDocument.BodyLimit + 20; length += piece.Length) Insert(length, length, piece);
        }

        return length;
    }

    private int Change(Random random, int length)
    {
        var at = random.Next(length + 1);
        switch (random.Next(8))
        {
            case 5 or 6:
                // One that leaves what is around it whole.
                if (at < length && char.IsAsciiLetterOrDigit((char)_document[at])) _document[at] = (byte)"abcdEFUP0123456789"[random.Next(18)];
                return length;
            case 0:
                return Insert(at, length, [(byte)random.Next(256)]);
            case 1 when at < length:
                _document[at] ^= (byte)(1 << random.Next(8));
                return length;
            case 2 when at < length:
                var gone = Math.Min(random.Next(1, 20), length - at);
                _document.AsSpan((at + gone)..length).CopyTo(_document.AsSpan(at));
                return length - gone;
            case 3:
                return Insert(at, length, Originals[random.Next(Originals.Length)]);
            case 4:
                Span<byte> run = stackalloc byte[random.Next(1, 200)];
                run.Fill((byte)"{}[]\",:\\\0\u001b a"[random.Next(12)]);
                return Insert(at, length, run);
            default:
                return at;
        }
    }

    private int Insert(int at, int length, ReadOnlySpan<byte> piece)
    {
        _document.AsSpan(at, length - at).CopyTo(_document.AsSpan(at + piece.Length));
        piece.CopyTo(_document.AsSpan(at));
        return length + piece.Length;
    }
}
