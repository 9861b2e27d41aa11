using System.Text;
using PodGate.Core.Health;

namespace PodGate.Core.Tests.Health;

/// <summary>One table for each format of health documents.</summary>
public sealed class FormatTests
{
    private const string Json = "application/json";
    private const string HealthJson = "application/health+json";
    private const string Actuator = "application/vnd.spring-boot.actuator.v3+json";

    // The words mean the same in every format.
    [Theory]
    [InlineData("Healthy", ProbeResult.Healthy)]
    [InlineData("UP", ProbeResult.Healthy)]
    [InlineData("pass", ProbeResult.Healthy)]
    [InlineData("ok", ProbeResult.Healthy)]
    [InlineData("passing", ProbeResult.Healthy)]
    [InlineData("SERVING", ProbeResult.Healthy)]
    [InlineData("ready", ProbeResult.Healthy)]
    [InlineData("Degraded", ProbeResult.Degraded)]
    [InlineData("warn", ProbeResult.Degraded)]
    [InlineData("Warning", ProbeResult.Degraded)]
    [InlineData("Unhealthy", ProbeResult.Unhealthy)]
    [InlineData("DOWN", ProbeResult.Unhealthy)]
    [InlineData("fail", ProbeResult.Unhealthy)]
    [InlineData("failed", ProbeResult.Unhealthy)]
    [InlineData("error", ProbeResult.Unhealthy)]
    [InlineData("CRITICAL", ProbeResult.Unhealthy)]
    [InlineData("NOT_SERVING", ProbeResult.Unhealthy)]
    [InlineData("stopped", ProbeResult.Unhealthy)]
    [InlineData("OUT_OF_SERVICE", ProbeResult.Leaving)]
    [InlineData("Out-of-service", ProbeResult.Leaving)]
    [InlineData("drain", ProbeResult.Leaving)]
    [InlineData("maint", ProbeResult.Leaving)]
    [InlineData("Maintenance", ProbeResult.Leaving)]
    [InlineData("TROFS", ProbeResult.Leaving)]
    [InlineData("UNKNOWN", ProbeResult.Unreadable)]
    [InlineData("SERVICE_UNKNOWN", ProbeResult.Unreadable)]
    [InlineData("FATAL-IN-THE-OWN-WORDS-OF-SOMEBODY", ProbeResult.Unreadable)]
    [InlineData("", ProbeResult.Unreadable)]
    public void Read_Words_MeanTheSameEverywhere(string word, ProbeResult expected)
    {
        var document = $$"""{"status":"{{word}}"}""";
        foreach (var type in new[] { Json, HealthJson, Actuator }) Read(200, type, document).Result.Should().Be(expected, type);
        foreach (var format in new[] { HealthFormat.AspNet, HealthFormat.HealthJson, HealthFormat.Actuator, HealthFormat.MicroProfile })
            Read(200, "text/html", document, format).Result.Should().Be(expected, $"{format}");
        if (expected != ProbeResult.Unreadable) Read(200, "text/plain", word + "\n").Result.Should().Be(expected, "as text");
        var within = $$$"""{"status":"UP","components":{"x":{"status":"{{{word}}}"} } }""";
        Read(200, Json, within).Components.Single().Result.Should().Be(expected, "of a component");
    }

    // Only the pod's wish may come with 503 and stay one; any other error status says more than the wish.
    [Theory]
    [InlineData(200, ProbeResult.Leaving)]
    [InlineData(429, ProbeResult.Leaving)]
    [InlineData(503, ProbeResult.Leaving)]
    [InlineData(500, ProbeResult.Unhealthy)]
    [InlineData(404, ProbeResult.Unhealthy)]
    [InlineData(302, ProbeResult.Unreadable)]
    public void Read_PodThatAsksToBeDrained_IsLeaving(int code, ProbeResult expected)
    {
        foreach (var word in new[] { "OUT_OF_SERVICE", "drain", "maintenance" })
        {
            Read(code, Actuator, $$"""{"status":"{{word}}"}""").Result.Should().Be(expected);
            Read(code, "text/plain", word).Result.Should().Be(expected);
        }

        Read(503, Actuator, """{"status":"OUT_OF_SERVICE"}""").Sentence.Should().Be("health answered 503 and asks to be drained");
    }

