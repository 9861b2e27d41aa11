using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PodGate.Core.Routing;

namespace PodGate.Statistics;

/// <summary>The first line of a day's file.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Taken">Names of files of what other processes left that are in here already; each is told until that file is gone.</param>
internal sealed record DayHead(DateOnly Day, IReadOnlyList<string> Taken);

/// <summary>A pod's line in a day's file.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Requests">By class of code.</param>
/// <param name="Buckets">By duration.</param>
/// <param name="Seconds">Sum of durations.</param>
/// <param name="Failures">Attempts that failed.</param>
/// <param name="ToClient">Bytes.</param>
/// <param name="ToPod">Bytes.</param>
/// <param name="Clients">About how many sources.</param>
internal sealed record DayLine(string Pod, long[] Requests, long[] Buckets, double Seconds, long Failures, long ToClient, long ToPod, long Clients)
{
    /// <summary>The line of a pod's day.</summary>
    /// <param name="day">It.</param>
    public static DayLine Of(DayTraffic day) =>
        new(day.Pod, [.. day.Requests], [.. day.Buckets], Math.Round(day.Seconds, 6), day.Failures, day.BytesToClient, day.BytesToPod, day.Clients);

    /// <summary>The pod's day; null when this is not what this version writes.</summary>
    /// <param name="day">The day.</param>
    public DayTraffic? Read(DateOnly day)
    {
        var empty = new DayTraffic(day, Pod);
        return Pod is null || Requests?.Length != empty.Requests.Length || Buckets?.Length != empty.Buckets.Length ? null : empty with
        {
            Requests = [.. Requests],
            Buckets = [.. Buckets],
            Seconds = Seconds,
            Failures = Failures,
            BytesToClient = ToClient,
            BytesToPod = ToPod,
            KnownClients = Clients,
        };
    }
}

/// <summary>A pod's line in the file of a day's sources.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Registers">The registers of its sketch.</param>
internal sealed record SourcesLine(string Pod, byte[] Registers)
{
    /// <summary>The sketch; null when this is none.</summary>
    public SourceSketch? Read()
    {
        try
        {
            return Registers is null ? null : SourceSketch.Of(Registers);
        }
        catch (ArgumentException)
        {
            // Not what this version writes: the estimate in the day's own file stays.
            return null;
        }
    }
}

/// <summary>How the lines become JSON and come back.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DayHead))]
[JsonSerializable(typeof(DayLine))]
[JsonSerializable(typeof(SourcesLine))]
internal sealed partial class StatisticsJson : JsonSerializerContext;
