using System.Collections;
using System.Collections.Immutable;
using PodGate.Control.Configuration.Reading;

namespace PodGate.Control.Configuration;

/// <summary>
/// Reads a configuration: a file, with the environment over it, becomes a whole valid configuration or all errors at once.
/// Not the platform's provider and binder: those clear everything on a broken file, ignore unknown keys and stop at the first bad value.
/// </summary>
/// <param name="time">The clock, for the dates of certificates.</param>
public sealed class ConfigurationLoader(TimeProvider time)
{
    /// <summary>Reads a file. Never throws for what is in it or for its absence; that is an error like the others.</summary>
    /// <param name="path">The file; relative paths in it are relative to its directory.</param>
    /// <param name="environment">The environment; of it, what begins with <c>PODGATE__</c> counts.</param>
    public LoadedConfiguration LoadFile(string path, IReadOnlyDictionary<string, string> environment) =>
        Load(ConfigurationFile.Read(path), path, environment);

    /// <summary>Reads the content of a file.</summary>
    /// <param name="content">JSON in UTF-8; comments and trailing commas are allowed.</param>
    /// <param name="path">Where it comes from: errors name the file, and relative paths are relative to its directory.</param>
    /// <param name="environment">The environment; of it, what begins with <c>PODGATE__</c> counts.</param>
    public LoadedConfiguration Load(ReadOnlySpan<byte> content, string path, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var findings = new Findings();
        var full = Path.GetFullPath(path);
        var root = ConfigurationTree.Parse(content, Path.GetFileName(full), findings);
        if (root is { Kind: not WrittenKind.Object })
            findings.Error(root.Place, "", $"{root.Quoted} is not a configuration", "write an object, such as { \"Pods\": { ... } }");

        // Without a readable file the variables are still looked at: one go, all errors.
        var isObject = root is { Kind: WrittenKind.Object };
        var tree = isObject ? root! : new WrittenValue(WrittenKind.Object, default);
        EnvironmentOverlay.Lay(tree, environment, findings);
        if (!isObject)
            return new(null, findings.Errors, findings.Warnings);

        findings.Saw("", tree.Place);
        var configuration = Resolve(Bind(tree, findings), Path.GetDirectoryName(full)!);
        ConfigurationRules.Check(configuration, tree.Find("Pods")?.Value.Members.Count ?? 0, time.GetUtcNow(), findings);
        return new(findings.HasErrors ? null : configuration, findings.Errors, findings.Warnings);
    }

    /// <summary>The environment of this process, as the loader takes it.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }

    internal LoadedConfiguration Load(FileContent file, string path, IReadOnlyDictionary<string, string> environment)
    {
        if (file.Bytes is { } bytes)
            return Load(bytes, path, environment);
        var error = new ConfigurationFinding(
            Path.GetFileName(path),
            "",
            $"cannot be read: {file.Error}",
            "give the path of a readable file with --config");
        return new(null, [error], []);
    }

    /// <summary>Reads every key over its default.</summary>
    private static GateConfiguration Bind(WrittenValue root, Findings findings)
    {
        var configuration = new GateConfiguration();
        ObjectReader.Read(root, "", ConfigurationKeys.RootNames, findings, (name, path, written) =>
        {
            if (ConfigurationKeys.ByPath.TryGetValue(path, out var rootKey))
                configuration = rootKey.Read(configuration, written, findings);
            else if (written.Kind != WrittenKind.Object)
                findings.Error(
                    written.Place,
                    path,
                    $"{written.Quoted} is not a section",
                    $"write an object with some of {string.Join(", ", ConfigurationKeys.NamesIn(name))}");
            else
                ObjectReader.Read(
                    written,
                    path,
                    ConfigurationKeys.NamesIn(name),
                    findings,
                    (_, key, value) => configuration = ConfigurationKeys.ByPath[key].Read(configuration, value, findings),
                    ConfigurationKeys.Paths);
        }, ConfigurationKeys.Paths);
        if (root.Find("Pods") is null)
            findings.Error(root.Place, "Pods", "is missing", "add \"Pods\": { \"pod-a\": { \"Address\": \"http://127.0.0.1:9101\" } }");
        return configuration;
    }

    /// <summary>Makes paths full, gives the admin listener the versions of HTTP that fit its scheme, and every pod its checks.</summary>
    private static GateConfiguration Resolve(GateConfiguration configuration, string directory)
    {
        return configuration with
        {
            Fleet = configuration.Fleet with
            {
                Pods = configuration.Fleet.Pods.ToImmutableSortedDictionary(
                    pod => pod.Key,
                    pod => pod.Value with { Checks = configuration.PodChecks.GetValueOrDefault(pod.Key, PodChecks.None).Over(configuration.Checks) },
                    StringComparer.Ordinal),
            },
            StateDirectory = Full(configuration.StateDirectory)!,
            Listen = [.. configuration.Listen.Select(ResolveListener)],
            Admin = configuration.Admin with
            {
                Listen = ListenKind.WithDefaults(ResolveListener(configuration.Admin.Listen)),
                ClientCa = Full(configuration.Admin.ClientCa),
            },
            Alerts = configuration.Alerts with
            {
                Channels = configuration.Alerts.Channels.ToImmutableSortedDictionary(
                    channel => channel.Key, channel => channel.Value with { SecretFile = Full(channel.Value.SecretFile) }, StringComparer.Ordinal),
            },
        };

        ListenSettings ResolveListener(ListenSettings listen) =>
            listen with { Certificate = Full(listen.Certificate), CertificateKey = Full(listen.CertificateKey) };

        string? Full(string? path) => path is null ? null : Path.GetFullPath(path, directory);
    }
}