    // content type, body -> verdict, and the components as they are listed.
    [Theory]
    [InlineData(Json, """{"status":"Degraded","totalDuration":"00:00:00.04","entries":{"sql":{"data":{},"duration":"00:00:00.01","exception":"Host=db;Password=x","status":"Degraded","tags":["ready"]},"api":{"status":"Healthy"}}}""", ProbeResult.Degraded, "sql=Degraded api=Healthy")]
    [InlineData(Json, """{"status":"Unhealthy","results":{"sql":{"status":"Unhealthy"}}}""", ProbeResult.Unhealthy, "sql=Unhealthy")]
    [InlineData(Json, """{"Status":2,"TotalDuration":"00:00:00","Entries":{"sql":{"Status":1}}}""", ProbeResult.Healthy, "sql=Degraded")]
    [InlineData(Json, """{"status":"Healthy","checks":{"sql":"Healthy","mq":{"status":"Unhealthy"}}}""", ProbeResult.Healthy, "sql=Healthy mq=Unhealthy")]
    [InlineData(HealthJson, """{"status":"pass","version":"1","checks":{"cassandra:responseTime":[{"componentId":"a","componentType":"datastore","observedValue":250,"status":"pass","time":"2018-01-17T03:36:48Z"}],"uptime":[{"componentType":"system","observedValue":1209600.245}]}}""", ProbeResult.Healthy, "cassandra:responseTime=Healthy")]
    [InlineData(Json, """{"status":"warn","checks":{"cpu:utilization":[{"status":"warn"},{"status":"fail"}],"memory:utilization":[{"status":"pass"}]}}""", ProbeResult.Degraded, "cpu:utilization=Degraded cpu:utilization=Unhealthy memory:utilization=Healthy")]
    [InlineData(HealthJson, """{"status":"fail","checks":{"db":{"status":"fail","output":"x"},"odd":[7,"x",null,[]]}}""", ProbeResult.Unhealthy, "db=Unhealthy")]
    [InlineData(Actuator, """{"status":"UP","components":{"db":{"status":"UP","details":{"database":"PostgreSQL","status":"green"}},"ping":{"status":"UP"}},"groups":["liveness","readiness"]}""", ProbeResult.Healthy, "db=Healthy ping=Healthy")]
    [InlineData(Json, """{"status":"DOWN","components":{"db":{"status":"DOWN","components":{"primary":{"status":"UP"},"replica":{"status":"DOWN"}}},"ping":{"status":"UP"}}}""", ProbeResult.Unhealthy, "db.primary=Healthy db.replica=Unhealthy ping=Healthy")]
    [InlineData(Json, """{"status":"DOWN","components":{"db":{"status":"DOWN","components":{"primary":{"status":"UP"},"replica":{"status":"UP"}}}}}""", ProbeResult.Unhealthy, "db.primary=Healthy db.replica=Healthy db=Unhealthy")]
    [InlineData(Json, """{"status":"DOWN","components":{"a":{"status":"DOWN","components":{"b":{"status":"DOWN","components":{"c":{"status":"DOWN"}}}}}}}""", ProbeResult.Unhealthy, "a.b.c=Unhealthy")]
    [InlineData(Json, """{"status":"UP","details":{"diskSpace":{"status":"UP","details":{"total":1,"free":1}},"db":{"status":"UNKNOWN","details":{"hello":1}}}}""", ProbeResult.Healthy, "diskSpace=Healthy db=Unreadable")]
    [InlineData(Actuator, """{"status":"UP"}""", ProbeResult.Healthy, "")]
    [InlineData(Actuator, """{"status":"UNKNOWN","components":{"x":{"status":"UNKNOWN"}}}""", ProbeResult.Unreadable, "x=Unreadable")]
    [InlineData(Json, """{"status":"DOWN","checks":[{"name":"disk","status":"DOWN","data":{"free":"0"}},{"name":"mq","status":"UP"},{"status":"UP"}]}""", ProbeResult.Unhealthy, "disk=Unhealthy mq=Healthy unnamed=Healthy")]
    [InlineData(Json, """{"status":"UP","checks":[]}""", ProbeResult.Healthy, "")]
    [InlineData(Json, """{"status":"UP","checks":[1,"x",null,{"name":7}]}""", ProbeResult.Healthy, "unnamed=Unreadable")]
    [InlineData(Json, """{"status":"UP","components":7,"checks":null,"details":"x","entries":false}""", ProbeResult.Healthy, "")]
    public void Read_RealDocuments_AreRecognised(string type, string body, ProbeResult expected, string components)
    {
        var reading = Read(200, type, body);
        reading.Result.Should().Be(expected);
        Listed(reading).Should().Be(components);
        Read(200, "text/plain; charset=utf-8", body).Result.Should().Be(expected, "JSON is recognised where nobody announces it");
    }

