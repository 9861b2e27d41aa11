using System.Buffers;
using System.Globalization;
using System.Text;

namespace PodGate.Metrics;

/// <summary>The kinds of metric that the text format knows and that this gate uses.</summary>
internal enum MetricKind
{
    /// <summary>Goes up only, and starts again at zero with the process.</summary>
    Counter,

    /// <summary>Any value at any time.</summary>
    Gauge,

    /// <summary>Counts in cumulative buckets, with a sum.</summary>
    Histogram,
}

/// <summary>A label of a sample.</summary>
/// <param name="Name">Lower case words joined by underscores.</param>
/// <param name="Value">Anything; it is escaped.</param>
internal readonly record struct Label(string Name, string Value);

/// <summary>An observation that stands for its bucket; OpenMetrics calls it an exemplar.</summary>
/// <param name="Label">Where to find it; name and value together at most 128 characters.</param>
/// <param name="Value">The observation.</param>
/// <param name="At">When it was made.</param>
internal readonly record struct SampleOfBucket(Label Label, double Value, DateTimeOffset At);

/// <summary>
/// Writes the classic Prometheus text format, version 0.0.4, or OpenMetrics 1.0, as UTF-8 into one pooled buffer. It knows HELP, TYPE, escaping and the
/// order that the formats demand (all samples of a family together), and nothing of PodGate. Not for several threads at once.
/// </summary>
/// <param name="isOpenMetrics">OpenMetrics instead of the classic format.</param>
internal sealed class ExpositionWriter(bool isOpenMetrics = false) : IDisposable
{
    /// <summary>What an answer in the classic format is to be labelled as.</summary>
    public const string ClassicType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>What an answer in OpenMetrics is to be labelled as.</summary>
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string CounterSuffix = "_total";

    /// <summary>No page grows beyond this; a fleet of hundreds of pods stays far below.</summary>
    public const int LargestPage = 32 * 1024 * 1024;

    private readonly HashSet<string> _families = new(StringComparer.Ordinal);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int _length;
    private string _family = "";
    private MetricKind _kind;

    /// <summary>What the answer is to be labelled as.</summary>
    public string ContentType => isOpenMetrics ? OpenMetricsType : ClassicType;

    /// <summary>What was written so far; valid until the next write and until disposal.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Begins a family: the samples that follow belong to it.</summary>
    /// <param name="name">Its name; counters end in <c>_total</c>.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="help">One sentence.</param>
    public void Family(string name, MetricKind kind, string help)
    {
        // To OpenMetrics the suffix belongs to the sample and not to the family.
        var told = isOpenMetrics && kind == MetricKind.Counter ? WithoutSuffix(name) : name;
        if (!_families.Add(told)) throw new InvalidOperationException($"The metric {name} was begun twice; all its samples must stand together.");
        _family = name;
        _kind = kind;
        Ascii("# HELP ");
        Ascii(told);
        Byte((byte)' ');
        Escaped(help, quotes: isOpenMetrics);
        Ascii("\n# TYPE ");
        Ascii(told);
        Ascii(kind switch
        {
            MetricKind.Counter => " counter\n",
            MetricKind.Gauge => " gauge\n",
            MetricKind.Histogram => " histogram\n",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind."),
        });
    }

    /// <summary>Writes one sample of the family that was begun last.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="labels">Its labels.</param>
    public void Sample(double value, params ReadOnlySpan<Label> labels)
    {
        if (_kind == MetricKind.Histogram) throw new InvalidOperationException($"{_family} is a histogram; a single sample is no part of it.");
        Line("", value, null, labels);
    }

    /// <summary>Writes a family that has one sample without labels.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="value">Its value.</param>
    public void Single(string name, MetricKind kind, string help, double value)
    {
        Family(name, kind, help);
        Sample(value);
    }

    /// <summary>Writes one histogram of the family that was begun last.</summary>
    /// <param name="bounds">Upper bounds, ascending, without infinity.</param>
    /// <param name="counts">Observations of each bucket, not cumulative; one more than there are bounds.</param>
    /// <param name="sum">The sum of all observations.</param>
    /// <param name="labels">Its labels.</param>
    public void Histogram(ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum, params ReadOnlySpan<Label> labels) =>
        SampledHistogram(bounds, counts, sum, [], labels);

