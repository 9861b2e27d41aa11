using System.Text.Json;
using System.Web;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class EventsTests : IDisposable
{
    private const int PageLimit = 100;

    private readonly CliRun _cli = new();
    private readonly List<EventJson> _events = [];

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Events_WithoutANumber_AreTheNewest()
    {
        Happen(1, 250);
        await using var gate = await FakeGate.StartAsync(Tell);
        var ended = await _cli.RunAsync(gate, "events", "--most", "3");
        ended.Code.Should().Be(0, ended.Error);
        Numbers(ended.Output).Should().Equal(248, 249, 250);
        ended.Output.Should().Contain("2026-11-22 14:14:10Z  #250  pod-b  Open -> Latched  ProbesFailed, by automation: Three probes in a row were refused.");
    }

    [Fact]
    public async Task Events_AfterANumber_AreTheOldestAfterItOverAllPages()
    {
        Happen(1, 250);
        await using var gate = await FakeGate.StartAsync(Tell);
        Numbers((await _cli.RunAsync(gate, "events", "--after", "10")).Output).Should().Equal(Enumerable.Range(11, 240));
        Numbers((await _cli.RunAsync(gate, "events", "--after", "10", "--most", "120")).Output).Should().Equal(Enumerable.Range(11, 120));
    }

    [Fact]
    public async Task Events_OfOnePodWithJson_AreOneDocument()
    {
        Happen(1, 5);
        await using var gate = await FakeGate.StartAsync(Tell);
        var ended = await _cli.RunAsync(gate, "events", "pod-b", "--json");
        using var document = JsonDocument.Parse(ended.Output);
        document.RootElement.GetProperty("events").GetArrayLength().Should().Be(5);
        document.RootElement.GetProperty("next").GetInt64().Should().Be(5);
        gate.Requests.Should().OnlyContain(asked => asked.Target.EndsWith("&pod=pod-b", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Events_OfOnePodFromAGateThatDoesNotFilter_AreFilteredHere()
    {
        for (var number = 1; number <= 400; number++) _events.Add(Samples.Event(number) with { Pod = number % 3 == 0 ? "pod-c" : "pod-b" });
        await using var gate = await FakeGate.StartAsync(Tell);
        Numbers((await _cli.RunAsync(gate, "events", "pod-c", "--most", "2")).Output).Should().Equal(396, 399);
        Numbers((await _cli.RunAsync(gate, "events", "pod-c", "--after", "4", "--most", "60")).Output).Should().Equal(Enumerable.Range(2, 60).Select(n => n * 3));
        using var document = JsonDocument.Parse((await _cli.RunAsync(gate, "events", "pod-c", "--after", "4", "--most", "2", "--json")).Output);
        document.RootElement.GetProperty("next").GetInt64().Should().Be(9, "what was left out comes next");
    }

    [Fact]
    public async Task Events_FromAGateThatNeverEnds_AreBounded()
    {
        await using var gate = await FakeGate.StartAsync(asked => Told.Json(new EventsJson([], After(asked) + 1)));
        var ended = await _cli.RunAsync(gate, "events");
        ended.Code.Should().Be(0);
        gate.Requests.Count.Should().Be(1_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Follow_PrintsOnceWhatHappens_AlsoOverARestart(bool json)
    {
        Happen(1, 3);
        using var interrupt = new CancellationTokenSource();
        var (output, error) = (new Printed(), new Printed());
        var first = await FakeGate.StartAsync(Tell);
        var url = first.Url;
        string[] flags = json ? ["--json"] : [];
        var running = _cli.RunAsync(["events", "--follow", "--most", "2", "--url", url, .. flags], output, error, interrupt.Token);
        await PodCommandTests.Until(() => Last(output, json) == 3);
        Happen(4, 2);
        await PodCommandTests.Until(() => Last(output, json) == 5);
        await first.DisposeAsync();
        await PodCommandTests.Until(() => error.ToString().Contains("Asking again", StringComparison.Ordinal));
        Happen(10, 1);
        await using var second = await FakeGate.StartAsync(Tell, new Uri(url).Port);
        await PodCommandTests.Until(() => Last(output, json) == 10);
        await interrupt.CancelAsync();
        var ended = await running;
        ended.Code.Should().Be(0, "Ctrl-C is how following ends");
        Read(ended.Output, json).Should().Equal(2, 3, 4, 5, 10);
        ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(2);
        ended.Error.Should().Contain("the gate answers again");
    }

    [Fact]
    public async Task Follow_WithATokenThatIsRevoked_EndsWith1()
    {
        Happen(1, 1);
        var asked = 0;
        await using var gate = await FakeGate.StartAsync(request => Interlocked.Increment(ref asked) > 2 ? new Told(401, null, "") : Tell(request));
        (await _cli.RunAsync(gate, "events", "--follow")).Code.Should().Be(1);
    }

    private void Happen(int from, int count)
    {
        lock (_events) _events.AddRange(Enumerable.Range(from, count).Select(number => Samples.Event(number)));
    }

    private Told Tell(Asked asked)
    {
        var query = HttpUtility.ParseQueryString(asked.Target[asked.Target.IndexOf('?', StringComparison.Ordinal)..]);
        var most = Math.Min(int.Parse(query["most"]!, System.Globalization.CultureInfo.InvariantCulture), PageLimit);
        lock (_events)
        {
            var page = _events.Where(happened => happened.Number > After(asked)).Take(most).ToList();
            return Told.Json(new EventsJson(page, page.Count > 0 ? page[^1].Number : After(asked)));
        }
    }

    private static long After(Asked asked) =>
        long.Parse(HttpUtility.ParseQueryString(asked.Target[asked.Target.IndexOf('?', StringComparison.Ordinal)..])["after"]!, System.Globalization.CultureInfo.InvariantCulture);

    private static int Last(Printed output, bool json) => Read(output.ToString(), json).LastOrDefault();

    private static List<int> Read(string output, bool json) => json ? JsonNumbers(output) : Numbers(output);

    private static List<int> JsonNumbers(string output)
    {
        List<int> numbers = [];
        foreach (var line in output.Split('\n')[..^1])
        {
            using var document = JsonDocument.Parse(line);
            numbers.Add(document.RootElement.GetProperty("number").GetInt32());
        }

        return numbers;
    }

    private static List<int> Numbers(string output) =>
        [.. output.Split('\n')[..^1].Select(line => int.Parse(line.Split('#')[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture))];
}