    // A format that is named is looked for and nothing else, whatever the content type says.
    [Theory]
    [InlineData(HealthFormat.Actuator, """{"status":"UP","components":{"db":{"status":"UP"}},"checks":[{"name":"x","status":"UP"}]}""", "db=Healthy")]
    [InlineData(HealthFormat.MicroProfile, """{"status":"UP","components":{"db":{"status":"UP"}},"checks":[{"name":"x","status":"UP"}]}""", "x=Healthy")]
    [InlineData(HealthFormat.HealthJson, """{"status":"UP","entries":{"db":{"status":"UP"}},"checks":{"x":[{"status":"pass"}]}}""", "x=Healthy")]
    [InlineData(HealthFormat.AspNet, """{"status":"UP","entries":{"db":{"status":"UP"}},"checks":{"x":[{"status":"pass"}]}}""", "db=Healthy")]
    public void Read_FormatThatIsNamed_IsTheOneThatIsRead(HealthFormat format, string body, string components) =>
        Listed(Read(200, "text/html", body, format)).Should().Be(components);

    [Theory]
    [InlineData(HealthFormat.AspNet, 200, "", ProbeResult.Unreadable)]
    [InlineData(HealthFormat.AspNet, 204, "", ProbeResult.Unreadable)]
    [InlineData(HealthFormat.AspNet, 200, "Healthy", ProbeResult.Healthy)]
    [InlineData(HealthFormat.AspNet, 200, "it works", ProbeResult.Unreadable)]
    [InlineData(HealthFormat.Actuator, 200, "UP", ProbeResult.Unreadable)]
    [InlineData(HealthFormat.Actuator, 200, "<html>", ProbeResult.Unreadable)]
    [InlineData(HealthFormat.Actuator, 200, "{}", ProbeResult.Unreadable)]
    [InlineData(HealthFormat.Actuator, 503, "", ProbeResult.Overloaded)]
    [InlineData(HealthFormat.Actuator, 503, "<html>", ProbeResult.Overloaded)]
    [InlineData(HealthFormat.Actuator, 500, "", ProbeResult.Unhealthy)]
    [InlineData(HealthFormat.Status, 200, "Unhealthy", ProbeResult.Healthy)]
    [InlineData(HealthFormat.Status, 200, "{\"status\":\"DOWN\"}", ProbeResult.Healthy)]
    [InlineData(HealthFormat.Status, 503, "{\"status\":\"DOWN\"}", ProbeResult.Overloaded)]
    [InlineData(HealthFormat.Status, 500, "", ProbeResult.Unhealthy)]
    public void Read_FormatThatIsNamed_OtherBodiesAreUnreadable(HealthFormat format, int code, string body, ProbeResult expected) =>
        Read(code, Json, body, format).Result.Should().Be(expected);

    [Fact]
    public void Read_StatusOnly_DoesNotMindHowLongTheBodyIs() =>
        HealthDocument.Read(200, Json, new byte[HealthDocument.BodyLimit], truncated: true, Settings(HealthFormat.Status)).Result.Should().Be(ProbeResult.Healthy);

