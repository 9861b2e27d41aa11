using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using PodGate.Hosting;

namespace PodGate.Operator;

/// <summary>How the last roll lies on disk: <c>roll.json</c> in the state directory, readable by its owner only, replaced whole.</summary>
internal static class RollFile
{
    /// <summary>The file's name within the state directory.</summary>
    public const string Name = "roll.json";

    private const int Format = 1;
    private const long Largest = 256 * 1024;

    /// <summary>Reads the last roll. One that cannot be read is no reason not to start: no pod's state hangs on it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="logger">Told of what cannot be read.</param>
    /// <returns>Null when there has been none, or it cannot be read.</returns>
    public static RollJson? Read(string path, ILogger logger)
    {
        try
        {
            if (!File.Exists(path)) return null;
            if (new FileInfo(path).Length > Largest) return Damaged(path, $"it is larger than {Largest} bytes", logger);
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), RollFileContext.Default.RollFileJson);
            if (file?.Format != Format) return Damaged(path, $"its format is not {Format}", logger);
            return Flaw(file.Roll) is { } flaw ? Damaged(path, flaw, logger) : file.Roll;
        }
        catch (JsonException)
        {
            return Damaged(path, "it is not the JSON that it was written as", logger);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Damaged(path, exception.Message, logger);
        }
    }

    /// <summary>Writes a roll, synced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="roll">The roll.</param>
    public static void Write(string path, RollJson roll) =>
        OwnerOnlyFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(new RollFileJson(Format, roll), RollFileContext.Default.RollFileJson));

    private static string? Flaw(RollJson roll) =>
        roll.State is not (RollStates.Running or RollStates.Finished or RollStates.Stopped) ? "its state is none that is kept"
        : !RollSteps.All.Contains(roll.Step) ? "its step is none"
        : roll.Pods.Count == 0 || roll.Pods.Concat(roll.Done).Concat(roll.OutBefore).Any(string.IsNullOrEmpty) ? "its pods have no names"
        : null;

    private static RollJson? Damaged(string path, string what, ILogger logger)
    {
        OperatorLog.RollFileDamaged(logger, path, what);
        return null;
    }
}

/// <summary>The file's content.</summary>
/// <param name="Format">The version of the form.</param>
/// <param name="Roll">The roll, in the API's words.</param>
internal sealed record RollFileJson(int Format, RollJson Roll);

/// <summary>How the file becomes JSON and comes back; strict, so that damage shows.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(RollFileJson))]
internal sealed partial class RollFileContext : JsonSerializerContext;
