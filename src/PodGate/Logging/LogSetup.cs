using System.Globalization;
using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Sinks.Async;

namespace PodGate.Logging;

/// <summary>
/// The one place that knows Serilog; everything else logs through <see cref="Microsoft.Extensions.Logging.ILogger"/>. Level and form may change while running.
/// </summary>
internal sealed class LogSetup : IDisposable
{
    /// <summary>Lines that wait for an output that stands still; what comes then is dropped, since a log must not hold up a gate.</summary>
    private const int MostLinesWaiting = 10_000;

    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(2);

    private readonly LoggingLevelSwitch _level = new();
    private readonly SwitchingFormatter _formatter = new();
    private readonly Queue _queue = new();
    private readonly Logger _logger;

    /// <summary>Sets the log up.</summary>
    /// <param name="settings">How it looks at first.</param>
    /// <param name="output">Where it goes; null: standard output.</param>
    public LogSetup(LogSettings settings, TextWriter? output = null)
    {
        Apply(settings);
        var configuration = new LoggerConfiguration().MinimumLevel.ControlledBy(_level);

        // Written on a thread of its own: standard output may be a pipe that nobody reads, and the line may come from a thread that hears from sockets.
        _logger = output is null
            ? configuration.WriteTo.Async(sinks => sinks.Console(_formatter), _queue, MostLinesWaiting, blockWhenFull: false).CreateLogger()
            : configuration.WriteTo.Sink(new WriterSink(_formatter, output)).CreateLogger();
        Factory = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LogLevel.Trace)
            .AddFilter("Microsoft", LogLevel.Warning)
            // Any enabled level of this category, even Critical, makes hosting create an Activity for each request. It must be
            // filtered here, in Microsoft's filter: hosting asks IsEnabled before Serilog sees anything.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            // Kestrel reports what clients do wrong, at Debug and Warning; a stranger must not be able to fill the log.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            .AddProvider(new SerilogLoggerProvider(_logger)));
    }

    /// <summary>Where everything gets its logger from.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>Lines that were lost, since the output stood still.</summary>
    public long Dropped => _queue.Inspector?.DroppedMessagesCount ?? 0;

    /// <summary>Changes level and form.</summary>
    /// <param name="settings">How the log looks from now on.</param>
    public void Apply(LogSettings settings)
    {
        _level.MinimumLevel = settings.Level switch
        {
            "Debug" => LogEventLevel.Debug,
            "Information" => LogEventLevel.Information,
            "Warning" => LogEventLevel.Warning,
            "Error" => LogEventLevel.Error,
            _ => throw new ArgumentException($"Log.Level is {settings.Level}; it must be Debug, Information, Warning or Error.", nameof(settings)),
        };
        _formatter.Json = settings.Json;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Factory.Dispose();

        // Whoever was to read the output may stand still for ever; then what waits is lost.
        Task.Run(_logger.Dispose).Wait(LongestFlush);
    }

    /// <summary>Where the sink tells what it lost.</summary>
    private sealed class Queue : IAsyncLogEventSinkMonitor
    {
        public IAsyncLogEventSinkInspector? Inspector { get; private set; }

        public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => Inspector = inspector;

        public void StopMonitoring(IAsyncLogEventSinkInspector inspector)
        {
            // What was lost stays lost.
        }
    }

    /// <summary>Writes to a given writer; for tests, and for whoever embeds a gate.</summary>
    private sealed class WriterSink(ITextFormatter formatter, TextWriter output) : ILogEventSink
    {
        private readonly Lock _lock = new();

        public void Emit(LogEvent logEvent)
        {
            using var line = new StringWriter(CultureInfo.InvariantCulture);
            formatter.Format(logEvent, line);
            lock (_lock) output.Write(line.ToString());
        }
    }
}
