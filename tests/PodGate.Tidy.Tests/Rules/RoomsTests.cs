using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class RoomsTests
{
    private const string Gatekeeper = "src/PodGate.Control/Gatekeeper.cs";
    private static readonly Func<SourceFile, IEnumerable<Finding>> Names = Rooms.CheckNames;

    [Fact]
    public void Tree_KeepsNamesInTheirRooms() => Repository.Sources("src").SelectMany(Names).ShouldBeNone();

    [Fact]
    public void Tree_HasOneCallSiteOfTheTransitionFunction() => Rooms.CheckCallSite(Repository.Sources("src")).ShouldBeNone();

    [Theory]
    [InlineData("using Yarp.ReverseProxy.Forwarder;", "src/PodGate.Proxy/ProxyPipeline.cs")]
    [InlineData("global using Yarp.ReverseProxy;", "src/PodGate.Proxy/Usings.cs")]
    [InlineData("using Serilog;", "src/PodGate/Program.cs")]
    [InlineData("using Microsoft.Data.Sqlite;", "src/PodGate.Control/Gatekeeper.cs")]
    public void CheckNames_OfANameInAnotherRoom_FindsIt(string code, string path) => Names.ShouldFind(code, path);

    [Theory]
    [InlineData("using Yarp.ReverseProxy.Forwarder;", "src/PodGate.Proxy/Forwarding/PodForwarder.cs")]
    [InlineData("using Serilog;", "src/PodGate/Logging/LogSetup.cs")]
    [InlineData("using Microsoft.Data.Sqlite;", "src/PodGate.Control/Journal/SqliteJournal.cs")]
    [InlineData("// Yarp.ReverseProxy and Serilog", "src/PodGate.Control/Gatekeeper.cs")]
    public void CheckNames_OfANameInItsRoom_FindsNothing(string code, string path) => Names.ShouldAccept(code, path);

    [Theory]
    [InlineData(1, Gatekeeper, "FleetStep.Apply(a, b, c);", "FleetStep.Apply(a, b, c);")]
    [InlineData(1, "src/PodGate.Control/Alerts/A.cs", "FleetStep.Apply(a, b, c);", "")]
    [InlineData(1, Gatekeeper, "", "")]
    [InlineData(1, Gatekeeper, "FleetStep . Apply (a, b, c);", "FleetStep.Apply(a, b, c);")]
    [InlineData(2, Gatekeeper, "Func<X> f = FleetStep.Apply;", "using static PodGate.Core.Pods.FleetStep;")]
    [InlineData(0, "src/PodGate.Control/Gatekeeper.Loop.cs", "var next = FleetStep.Apply(a, b, c);", "// FleetStep.Apply( is called elsewhere")]
    [InlineData(1, "src/PodGate.Core/Replaying/Other.cs", "FleetStep.Apply(a, b, c);", "FleetStep.Apply(a, b, c);")]
    [InlineData(1, "src/PodGate.Core/Replaying/FleetReplay.cs", "FleetStep.Apply(a, b, c); FleetStep.Apply(a, b, c);", "FleetStep.Apply(a, b, c);")]
    [InlineData(0, "src/PodGate.Core/Replaying/FleetReplay.cs", "FleetStep.Apply(a, b, c);", "FleetStep.Apply(a, b, c);")]
    [InlineData(1, "src/PodGate.Core/Replaying/FleetReplay.cs", "FleetStep.Apply(a, b, c);", "")]
    public void CheckCallSite_CountsTheRoadsToAState(int findings, string path, string first, string second) =>
        Rooms.CheckCallSite([
            new SourceFile("src/PodGate.Core/Pods/FleetStep.cs", "/* FleetStep.Apply( */ FleetStep.Apply(again);"),
            new SourceFile(path, first),
            new SourceFile("src/PodGate.Control/GatekeeperQueue.cs", second),
        ]).Should().HaveCount(findings);
}