    [Theory]
    [InlineData("up", ProbeResult.Healthy)]
    [InlineData("up\n", ProbeResult.Healthy)]
    [InlineData("ready up 75%\r\n", ProbeResult.Healthy)]
    [InlineData("READY,UP\tweight:50% maxconn:30", ProbeResult.Healthy)]
    [InlineData("75%", ProbeResult.Healthy)]
    [InlineData("100%", ProbeResult.Healthy)]
    [InlineData("0%", ProbeResult.Leaving)]
    [InlineData("up weight:0%", ProbeResult.Leaving)]
    [InlineData("drain", ProbeResult.Leaving)]
    [InlineData("up maint", ProbeResult.Leaving)]
    [InlineData("down", ProbeResult.Unhealthy)]
    [InlineData("fail#up 100%", ProbeResult.Unhealthy)]
    [InlineData("stopped#the disk is full\nup", ProbeResult.Unhealthy)]
    [InlineData("drain down", ProbeResult.Unhealthy)]
    [InlineData("up\ndown", ProbeResult.Healthy)]
    [InlineData("up extra", ProbeResult.Healthy)]
    [InlineData("", ProbeResult.Unreadable)]
    [InlineData("\nup", ProbeResult.Unreadable)]
    [InlineData(" ,\t", ProbeResult.Unreadable)]
    [InlineData("#up", ProbeResult.Unreadable)]
    [InlineData("maxconn:30", ProbeResult.Unreadable)]
    [InlineData("%", ProbeResult.Unreadable)]
    [InlineData("-1%", ProbeResult.Unreadable)]
    [InlineData("1234567%", ProbeResult.Unreadable)]
    [InlineData("HTTP/1.1 400 Bad Request", ProbeResult.Unreadable)]
    public void Agent_Lines_AreRead(string line, ProbeResult expected)
    {
        var reading = AgentDocument.Read(Encoding.UTF8.GetBytes(line), truncated: false);
        reading.Result.Should().Be(expected);
        reading.Sentence.Should().NotContainAny("disk", "75", "extra");
    }

    [Fact]
    public void Agent_LineThatDoesNotEnd_IsUnreadable()
    {
        var line = Encoding.UTF8.GetBytes("up " + new string(' ', AgentDocument.LineLimit));
        AgentDocument.Read(line, truncated: false).Result.Should().Be(ProbeResult.Unreadable);
        AgentDocument.Read("up"u8, truncated: true).Result.Should().Be(ProbeResult.Unreadable);
        AgentDocument.Read("up\nmore"u8, truncated: true).Result.Should().Be(ProbeResult.Healthy, "the line is whole");
    }

    [Theory]
    [InlineData(0, ProbeResult.Unreadable, "health answered UNKNOWN")]
    [InlineData(1, ProbeResult.Healthy, "health answered SERVING")]
    [InlineData(2, ProbeResult.Unhealthy, "health answered NOT_SERVING")]
    [InlineData(3, ProbeResult.Unreadable, "health answered SERVICE_UNKNOWN*")]
    [InlineData(4, ProbeResult.Unreadable, "health answered with the status 4,*")]
    [InlineData(int.MinValue, ProbeResult.Unreadable, "*")]
    [InlineData(int.MaxValue, ProbeResult.Unreadable, "*")]
    public void Grpc_Numbers_AreRead(int status, ProbeResult expected, string sentence)
    {
        GrpcDocument.Read(status).Result.Should().Be(expected);
        GrpcDocument.Read(status).Sentence.Should().Match(sentence);
    }

    [Fact]
    public void Read_ComponentsBeyondTheLimit_AreCounted()
    {
        var entries = string.Join(',', Enumerable.Range(0, 130).Select(i => $$"""
            "c{{i}}":{"status":"UP"}
            """));
        foreach (var list in new[] { "entries", "components", "checks" })
        {
            var reading = Read(200, Json, "{\"status\":\"UP\",\"" + list + "\":{" + entries + "}}");
            reading.Components.Should().HaveCount(HealthDocument.ComponentLimit);
            reading.Unlisted.Should().Be(30, list);
        }
    }

    [Fact]
    public void Read_DuplicateComponents_AreAllListed() =>
        Listed(Read(200, Json, """{"status":"UP","components":{"db":{"status":"UP"},"db":{"status":"DOWN"}}}""")).Should().Be("db=Healthy db=Unhealthy");

    [Fact]
    public void Read_NamesWithEscapes_AreTheSameNames() =>
        Read(200, Json, """{"s\u0074atus":"UP","\u0063omponents":{"d\u0062":{"st\u0061tus":"DO\u0057N"}}}""").Components
            .Should().Equal(new HealthComponent("db", ProbeResult.Unhealthy, null));

    private static string Listed(HealthReading reading) => string.Join(' ', reading.Components.Select(component => $"{component.Name}={component.Result}"));

    private static HealthSettings Settings(HealthFormat format) => new(new Uri("http://127.0.0.1/health")) { Format = format };

    private static HealthReading Read(int code, string? type, string body, HealthFormat format = HealthFormat.Auto) =>
        HealthDocument.Read(code, type, Encoding.UTF8.GetBytes(body), truncated: false, Settings(format));
}
