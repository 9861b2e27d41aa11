using System.Text;
using PodGate.Core.Health;

namespace PodGate.Core.Tests.Health;

public sealed class DocumentsTests
{
    private const string Json = "application/json";
    private const string Text = "text/plain";

    [Theory]
    [InlineData(200, ProbeResult.Healthy)]
    [InlineData(204, ProbeResult.Healthy)]
    [InlineData(299, ProbeResult.Healthy)]
    [InlineData(301, ProbeResult.Unreadable)]
    [InlineData(304, ProbeResult.Unreadable)]
    [InlineData(400, ProbeResult.Unhealthy)]
    [InlineData(401, ProbeResult.Unhealthy)]
    [InlineData(404, ProbeResult.Unhealthy)]
    [InlineData(429, ProbeResult.Degraded)]
    [InlineData(500, ProbeResult.Unhealthy)]
    [InlineData(502, ProbeResult.Unhealthy)]
    [InlineData(503, ProbeResult.Overloaded)]
    [InlineData(504, ProbeResult.Unhealthy)]
    [InlineData(101, ProbeResult.Unreadable)]
    [InlineData(0, ProbeResult.Unreadable)]
    [InlineData(-1, ProbeResult.Unreadable)]
    [InlineData(999, ProbeResult.Unreadable)]
    public void Read_PlainStatusCode_Decides(int code, ProbeResult expected) => Read(code, null, "").Result.Should().Be(expected);

    // The worse of status code and document wins, in every combination.
    [Theory]
    [InlineData(200, "Healthy", ProbeResult.Healthy)]
    [InlineData(200, "Degraded", ProbeResult.Degraded)]
    [InlineData(200, "Unhealthy", ProbeResult.Unhealthy)]
    [InlineData(302, "Healthy", ProbeResult.Unreadable)]
    [InlineData(302, "Degraded", ProbeResult.Unreadable)]
    [InlineData(302, "Unhealthy", ProbeResult.Unhealthy)]
    [InlineData(404, "Healthy", ProbeResult.Unhealthy)]
    [InlineData(429, "Healthy", ProbeResult.Degraded)]
    [InlineData(429, "Degraded", ProbeResult.Degraded)]
    [InlineData(429, "Unhealthy", ProbeResult.Unhealthy)]
    [InlineData(500, "Healthy", ProbeResult.Unhealthy)]
    [InlineData(500, "Degraded", ProbeResult.Unhealthy)]
    [InlineData(503, "Healthy", ProbeResult.Unhealthy)]
    [InlineData(503, "Degraded", ProbeResult.Unhealthy)]
    [InlineData(503, "Unhealthy", ProbeResult.Unhealthy)]
    public void Read_StatusCodeAndDocument_WorseWins(int code, string word, ProbeResult expected)
    {
        Read(code, Text, word).Result.Should().Be(expected, "as text");
        Read(code, Json, $$"""{"status":"{{word}}"}""").Result.Should().Be(expected, "as JSON");
        Read(code, Json, $"\"{word}\"").Result.Should().Be(expected, "as a bare JSON string");
    }

    [Theory]
    [InlineData("healthy", ProbeResult.Healthy)]
    [InlineData("  HEALTHY\r\n", ProbeResult.Healthy)]
    [InlineData("\uFEFFHealthy", ProbeResult.Healthy)]
    [InlineData("degraded\n", ProbeResult.Degraded)]
    [InlineData("\tunHealthy ", ProbeResult.Unhealthy)]
    [InlineData("OK", ProbeResult.Healthy)]
    [InlineData("Unhealthy: the database", ProbeResult.Healthy)]
    [InlineData("{not json", ProbeResult.Healthy)]
    [InlineData("{}", ProbeResult.Healthy)]
    [InlineData("{\"status\":\"Unhealthy\"}", ProbeResult.Unhealthy)]
    [InlineData("{\"status\":\"fine\"}", ProbeResult.Unreadable)]
    public void Read_TextOrNoType_KnownWordsCountAndUnknownOnesLeaveItToTheStatus(string body, ProbeResult expected)
    {
        Read(200, Text, body).Result.Should().Be(expected, "as text/plain");
        Read(200, null, body).Result.Should().Be(expected, "without a type");
        Read(200, "text/plain; charset=utf-8", body).Result.Should().Be(expected, "with a charset");
    }

