namespace PodGate.Control.Configuration;

/// <summary>How a configuration's errors are shown to people.</summary>
public static class ConfigurationText
{
    /// <summary>The errors, one a line, then the warnings, marked as such. Empty when there is nothing to say.</summary>
    /// <param name="loaded">What the loader returned.</param>
    public static IReadOnlyList<string> Describe(LoadedConfiguration loaded)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        return [.. loaded.Errors.Select(error => error.ToString()), .. loaded.Warnings.Select(Warning)];
    }

    /// <summary>A warning as a line.</summary>
    /// <param name="warning">What the loader found.</param>
    public static string Warning(ConfigurationFinding warning)
    {
        ArgumentNullException.ThrowIfNull(warning);
        return $"warning: {warning}";
    }
}
