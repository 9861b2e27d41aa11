using System.Text.Json;
using System.Text.Json.Serialization;

namespace PodGate.Hosting;

/// <summary>What <c>gate.json</c> says of the gate that runs.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Data">Where client traffic comes in: URLs that can be reached from this machine.</param>
/// <param name="Admin">The admin port.</param>
/// <param name="Socket">Full path of the socket for who is on this machine; null: there is none.</param>
internal sealed record GateFileJson(int Pid, IReadOnlyList<string> Data, string Admin, string? Socket);

/// <summary>How it becomes JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(GateFileJson))]
internal sealed partial class GateFileContext : JsonSerializerContext;

/// <summary>
/// <c>gate.json</c> in the state directory, for whoever started a gate with ports that the system chose. It is there while the gate runs, and
/// after a crash until the next start: what reads it must expect that nobody answers.
/// </summary>
internal sealed class GateFile(string stateDirectory)
{
    /// <summary>The file's name within the state directory.</summary>
    public const string Name = "gate.json";

    private readonly string _path = Path.Combine(stateDirectory, Name);

    /// <summary>Writes it.</summary>
    /// <param name="content">What it says.</param>
    public void Write(GateFileJson content) => OwnerOnlyFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(content, GateFileContext.Default.GateFileJson));

    /// <summary>Removes it; on a disk that cannot be written it stays.</summary>
    public void Remove() => File.Delete(_path);
}