    [Theory]
    [InlineData("", "empty body")]
    [InlineData("   ", "empty body")]
    [InlineData("{}", "no status")]
    [InlineData("[]", "no status")]
    [InlineData("null", "no status")]
    [InlineData("true", "no status")]
    [InlineData("{", "does not parse")]
    [InlineData("{\"status\":\"Healthy\"", "does not parse")]
    [InlineData("{\"status\":\"Healthy\"}}", "does not parse")]
    [InlineData("{\"status\":\"Healthy\"} {\"status\":\"Healthy\"}", "does not parse")]
    [InlineData("Healthy", "does not parse")]
    [InlineData("<!DOCTYPE html><html><body>Healthy</body></html>", "does not parse")]
    [InlineData("{\"status\":\"fine\"}", "an unknown status")]
    [InlineData("{\"status\":\"\"}", "an unknown status")]
    [InlineData("{\"status\":null}", "none of the words")]
    [InlineData("{\"status\":2}", "none of the words")]
    [InlineData("{\"status\":{\"status\":\"Healthy\"}}", "none of the words")]
    [InlineData("{\"health\":\"Healthy\"}", "no status")]
    [InlineData("{\"status\":\"\\ud800\"}", "not valid UTF-8")]
    public void Read_AnnouncedJsonThatIsNoDocument_IsUnreadable(string body, string why)
    {
        foreach (var type in new[] { Json, "Application/JSON; charset=utf-8", "text/json", "application/health+json" })
        {
            var reading = Read(200, type, body);
            reading.Result.Should().Be(ProbeResult.Unreadable, type);
            reading.Sentence.Should().StartWith("health answered 200 with ").And.Contain(why);
        }
    }

    // Garbage makes nothing better: an error stays one.
    [Theory]
    [InlineData(500, ProbeResult.Unhealthy)]
    [InlineData(503, ProbeResult.Overloaded)]
    [InlineData(429, ProbeResult.Unreadable)]
    [InlineData(302, ProbeResult.Unreadable)]
    public void Read_ErrorWithGarbage_KeepsTheWorse(int code, ProbeResult expected) => Read(code, Json, "<html>").Result.Should().Be(expected);

    [Theory]
    [InlineData(503, ProbeResult.Overloaded)]
    [InlineData(429, ProbeResult.Degraded)]
    [InlineData(500, ProbeResult.Unhealthy)]
    [InlineData(200, ProbeResult.Unreadable)]
    public void Read_ProblemDetails_AreNoHealthDocument(int code, ProbeResult expected) =>
        Read(code, "application/problem+json", $$"""{"title":"Service Unavailable","status":{{code}}}""").Result.Should().Be(expected);

    [Fact]
    public void Read_DuplicateStatus_TheWorseCounts()
    {
        Read(200, Json, """{"status":"Healthy","Status":"Unhealthy"}""").Result.Should().Be(ProbeResult.Unhealthy);
        Read(200, Json, """{"STATUS":"Unhealthy","status":"Healthy"}""").Result.Should().Be(ProbeResult.Unhealthy);
        Read(200, Json, """{"status":"Healthy","status":"???"}""").Result.Should().Be(ProbeResult.Unreadable);
    }

    [Theory]
    [InlineData("""{"status":"Unhealthy","totalDuration":"00:00:00.04","entries":{"database":{"data":{},"description":"no connection","duration":"00:00:00.01","exception":"Host=db;Password=x","status":"Unhealthy","tags":["ready"]},"console":{"data":{},"duration":"00:00:00","status":"Healthy","tags":[]}}}""")]
    [InlineData("""{"status":"Unhealthy","results":{"database":{"status":"Unhealthy","description":"no connection","data":{}},"console":{"status":"Healthy","description":null,"data":{}}}}""")]
    [InlineData("""{"status":"Unhealthy","checks":[{"name":"database","status":"Unhealthy","description":"no connection"},{"name":"console","status":"Healthy"}]}""")]
    [InlineData("""{"Status":"Unhealthy","HealthChecks":[{"Component":"database","Status":"Unhealthy","Description":"no connection"},{"Component":"console","Status":"Healthy"}]}""")]
    [InlineData("""{"Entries":{"database":{"Data":{},"Description":"no connection","Duration":"00:00:00","Exception":null,"Status":0,"Tags":[]},"console":{"Data":{},"Description":null,"Duration":"00:00:00","Exception":null,"Status":2,"Tags":[]}},"Status":0,"TotalDuration":"00:00:00"}""")]
    public void Read_CommonShapesOfTheReport_NameTheComponent(string body)
    {
        var reading = Read(503, Json, body);

        reading.Result.Should().Be(ProbeResult.Unhealthy);
        reading.Sentence.Should().Be("health answered 503 Unhealthy (database: Unhealthy)", "what the pod says of it is for operators only");
        reading.Components.Should().Contain(component => component.Name == "database" && component.Text == "no connection");
        reading.Components.Should().Equal(
            new HealthComponent("database", ProbeResult.Unhealthy, "no connection"), new HealthComponent("console", ProbeResult.Healthy, null));
    }

    [Fact]
    public void Read_SimpleMapOfComponents_IsUnderstood()
    {
        var reading = Read(200, Json, """{"status":"Degraded","components":{"api":"Healthy","alarms":"Degraded","odd":7}}""");
        reading.Sentence.Should().Be("health answered 200 Degraded (odd: Unreadable; alarms: Degraded)");
    }

