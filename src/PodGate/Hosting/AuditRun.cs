using PodGate.Cli;
using PodGate.Control.Configuration;
using PodGate.Operator.Audit;

namespace PodGate.Hosting;

/// <summary><c>podgate audit verify</c>: finds the state directory and verifies the trail in it, whether a gate runs or not.</summary>
internal static class AuditRun
{
    private static readonly string[] UsualFiles = ["podgate.json", Path.Combine("config", "podgate.json")];

    /// <summary>Does it.</summary>
    /// <param name="asked">What was asked for; paths are full.</param>
    /// <param name="workingDirectory">Where the configuration is looked for when neither it nor the state directory was named.</param>
    /// <param name="environment">What lies over the configuration file.</param>
    public static AuditTold Run(AuditAsked asked, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        var directory = asked.StateDirectory;
        if (directory is null)
        {
            var path = asked.ConfigPath ?? UsualFiles.Select(file => Path.Combine(workingDirectory, file)).FirstOrDefault(File.Exists);
            if (path is null) return Wrong($"There is no {string.Join(" and no ", UsualFiles)} here: name the gate's configuration with --config, or its state directory with --state.");
            var loaded = new ConfigurationLoader(TimeProvider.System).LoadFile(path, environment);
            if (loaded.Configuration is null) return Wrong(string.Join('\n', ConfigurationText.Describe(loaded)));
            directory = loaded.Configuration.StateDirectory;
        }

        if (!Directory.Exists(directory)) return Wrong($"There is no state directory {directory}: name the gate's with --state, or its configuration with --config.");
        try
        {
            var verdict = AuditVerification.Run(new AuditFiles(directory), asked.Head);
            return new AuditTold(verdict.Right ? ExitCodes.Done : ExitCodes.Refused, null, verdict);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new AuditTold(ExitCodes.Refused, $"the audit trail in {directory} cannot be read: {exception.Message}", null);
        }
    }

    private static AuditTold Wrong(string problem) => new(ExitCodes.Usage, problem, null);
}
