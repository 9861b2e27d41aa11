using System.Diagnostics;
using PodGate.TestKit;

namespace PodGate.Tests.Cli;

/// <summary>What the tabulator key does, in a real bash.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("podgate statu", "status")]
    [InlineData("podgate drain pod-a --keep", "--keep-active")]
    [InlineData("podgate maintenance an", "announce")]
    [InlineData("podgate completion f", "fish")]
    [InlineData("podgate no-command-begins-so", "")]
    public async Task Bash_Completes(string line, string expected)
    {
        var words = line.Split(' ');
        var script = $"""
            podgate() ( exec dotnet exec '{Built.Find("src/PodGate", "podgate.dll")}' "$@" )
            source <(podgate completion bash)
            COMP_LINE='{line}' COMP_POINT={line.Length} COMP_CWORD={words.Length - 1}
            COMP_WORDS=({string.Join(' ', words.Select(word => $"'{word}'"))})
            _podgate
            printf '%s\n' "$COMPREPLY"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        (await bash.StandardOutput.ReadToEndAsync(limit.Token)).Trim().Should().Be(expected);
        await bash.WaitForExitAsync(limit.Token);
    }
}