    [Fact]
    public void Read_Sentences_SayWhatWasFound()
    {
        Read(200, null, "").Sentence.Should().Be("health answered 200");
        Read(503, null, "").Sentence.Should().Be("health answered 503 without a document that says why");
        Read(503, Text, "Healthy").Sentence.Should().Be("health answered 503 although its document says Healthy");
        Read(302, null, "").Sentence.Should().StartWith("health answered 302, a redirect");
    }

    [Fact]
    public void Read_TooLong_IsUnreadableHoweverGoodItBegins()
    {
        var big = "{\"status\":\"Healthy\"}" + new string(' ', HealthDocument.BodyLimit);
        Read(200, Json, big).Result.Should().Be(ProbeResult.Unreadable);
        Read(200, Text, big).Sentence.Should().Be("health answered 200 with a body of more than 64 KiB");
        HealthDocument.Read(200, Text, "Healthy"u8, truncated: true).Result.Should().Be(ProbeResult.Unreadable);
        HealthDocument.Read(503, Text, "Healthy"u8, truncated: true).Result.Should().Be(ProbeResult.Overloaded);
    }

    [Fact]
    public void Read_TooDeep_IsUnreadable()
    {
        string Nested(int depth) => $$"""{"status":"Healthy","x":{{new string('[', depth)}}{{new string(']', depth)}}}""";
        Read(200, Json, Nested(HealthDocument.DepthLimit - 1)).Result.Should().Be(ProbeResult.Healthy);
        Read(200, Json, Nested(HealthDocument.DepthLimit)).Result.Should().Be(ProbeResult.Unreadable);
        Read(200, Json, Nested(20_000)).Result.Should().Be(ProbeResult.Unreadable);
    }

    [Fact]
    public void Read_ManyComponents_AreBoundedAndTheSentenceToo()
    {
        var entries = string.Join(',', Enumerable.Range(0, 900).Select(i => $$"""
            "c{{i}}":{"status":"Unhealthy","description":"it is broken"}
            """));
        var reading = Read(503, Json, "{\"status\":\"Unhealthy\",\"entries\":{" + entries + "}}");

        reading.Components.Should().HaveCount(HealthDocument.ComponentLimit);
        reading.Sentence.Length.Should().BeLessThanOrEqualTo(HealthDocument.SentenceLimit);
        reading.Sentence.Should().StartWith("health answered 503 Unhealthy (c0: Unhealthy; c1").And.MatchRegex(@"; and \d+ more\)$");
    }

    [Fact]
    public void Read_ControlCharacters_NeverReachTheSentence()
    {
        var body = "{\"status\":\"Unhealthy\",\"entries\":{\"d\\u001b[2Jb\\u0000\":{\"status\":\"Unhealthy\",\"description\":\"a\\r\\n2026 INF forged \\u202Egnp.\\u2028x\\u009b\"}}}";
        var reading = Read(503, Json, body);

        reading.Sentence.Should().NotContainAny("\u001b", "\r", "\n", "\0", "\u202E", "\u2028", "\u009b");
        reading.Sentence.Should().Be("health answered 503 Unhealthy (a component: Unhealthy)");
        reading.Components.Single().Should().Be(new HealthComponent("d\uFFFD[2Jb\uFFFD", ProbeResult.Unhealthy, "a  2026 INF forged \uFFFDgnp. x\uFFFD"));
    }

    [Theory]
    [InlineData("Host=db;Username=u;Password=hunter2;Timeout=3", "Host=db;Username=u;Password=***;Timeout=3")]
    [InlineData("""{"apiKey": "abc def", "x": 1}""", """{"apiKey": ***, "x": 1}""")]
    [InlineData("amqp://u:hunter2@mq:5672/", "amqp://***@mq:5672/")]
    [InlineData("no connection", "no connection")]
    public void CleanText_Secrets_AreMasked(string text, string expected) => CleanText.Of(text, 200).Should().Be(expected);

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdefg", 6, "abcde…")]
    [InlineData("abcd😀x", 6, "abcd…")]
    [InlineData("", 6, "")]
    [InlineData(null, 6, "")]
    public void CleanText_TooLong_IsCutWithoutHalfCharacters(string? text, int most, string expected) => CleanText.Of(text, most).Should().Be(expected);

    [Fact]
    public void Excerpt_IsCleanAndShort()
    {
        HealthDocument.Excerpt(default, 500).Should().BeNull();
        HealthDocument.Excerpt(" \n "u8, 500).Should().BeNull();
        HealthDocument.Excerpt("a\u001b[0m\nb"u8, 500).Should().Be("a\uFFFD[0m b");
        HealthDocument.Excerpt(new byte[60_000].AsSpan(), 500)!.Length.Should().BeLessThanOrEqualTo(500);
    }

    private static HealthReading Read(int code, string? type, string body) => HealthDocument.Read(code, type, Encoding.UTF8.GetBytes(body), truncated: false);
}
