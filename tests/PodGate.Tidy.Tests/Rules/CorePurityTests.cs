using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class CorePurityTests
{
    private const string Core = "src/PodGate.Core/Health/Snippet.cs";
    private static readonly Func<SourceFile, IEnumerable<Finding>> Rule = CorePurity.Check;

    [Fact]
    public void Tree_HasAPureCore()
    {
        Repository.Sources("src").Should().Contain(file => file.Path.StartsWith("src/PodGate.Core/", StringComparison.Ordinal));
        Repository.Sources("src").SelectMany(Rule).ShouldBeNone();
    }

    [Theory]
    [InlineData("public Task F();")]
    [InlineData("ValueTask<int> f;")]
    [InlineData("async () => { }")]
    [InlineData("void F(ILogger<A> log);")]
    [InlineData("void F(TimeProvider time);")]
    [InlineData("using System.IO;")]
    [InlineData("File.ReadAllText(a);")]
    [InlineData("HttpClient a;")]
    [InlineData("Socket a;")]
    [InlineData("using System.Net.Http;")]
    [InlineData("TcpClient a;")]
    [InlineData("var a = Guid.NewGuid();")]
    [InlineData("new Random(1)")]
    [InlineData("Environment.GetEnvironmentVariable(a)")]
    public void Check_OfCoreThatActs_FindsIt(string code) => Rule.ShouldFind(code, Core);

    [Theory]
    [InlineData("using System.Net.Sockets; if (address.AddressFamily == AddressFamily.InterNetwork)")]
    [InlineData("using System.Net; IPAddress a; IPEndPoint b;")]
    [InlineData("/// <summary>No Task, no TimeProvider.</summary>")]
    [InlineData("void F(DateTimeOffset now);")]
    public void Check_OfCoreThatDecides_FindsNothing(string code) => Rule.ShouldAccept(code, Core);

    [Fact]
    public void Check_OfOtherRooms_LetsThemAct() => Rule.ShouldAccept("public async Task F(ILogger log, TimeProvider time);");
}