    /// <summary>The same, with observations that stand for their bucket. The classic format has no place for them.</summary>
    /// <param name="bounds">Upper bounds, ascending, without infinity.</param>
    /// <param name="counts">Observations of each bucket, not cumulative; one more than there are bounds.</param>
    /// <param name="sum">The sum of all observations.</param>
    /// <param name="samples">One for each bucket, or null where there is none; or none at all.</param>
    /// <param name="labels">The histogram's labels.</param>
    public void SampledHistogram(
        ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum, ReadOnlySpan<SampleOfBucket?> samples, params ReadOnlySpan<Label> labels)
    {
        if (_kind != MetricKind.Histogram) throw new InvalidOperationException($"{_family} was not begun as a histogram.");
        if (counts.Length != bounds.Length + 1)
            throw new ArgumentException($"{_family} needs {bounds.Length + 1} counts, not {counts.Length}.", nameof(counts));
        long total = 0;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            total += counts[bucket];
            Line("_bucket", total, bucket < bounds.Length ? bounds[bucket] : double.PositiveInfinity, labels, bucket < samples.Length ? samples[bucket] : null);
        }

        Line("_sum", sum, null, labels);
        Line("_count", total, null, labels);
    }

    /// <summary>Ends the page: OpenMetrics wants to be sure that nothing is missing.</summary>
    public void End()
    {
        if (isOpenMetrics) Ascii("# EOF\n");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void Line(string suffix, double value, double? bound, ReadOnlySpan<Label> labels, SampleOfBucket? sample = null)
    {
        if (_family.Length == 0) throw new InvalidOperationException("A sample needs a family to belong to.");
        Ascii(_family);
        Ascii(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            Byte((byte)'{');
            for (var index = 0; index < labels.Length; index++)
            {
                if (index > 0) Byte((byte)',');
                Ascii(labels[index].Name);
                Ascii("=\"");
                Escaped(labels[index].Value, quotes: true);
                Byte((byte)'"');
            }

            if (bound is { } upper)
            {
                Ascii(labels.Length > 0 ? ",le=\"" : "le=\"");
                Number(upper);
                if (isOpenMetrics && double.IsInteger(upper)) Ascii(".0");
                Byte((byte)'"');
            }

            Byte((byte)'}');
        }

        Byte((byte)' ');
        Number(value);
        if (isOpenMetrics && sample is { } one) Sample(one);
        Byte((byte)'\n');
    }

    private void Sample(in SampleOfBucket sample)
    {
        Ascii(" # {");
        Ascii(sample.Label.Name);
        Ascii("=\"");
        Escaped(sample.Label.Value, quotes: true);
        Ascii("\"} ");
        Number(sample.Value);
        Byte((byte)' ');
        Number(sample.At.ToUnixTimeMilliseconds() / 1000.0);
    }

    private static string WithoutSuffix(string counter) => counter.EndsWith(CounterSuffix, StringComparison.Ordinal)
        ? counter[..^CounterSuffix.Length]
        : throw new InvalidOperationException($"The counter {counter} must end in {CounterSuffix}.");

    private void Number(double value)
    {
        // Nearly all are counts, for which the digits of a whole number are the same and are found sooner.
        if (value is > -1e15 and < 1e15 && double.IsInteger(value))
        {
            if (!((long)value).TryFormat(Room(32), out var digits, default, CultureInfo.InvariantCulture))
                throw new InvalidOperationException("A number did not fit.");
            _length += digits;
        }
        else if (double.IsNaN(value)) Ascii("NaN");
        else if (double.IsPositiveInfinity(value)) Ascii("+Inf");
        else if (double.IsNegativeInfinity(value)) Ascii("-Inf");
        else
        {
            // The shortest digits that read back as the same number; 32 bytes hold every double.
            if (!value.TryFormat(Room(32), out var bytes, "R", CultureInfo.InvariantCulture)) throw new InvalidOperationException("A number did not fit.");
            _length += bytes;
        }
    }

    /// <summary>Help texts escape backslash and line feed; label values the quotation mark as well.</summary>
    private void Escaped(string text, bool quotes)
    {
        var rest = text.AsSpan();
        while (true)
        {
            var special = quotes ? rest.IndexOfAny('\\', '\n', '"') : rest.IndexOfAny('\\', '\n');
            Text(special < 0 ? rest : rest[..special]);
            if (special < 0) return;
            Ascii(rest[special] switch { '\\' => "\\\\", '\n' => "\\n", _ => "\\\"" });
            rest = rest[(special + 1)..];
        }
    }

    private void Text(ReadOnlySpan<char> text) => _length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));

    private void Ascii(string text) => _length += Encoding.ASCII.GetBytes(text, Room(text.Length));

    private void Byte(byte value)
    {
        Room(1)[0] = value;
        _length++;
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            var needed = _length + bytes;
            if (needed > LargestPage) throw new InvalidOperationException($"The metrics page would be larger than {LargestPage} bytes.");
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(2 * _buffer.Length, LargestPage)));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }
}
