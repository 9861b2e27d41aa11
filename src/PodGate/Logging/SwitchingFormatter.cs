using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;

namespace PodGate.Logging;

/// <summary>
/// One line an event: text for people, or Serilog's JSON. In text, control characters are written as escapes: sentences may quote what
/// a pod answered, and no pod may forge a line of the log.
/// </summary>
internal sealed class SwitchingFormatter : ITextFormatter
{
    private readonly JsonFormatter _json = new(renderMessage: true);
    private volatile bool _useJson;

    /// <summary>Whether JSON is written.</summary>
    public bool Json
    {
        get => _useJson;
        set => _useJson = value;
    }

    /// <inheritdoc/>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        if (_useJson)
        {
            _json.Format(logEvent, output);
            return;
        }

        output.Write(logEvent.Timestamp.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Write(logEvent.Level switch
        {
            LogEventLevel.Verbose => " TRACE ",
            LogEventLevel.Debug => " DEBUG ",
            LogEventLevel.Information => " INFO  ",
            LogEventLevel.Warning => " WARN  ",
            LogEventLevel.Error => " ERROR ",
            LogEventLevel.Fatal => " FATAL ",
            _ => " ?     ",
        });
        WriteEscaped(Message(logEvent), output);
        output.Write('\n');
        if (logEvent.Exception is { } exception)
        {
            foreach (var line in exception.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                output.Write("    ");
                WriteEscaped(line.TrimEnd('\r'), output);
                output.Write('\n');
            }
        }
    }

    /// <summary>The message with its values as plain words; Serilog's own rendering would put every text value into quotation marks.</summary>
    private static string Message(LogEvent logEvent)
    {
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            if (token is Serilog.Parsing.PropertyToken property
                && logEvent.Properties.TryGetValue(property.PropertyName, out var value)
                && value is ScalarValue { Value: string text })
                message.Write(text);
            else
                token.Render(logEvent.Properties, message, CultureInfo.InvariantCulture);
        }

        return message.ToString();
    }

    private static void WriteEscaped(string text, TextWriter output)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character) || character is '\u2028' or '\u2029') output.Write($"\\u{(int)character:x4}");
            else output.Write(character);
        }
    }
}
