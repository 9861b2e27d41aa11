using System.Text;

namespace PodGate.Core.Health.Formats;

/// <summary>A text of one word, such as ASP.NET Core's <c>Healthy</c>, <c>Degraded</c>, <c>Unhealthy</c>.</summary>
internal static class TextFormat
{
    /// <summary>Reads it; null when it is no known word.</summary>
    /// <param name="body">Without white space around it.</param>
    internal static HealthFinding? Read(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body.Length > HealthWords.Longest) return null;
        Span<char> word = stackalloc char[HealthWords.Longest];
        var result = HealthWords.Of(word[..Encoding.UTF8.GetChars(body, word)]);
        return result == ProbeResult.Unreadable ? null : HealthFinding.Of(result);
    }
}
