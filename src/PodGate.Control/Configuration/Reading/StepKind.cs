using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using PodGate.Core.Health;

namespace PodGate.Control.Configuration.Reading;

/// <summary>One request of a check, and what its answer must be.</summary>
internal sealed class StepKind() : ObjectKind<CheckStep>(
    "a step",
    "write an object, such as { \"Path\": \"/login\", \"Status\": [200] }",
    new CheckStep(),
    Table)
{
    /// <summary>What stands in texts for a value that is new in every run.</summary>
    private const string Nonce = "{nonce}";

    private const int LongestBody = 65_536;

    /// <summary>The rows of a step; a check of one step has them as its own.</summary>
    public static IReadOnlyList<ObjectMember<CheckStep>> Table { get; } =
    [
        ObjectMember<CheckStep>.Of(
            "Method",
            new TextKind("a method", "write one such as \"GET\" or \"POST\"", WrongMethod),
            s => s.Method,
            (s, v) => s with { Method = v }),
        ObjectMember<CheckStep>.Of(
            "Path",
            new TextKind("a path", "write a path and query that begin with /, such as \"/login\"", WrongPath),
            s => s.Path,
            (s, v) => s with { Path = v }).Always(),
        ObjectMember<CheckStep>.Of("Headers", new HeadersKind(), s => s.Headers, (s, v) => s with { Headers = v }),
        ObjectMember<CheckStep>.OfTextOrNull(
            "Body",
            Texts.UpTo("a body", $"write a text of up to {LongestBody} characters, or null", LongestBody, mayBeEmpty: true, mayHaveLines: true, hidden: true),
            s => s.Body,
            (s, v) => s with { Body = v }),
        ObjectMember<CheckStep>.Of(
            "Status",
            new ListKind<int>(StatusKind.OfAnswers, "a list of status codes", "write a list, such as [200]", most: 32) { IsDistinct = true },
            s => s.Status,
            (s, v) => s with { Status = v }),
        ObjectMember<CheckStep>.OfTextOrNull(
            "BodyContains",
            Texts.UpTo("a text", "write what the body must contain, up to 1000 characters, or null", 1000, mayHaveLines: true),
            s => s.BodyContains,
            (s, v) => s with { BodyContains = v }),
        ObjectMember<CheckStep>.OfTextOrNull(
            "BodyMatches",
            new TextKind("a regular expression", "write one without look-around and back references, such as \"^(ok|ready)$\", or null", WrongExpression),
            s => s.BodyMatches,
            (s, v) => s with { BodyMatches = v }),
        ObjectMember<CheckStep>.OfTextOrNull("JsonPath", Texts.FieldPath, s => s.JsonPath, (s, v) => s with { JsonPath = v }),
        ObjectMember<CheckStep>.OfTextOrNull("JsonEquals", new JsonTextKind(), s => s.JsonEquals, (s, v) => s with { JsonEquals = v }),
        ObjectMember<CheckStep>.OfValueOrNull(
            "Slowest",
            DurationKind.Of("00:00:00.001", "00:01:00", orNull: true),
            s => s.Slowest,
            (s, v) => s with { Slowest = v }),
    ];

    /// <summary>The names of the rows.</summary>
    public static FrozenSet<string> Keys { get; } = Table.Select(member => member.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Complains of what in a step cannot be true together.</summary>
    /// <param name="step">The step, each member of it right by itself.</param>
    /// <param name="key">Its key, or that of the check that it is the only step of.</param>
    /// <param name="findings">Where complaints go.</param>
    public static bool Check(CheckStep step, string key, Findings findings)
    {
        var isWell = true;
        if (step is { JsonEquals: not null, JsonPath: null })
            Complain("JsonEquals", "has no JsonPath beside it", "add \"JsonPath\": \"status\"");
        if (step.Method == "HEAD" && WantsOfBody(step) is { } wants)
            Complain(wants, "wants a body, and the answer to a HEAD has none", "write \"GET\" for Method, or take it out");
        if (step.Body is null && step.Headers.Keys.FirstOrDefault(name => name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)) is { } header)
            Complain($"Headers.{header}", "describes a body, and there is none", "add Body, or take it out");
        return isWell;

        void Complain(string name, string what, string remedy)
        {
            isWell = false;
            findings.Error(findings.PlaceOf($"{key}.{name}"), $"{key}.{name}", what, remedy);
        }
    }

    protected override bool HasShape(WrittenValue written, string key, Findings findings) =>
        written.Members.Count > 0 || Refuse(written, key, findings, "is empty", "write at least \"Path\": \"/\"");

    protected override bool IsSound(CheckStep value, WrittenValue written, string key, Findings findings) => Check(value, key, findings);

    private static string? WantsOfBody(CheckStep step) => step switch
    {
        { BodyContains: not null } => "BodyContains",
        { BodyMatches: not null } => "BodyMatches",
        { JsonPath: not null } => "JsonPath",
        _ => null,
    };

    private static string? WrongMethod(string text)
    {
        if (text.Length is 0 or > 20 || !text.All(c => char.IsAsciiLetter(c) || c == '-'))
            return "";
        if (text.Any(char.IsAsciiLetterLower))
            return "has small letters in it: methods are compared exactly";
        return text is "CONNECT" or "TRACE" ? "is a method that pods have no answer for" : null;
    }

    private static string? WrongPath(string text)
    {
        if (!text.StartsWith('/') || text.StartsWith("//", StringComparison.Ordinal))
            return "";
        return WebUrl.TryRead("http://127.0.0.1" + text.Replace(Nonce, "0", StringComparison.Ordinal), out _, out var wrong) ? null : wrong;
    }

    private static string? WrongExpression(string text)
    {
        if (text.Length is 0 or > 1000)
            return text.Length == 0 ? "is empty" : "is longer than 1000 characters";
        try
        {
            _ = new Regex(text.Replace(Nonce, "0", StringComparison.Ordinal), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return null;
        }
        catch (RegexParseException e)
        {
            // The platform's message repeats the expression in front of what is wrong with it.
            var at = e.Message.IndexOf($"at offset {e.Offset}. ", StringComparison.Ordinal);
            var reason = at < 0 ? e.Error.ToString() : e.Message[(at + $"at offset {e.Offset}. ".Length)..].TrimEnd('.');
            return $"is not a regular expression: {reason}, at character {e.Offset}";
        }
        catch (NotSupportedException)
        {
            return "needs backtracking, or is too large without it";
        }
    }

    /// <summary>What must stand in a JSON body: a text, or a number or flag as JSON writes it.</summary>
    private sealed class JsonTextKind : ValueKind<string>
    {
        private static readonly TextKind Text = Texts.UpTo(
            "a text",
            "write a text of up to 1000 characters, a number, true or false",
            1000,
            mayBeEmpty: true,
            mayHaveLines: true);

        public override string Name => Text.Name;

        protected override string Example => Text.Remedy;

        public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out string? value) =>
            Text.TryRead(
                written.Kind switch
                {
                    WrittenKind.True => new WrittenValue(WrittenKind.Text, written.Place, "true"),
                    WrittenKind.False => new WrittenValue(WrittenKind.Text, written.Place, "false"),
                    WrittenKind.Number => new WrittenValue(WrittenKind.Text, written.Place, written.Text),
                    _ => written,
                },
                key,
                findings,
                out value);

        public override string Show(string value) => Text.Show(value);
    }
}
