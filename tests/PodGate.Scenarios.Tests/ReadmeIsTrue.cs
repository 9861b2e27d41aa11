using System.Text.RegularExpressions;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>What the README shows is there.</summary>
public sealed partial class ReadmeIsTrue
{
    private static string Readme => File.ReadAllText(Path.Combine(Built.Root, "README.md"));

    [Fact]
    public async Task EveryCommandOfTheTable_IsInTheHelp_AndEveryCommandOfTheHelp_IsInTheReadme()
    {
        var named = Rows().Matches(Readme).SelectMany(row => Commands().Matches(row.Value)).Select(command => command.Groups[1].Value).Distinct().ToArray();
        named.Should().HaveCountGreaterThan(8);
        var help = (await GateProcess.RunAsync("--help")).Output;
        var listed = Listed().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(line => line.Groups[1].Value).ToArray();
        listed.Should().BeEquivalentTo([.. named, "serve"], "README's table and podgate --help name the same commands; the help is\n{0}", help);
        foreach (var command in listed) (await GateProcess.RunAsync(command, "--help")).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task TheSmallestConfiguration_IsValid()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Json().Match(Readme).Groups[1].Value);
            var check = await GateProcess.RunAsync("check", "--config", file);
            check.ExitCode.Should().Be(0, "check said: {0}{1}", check.Output, check.Error);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void EveryFileItNames_IsThere()
    {
        var paths = Paths().Matches(Readme).Select(path => path.Groups[1].Value).Distinct().ToArray();
        paths.Should().NotBeEmpty();
        foreach (var path in paths) Path.Exists(Path.Combine(Built.Root, path)).Should().BeTrue("README names {0}", path);
    }

    [GeneratedRegex(@"^\| `podgate .*$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex("`podgate ([a-z]+)")]
    private static partial Regex Commands();

    [GeneratedRegex(@"^  ([a-z]+)\b", RegexOptions.Multiline)]
    private static partial Regex Listed();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Json();

    [GeneratedRegex(@"`((?:docs|config|samples|src|eng)/[^`\s*]+|[A-Z]+\.md)`")]
    private static partial Regex Paths();
}
