using PodGate.Control.Configuration;
using PodGate.Hosting.Takeover;

namespace PodGate.Hosting;

/// <summary>What a gate is started with.</summary>
/// <param name="ConfigPath">The configuration file.</param>
/// <param name="Init">Make the state directory's contents when there are none.</param>
/// <param name="Recover">Start from the last good copy of intents and latches although the journal is damaged.</param>
internal sealed record GateOptions(string ConfigPath, bool Init = false, bool Recover = false)
{
    /// <summary>What lies over the file.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ConfigurationLoader.ProcessEnvironment();

    /// <summary>The wall clock and the monotonic one.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the log goes; null: standard output.</summary>
    public TextWriter? LogOutput { get; init; }

    /// <summary>What it has from the gate that it is to take over from; null: it begins by itself.</summary>
    public Heir? Heir { get; init; }

    /// <summary>Listening sockets that systemd opened; null: none.</summary>
    public InheritedSockets? Sockets { get; init; }
}
