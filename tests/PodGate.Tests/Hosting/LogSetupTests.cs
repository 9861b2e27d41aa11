using System.Text.Json;
using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using PodGate.Logging;

namespace PodGate.Tests.Hosting;

public sealed class LogSetupTests
{
    [Fact]
    public void Text_SentenceWithControlCharacters_StaysOneLine()
    {
        var (log, output) = Make(new LogSettings());
        using (log) Write(log, "well\n2026-01-01T00:00:00.000Z INFO  forged\u001b[31m");
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().ContainSingle().Which.Should().EndWith(@"INFO  pod-a says well\u000a2026-01-01T00:00:00.000Z INFO  forged\u001b[31m");
    }

    [Fact]
    public void Json_Event_IsOneObjectALineWithItsValues()
    {
        var (log, output) = Make(new LogSettings { Json = true });
        using (log) Write(log, "well\nor not");
        var line = output.ToString().TrimEnd('\n');
        line.Should().NotContain("\n");
        var properties = JsonDocument.Parse(line).RootElement.GetProperty("Properties");
        properties.GetProperty("Pod").GetString().Should().Be("pod-a");
        properties.GetProperty("Sentence").GetString().Should().Be("well\nor not");
    }

    [Fact]
    public void Apply_LevelAndForm_ChangeWhileRunning()
    {
        var (log, output) = Make(new LogSettings { Level = "Error" });
        using (log)
        {
            Write(log, "unheard");
            output.ToString().Should().BeEmpty();
            log.Apply(new LogSettings { Level = "Debug", Json = true });
            Write(log, "heard");
        }

        output.ToString().Should().StartWith("{").And.Contain("heard").And.NotContain("unheard");
    }

    [Fact]
    public void HostingDiagnostics_AnyLevel_IsOff()
    {
        var (log, _) = Make(new LogSettings { Level = "Debug" });
        using (log)
        {
            var logger = log.Factory.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics");
            foreach (var level in Enum.GetValues<LogLevel>().Where(level => level != LogLevel.None))
                logger.IsEnabled(level).Should().BeFalse($"{level} would make an Activity a request");
        }
    }

    private static (LogSetup Log, StringWriter Output) Make(LogSettings settings)
    {
        var output = new StringWriter();
        return (new LogSetup(settings, output), output);
    }

    private static void Write(LogSetup log, string sentence)
    {
        var logger = log.Factory.CreateLogger("PodGate.Test");
        if (logger.IsEnabled(LogLevel.Information)) logger.LogInformation("{Pod} says {Sentence}", "pod-a", sentence);
    }
}
