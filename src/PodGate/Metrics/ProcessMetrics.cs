using System.Diagnostics;
using System.Reflection;

namespace PodGate.Metrics;

/// <summary>The process's own metrics, under the names that every Prometheus client library gives them.</summary>
internal static class ProcessMetrics
{
    /// <summary>The version of this build, without the commit.</summary>
    public static string Version { get; } =
        (typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];

    /// <summary>Writes them.</summary>
    /// <param name="writer">Where to.</param>
    public static void Write(ExpositionWriter writer)
    {
        using var process = Process.GetCurrentProcess();
        writer.Single("process_cpu_seconds_total", MetricKind.Counter, "Processor time used, user and system.", process.TotalProcessorTime.TotalSeconds);
        writer.Single("process_resident_memory_bytes", MetricKind.Gauge, "Memory held in RAM.", process.WorkingSet64);
        writer.Single("process_virtual_memory_bytes", MetricKind.Gauge, "Address space in use.", process.VirtualMemorySize64);
        writer.Single("process_start_time_seconds", MetricKind.Gauge, "When the process started, in Unix time.",
            new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        writer.Single("process_threads", MetricKind.Gauge, "Threads of the operating system.", process.Threads.Count);
        if (OpenFileDescriptors() is { } open) writer.Single("process_open_fds", MetricKind.Gauge, "Open file descriptors.", open);
        writer.Single("dotnet_gc_heap_bytes", MetricKind.Gauge, "Managed memory after the last collection, in bytes.", GC.GetGCMemoryInfo().HeapSizeBytes);
        writer.Single("dotnet_gc_pause_seconds_total", MetricKind.Counter, "Time that collections stopped the process.",
            GC.GetTotalPauseDuration().TotalSeconds);
        writer.Family("dotnet_gc_collections_total", MetricKind.Counter, "Collections, by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            writer.Sample(GC.CollectionCount(generation), new Label("generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>Linux lists them as a directory; elsewhere there is no cheap way, and the metric is missing.</summary>
    private static int? OpenFileDescriptors()
    {
        const string Listing = "/proc/self/fd";
        return Directory.Exists(Listing) ? Directory.EnumerateFileSystemEntries(Listing).Count() : null;
    }
}
