using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class BannedCallsTests
{
    private static readonly Func<SourceFile, IEnumerable<Finding>> Rule = BannedCalls.Check;

    [Fact]
    public void Tree_IsFreeOfThem() => Repository.Sources("src").SelectMany(Rule).ShouldBeNone();

    [Theory]
    [InlineData("var a = DateTime.Now;")]
    [InlineData("var a = DateTime.UtcNow;")]
    [InlineData("var a = DateTime.Today;")]
    [InlineData("var a = DateTimeOffset.Now;")]
    [InlineData("var a = System.DateTimeOffset.UtcNow;")]
    [InlineData("var a = $\"at {DateTime.UtcNow:o}\";")]
    [InlineData("var a = Stopwatch.StartNew();")]
    [InlineData("var a = Environment.TickCount64;")]
    [InlineData("var a = Random.Shared.Next();")]
    [InlineData("var a = new Random();")]
    [InlineData("Random a = new();")]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("async void F() {}")]
    [InlineData("await Task.Delay(1);")]
    [InlineData("await Task.Delay(pause, cancel);")]
    [InlineData("await Task.Delay(Pause(time), cancel);")]
    [InlineData("var a = FAsync().Result;")]
    [InlineData("var a = FAsync(g(1), 2).Result;")]
    [InlineData("var a = _task.Result;")]
    [InlineData("FAsync().Wait();")]
    [InlineData("FAsync(1).Wait(cancel);")]
    [InlineData("_task.Wait();")]
    [InlineData("Task.WaitAll(a, b);")]
    [InlineData("FAsync().GetAwaiter().GetResult();")]
    [InlineData("Console.WriteLine(1);")]
    [InlineData("Console.Error.WriteLine(1);")]
    public void Check_OfABannedCall_FindsIt(string code) => Rule.ShouldFind("\n" + code, line: 2);

    [Theory]
    [InlineData("var a = time.GetUtcNow(); // not DateTime.UtcNow")]
    [InlineData("var a = \"DateTime.UtcNow\";")]
    [InlineData("var a = new Random(seed);")]
    [InlineData("Random a = new(seed);")]
    [InlineData("await Task.Delay(pause, time, cancel);")]
    [InlineData("await Task.Delay(Pause(1, 2), _time);")]
    [InlineData("await Task.Delay(\n  pause,\n  _timeProvider,\n  cancel);")]
    [InlineData("await Task.Delay(pause, context.Clock, cancel);")]
    [InlineData("var a = report.Result;")]
    [InlineData("var a = _queue.Wait();")]
    [InlineData("var a = await FAsync().WaitAsync(cancel);")]
    [InlineData("// Blocks on purpose: this thread does nothing else.\nFAsync().Wait();")]
    [InlineData("FAsync().GetAwaiter().GetResult(); // Blocks on purpose: Main has no caller.")]
    [InlineData("logging.WriteTo.Console();")]
    public void Check_OfWhatIsRight_FindsNothing(string code) => Rule.ShouldAccept(code);

    [Theory]
    [InlineData("src/PodGate/Cli/Table.cs")]
    [InlineData("src/PodGate/Program.cs")]
    public void Check_OfTheTerminalsRooms_LetsThemSpeak(string path) => Rule.ShouldAccept("Console.WriteLine(1);", path);
}
