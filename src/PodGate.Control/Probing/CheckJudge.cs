using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>Holds an answer against what a step of a check expects. Its sentences carry numbers and the gate's words only.</summary>
internal static class CheckJudge
{
    private const int DeepestJson = 32;
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    // Without backtracking the time is in proportion to the text; the limit is for a pattern whose proportion is enormous.
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Judges an answer.</summary>
    /// <param name="step">What is expected.</param>
    /// <param name="answer">What came.</param>
    /// <param name="took">How long it took, connection and body included.</param>
    /// <returns>Healthy, or what is wrong, in words that go on behind the check's name.</returns>
    internal static (ProbeResult Result, string Sentence) Judge(CheckStep step, HttpAnswer answer, TimeSpan took)
    {
        var isRight = step.Status.IsDefaultOrEmpty ? answer.Status is >= 200 and <= 299 : step.Status.Contains(answer.Status);
        if (!isRight)
        {
            // What too much load would explain is told apart: after a failover it condemns nobody.
            var result = answer.Status is 429 or 503 ? ProbeResult.Overloaded : ProbeResult.Unhealthy;
            return (result, $" answered {answer.Status}, expected {Expected(step)}");
        }

        if (WrongBody(step, answer) is { } wrong) return (ProbeResult.Unhealthy, $" answered {answer.Status}, but {wrong}");
        if (step.Slowest is { } slowest && took > slowest)
        {
            return (ProbeResult.TooSlow, string.Create(
                CultureInfo.InvariantCulture, $" answered right after {took.TotalSeconds:0.###} s, and {slowest.TotalSeconds:0.###} s is the slowest acceptable"));
        }

        return (ProbeResult.Healthy, "");
    }

    /// <summary>
    /// Why an answer is another pod's, in words that go on behind the check's name; null when nothing says so. Only a name that is there says something: what
    /// answers a check may be another part of the pod than what answers for its health, one that does not name it.
    /// </summary>
    /// <param name="pod">The pod's settings.</param>
    /// <param name="answer">What came.</param>
    internal static string? Stranger(PodSettings pod, HttpAnswer answer)
    {
        if (pod.Health.Identity is not { Header: { } header } identity || answer.Header(header)?.Trim() is not { Length: > 0 } said) return null;
        var expected = identity.Expected ?? pod.Name;
        // What it says is the pod's own word, which no sentence repeats.
        return said.Equals(expected, StringComparison.OrdinalIgnoreCase)
            ? null
            : $" answered {answer.Status}, but its header {header} names something else; {expected} was expected";
    }

    private static string Expected(CheckStep step) =>
        step.Status.IsDefaultOrEmpty ? "200 to 299" : string.Join(" or ", step.Status.Select(code => code.ToString(CultureInfo.InvariantCulture)));

    private static string? WrongBody(CheckStep step, HttpAnswer answer)
    {
        if (step is { BodyContains: null, BodyMatches: null, JsonPath: null }) return null;
        if (answer.Encoding is { } encoding && answer.Body.Length > 0) return $"its body is compressed ({encoding}) although that was not asked for";
        var text = Encoding.UTF8.GetString(answer.Body);
        var cut = answer.Truncated ? $" in its first {CheckRunner.BodyLimit / 1024} KiB" : "";
        if (step.BodyContains is { } part && !text.Contains(part, StringComparison.Ordinal)) return $"its body does not contain what it should{cut}";
        if (step.BodyMatches is { } pattern && !Regex.IsMatch(text, pattern, Linear, LongestMatch)) return $"its body does not match what it should{cut}";
        return step.JsonPath is { } path ? WrongJson(path, step.JsonEquals, answer) : null;
    }

    private static string? WrongJson(string path, string? expected, HttpAnswer answer)
    {
        if (answer.Truncated) return $"its JSON is longer than {CheckRunner.BodyLimit / 1024} KiB";
        try
        {
            var body = answer.Body.AsMemory();
            if (body.Span.StartsWith(Encoding.UTF8.Preamble)) body = body[Encoding.UTF8.Preamble.Length..];
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DeepestJson });
            if (Find(document.RootElement, path) is not { } found) return "its JSON does not have the path that it should";
            var value = found.ValueKind == JsonValueKind.String ? found.GetString() : found.GetRawText();
            return expected is null || value == expected ? null : "its JSON has another value than it should";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A text with half a surrogate pair parses, and cannot be had as a string.
            return "its body is not JSON";
        }
    }

    /// <summary>Follows names in objects and indices in arrays.</summary>
    private static JsonElement? Find(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)) element = member;
            else if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < element.GetArrayLength()) element = element[index];
            else return null;
        }

        return element;
    }
}
