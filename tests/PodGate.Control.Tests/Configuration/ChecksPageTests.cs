using static PodGate.Control.Tests.Configuration.ConfigurationTestFiles;

namespace PodGate.Control.Tests.Configuration;

/// <summary>What the page about checks shows can be pasted.</summary>
public sealed class ChecksPageTests
{
    [Fact]
    public void Examples_AreValidConfigurations()
    {
        var blocks = File.ReadAllText(Path.Combine(Root, "docs", "operating", "checks.md")).Split("```json\n").Skip(1).Select(part => part.Split("```")[0]).ToList();
        blocks.Should().HaveCount(2);
        var (checks, references) = (LoadGood(blocks[0]).Fleet, LoadGood(blocks[1]).Fleet);
        checks.Pods["pod-a"].Checks.Keys.Should().Equal("login", "write-read");
        checks.Pods["pod-b"].Checks.Keys.Should().Equal("login", "store");
        references.References.Should().HaveCount(3);
    }
}
