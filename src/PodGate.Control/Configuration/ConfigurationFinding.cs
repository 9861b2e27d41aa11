using PodGate.Control.Configuration.Reading;

namespace PodGate.Control.Configuration;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Place">File, line and column, or the environment variable.</param>
/// <param name="Key">The key, such as <c>Probing.Interval</c>; empty when it is about the whole file.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Remedy">What would be right.</param>
public sealed record ConfigurationFinding(string Place, string Key, string What, string Remedy)
{
    /// <summary>The line that people see: one line, and nothing in it that a terminal would obey, wherever the words came from.</summary>
    public override string ToString() =>
        WrittenValue.Harmless(Key.Length == 0 ? $"{Place}: {What}; {Remedy}" : $"{Place}: {Key}: {What}; {Remedy}");
}

/// <summary>What became of reading a configuration: a whole one, or all that is wrong with it.</summary>
/// <param name="Configuration">The configuration, or null when there are errors.</param>
/// <param name="Errors">Everything that is wrong, in the order of the file, then of the environment.</param>
/// <param name="Warnings">What does not stop the gate and still wants to be known, such as a certificate that has expired.</param>
public sealed record LoadedConfiguration(
    GateConfiguration? Configuration,
    IReadOnlyList<ConfigurationFinding> Errors,
    IReadOnlyList<ConfigurationFinding> Warnings);
