using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace PodGate.Control.Configuration.Reading;

/// <summary>
/// Turns bytes into values that know their line and column. A walk of its own instead of a JsonDocument, because that one forgets
/// places and says nothing about duplicate names.
/// </summary>
internal static class ConfigurationTree
{
    /// <summary>A configuration is small; something larger is another file given by mistake.</summary>
    public const int LargestFile = 4 * 1024 * 1024;

    private static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

    /// <summary>The root, or null when the bytes are no JSON; then that is the one complaint.</summary>
    public static WrittenValue? Parse(ReadOnlySpan<byte> content, string file, Findings findings)
    {
        var start = content.StartsWith("\uFEFF"u8) ? 3 : 0;
        content = content[start..];
        if (content.Length > LargestFile)
        {
            findings.Error(
                new(file, 1, 1),
                "",
                $"is larger than {LargestFile / 1024 / 1024} MB",
                "give the configuration file of the gate");
            return null;
        }

        var lines = new LineIndex(content, file);
        if (!Utf8.IsValid(content))
        {
            findings.Error(lines.At(FirstInvalid(content)), "", "is not UTF-8", "save the file as UTF-8");
            return null;
        }

        var reader = new Utf8JsonReader(content, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = 32,
        });
        try
        {
            reader.Read();
            var root = ReadValue(ref reader, lines, "", findings);
            reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            var place = lines.At((int)(e.LineNumber ?? 0), (int)(e.BytePositionInLine ?? 0));
            findings.Error(
                place,
                "",
                $"is not JSON: {Reason(e, content, lines, place)}",
                "correct it there or just before (comments and trailing commas are allowed)");
            return null;
        }
    }

    private static WrittenValue ReadValue(ref Utf8JsonReader reader, LineIndex lines, string key, Findings findings)
    {
        var place = lines.At((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, lines, key, findings);
            case JsonTokenType.StartArray:
                var array = new WrittenValue(WrittenKind.Array, place);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    array.Items.Add(ReadValue(ref reader, lines, $"{key}[{array.Items.Count}]", findings));
                return array;
            case JsonTokenType.String:
                return new(WrittenKind.Text, place, ReadText(ref reader, place, key, findings));
            case JsonTokenType.Number:
                return new(WrittenKind.Number, place, Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True:
                return new(WrittenKind.True, place);
            case JsonTokenType.False:
                return new(WrittenKind.False, place);
            default:
                return new(WrittenKind.Null, place);
        }
    }

    private static WrittenValue ReadObject(ref Utf8JsonReader reader, LineIndex lines, string key, Findings findings)
    {
        var written = new WrittenValue(WrittenKind.Object, lines.At((int)reader.TokenStartIndex));
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var place = lines.At((int)reader.TokenStartIndex);
            var name = ReadText(ref reader, place, key, findings);
            var path = WrittenValue.Join(key, name);
            reader.Read();
            var value = ReadValue(ref reader, lines, path, findings);
            if (seen.TryAdd(name, place.Line))
                written.Members.Add(new(name, place, value));
            else
                findings.Error(
                    place,
                    path,
                    $"is there twice (first in line {seen[name].ToString(CultureInfo.InvariantCulture)})",
                    "keep one of them");
        }

        return written;
    }

    private static string ReadText(ref Utf8JsonReader reader, ConfigurationPlace place, string key, Findings findings)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // The bytes are valid UTF-8, so what is left is an escape of half a surrogate pair.
            findings.Error(place, key, "has half a character in it (a \\u escape of a lone surrogate)", "write the character itself");
            return "";
        }
    }

    /// <summary>The reader's message without the position, which is said in front; its words about an early end are for programmers.</summary>
    private static string Reason(JsonException e, ReadOnlySpan<byte> content, LineIndex lines, ConfigurationPlace place)
    {
        if (content.TrimEnd(Blanks).IsEmpty)
            return "it is empty";
        if (place.CompareTo(lines.At(content.TrimEnd(Blanks).Length)) >= 0)
            return "it ends before everything is closed";
        var text = e.Message;

        // It would show the rest of the line, and that may be a secret that lacks its quotes.
        const string Literal = " is an invalid JSON literal. ";
        if (text.IndexOf(Literal, StringComparison.Ordinal) is var literal and >= 0)
            text = "it has a word without quotes. " + text[(literal + Literal.Length)..];
        var tail = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (tail < 0 ? text : text[..tail]).TrimEnd('.', ' ').ReplaceLineEndings(" ");
    }

    private static int FirstInvalid(ReadOnlySpan<byte> content)
    {
        var at = 0;
        while (at < content.Length && Rune.DecodeFromUtf8(content[at..], out _, out var used) == System.Buffers.OperationStatus.Done)
            at += used;
        return at;
    }
}

/// <summary>Finds line and column (both from 1, the column in characters) of a byte.</summary>
internal sealed class LineIndex
{
    private readonly byte[] _content;
    private readonly string _file;
    private readonly List<int> _starts = [0];

    public LineIndex(ReadOnlySpan<byte> content, string file)
    {
        _content = content.ToArray();
        _file = file;
        for (var i = 0; i < _content.Length; i++)
        {
            if (_content[i] == (byte)'\n')
                _starts.Add(i + 1);
        }
    }

    /// <summary>The place of a byte offset.</summary>
    public ConfigurationPlace At(int offset)
    {
        var line = _starts.BinarySearch(offset);
        line = line < 0 ? ~line - 1 : line;
        return At(line, offset - _starts[line]);
    }

    /// <summary>The place of a byte within a line, both counted from 0.</summary>
    public ConfigurationPlace At(int line, int bytesIntoLine)
    {
        line = Math.Clamp(line, 0, _starts.Count - 1);
        var start = _starts[line];
        var end = Math.Clamp(start + bytesIntoLine, start, _content.Length);
        return new(_file, line + 1, Encoding.UTF8.GetCharCount(_content, start, end - start) + 1);
    }
}
