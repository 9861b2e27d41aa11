using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace PodGate.Proxy.Signals;

/// <summary>A request that stands for others like it: whose traces are kept can look at this one.</summary>
/// <param name="TraceId">The id of its trace, 32 hexadecimal digits.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="At">When it ended.</param>
public sealed record Exemplar(string TraceId, double Seconds, DateTimeOffset At)
{
    /// <summary>From here on a request counts as slow.</summary>
    internal static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    /// <summary>One of a class of durations is kept for so long at least: what fails by the thousand is not to cost by the thousand.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private const int TraceAt = 3;
    private const int TraceDigits = 32;
    private const int ParentAt = 36;
    private const int ParentDigits = 16;
    private const int FlagsAt = 53;
    private const int Length = 55;

    /// <summary>
    /// The id of the trace in a <c>traceparent</c> header (W3C Trace Context), if it is sampled; else null. What is not such a header is none: it comes from
    /// anybody.
    /// </summary>
    /// <param name="header">The header.</param>
    internal static string? SampledTrace(StringValues header)
    {
        if (header.Count != 1 || header[0] is not { Length: >= Length } text) return null;
        var version = text.AsSpan(0, 2);
        var trace = text.AsSpan(TraceAt, TraceDigits);
        var parent = text.AsSpan(ParentAt, ParentDigits);
        var flags = text.AsSpan(FlagsAt, 2);
        if (text[TraceAt - 1] != '-' || text[ParentAt - 1] != '-' || text[FlagsAt - 1] != '-' || version is "ff") return null;

        // A later version may say more behind it; the first one does not.
        if (text.Length > Length && (version is "00" || text[Length] != '-')) return null;
        if (!IsHex(version) || !IsHex(trace) || !IsHex(parent) || !IsHex(flags)) return null;
        if (!trace.ContainsAnyExcept('0') || !parent.ContainsAnyExcept('0')) return null;
        return (Convert.ToByte(text.Substring(FlagsAt, 2), 16) & 1) == 0 ? null : trace.ToString();
    }

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Digits);
}
