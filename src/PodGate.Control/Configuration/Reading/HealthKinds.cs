using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using PodGate.Core.Health;

namespace PodGate.Control.Configuration.Reading;

/// <summary>How a health document proves that it is not an old one.</summary>
internal sealed class FreshnessKind() : ObjectKind<FreshnessSettings>(
    "a rule of freshness",
    "write an object, such as { \"Field\": \"time\", \"Intervals\": 10 }",
    new FreshnessSettings(),
    ObjectMember<FreshnessSettings>.OfTextOrNull("Field", Texts.FieldPath, f => f.Field, (f, v) => f with { Field = v }),
    ObjectMember<FreshnessSettings>.Of(
        "Intervals",
        new WholeNumberKind(2, 10_000) { OrZero = true },
        f => f.Intervals,
        (f, v) => f with { Intervals = (int)v }))
{
    protected override bool IsSound(FreshnessSettings value, WrittenValue written, string key, Findings findings)
    {
        if (value is { Field: not null, Intervals: 0 })
            findings.Warning(
                findings.PlaceOf($"{key}.Field"),
                $"{key}.Field",
                "counts for nothing while Intervals is 0",
                "write 2 or more for Intervals, or take Field out");
        return true;
    }
}

/// <summary>How a health document proves whose it is: the name it must say, or an object that also says where.</summary>
internal sealed class IdentityKind() : ObjectKind<IdentitySettings>(
    "an identity",
    "write the name that the pod must say, or an object, such as { \"Expected\": \"pod-a\", \"Field\": \"pod\" }",
    new IdentitySettings(),
    ObjectMember<IdentitySettings>.OfTextOrNull("Expected", Expected, i => i.Expected, (i, v) => i with { Expected = v }),
    ObjectMember<IdentitySettings>.OfTextOrNull("Field", Texts.FieldPath, i => i.Field, (i, v) => i with { Field = v }),
    ObjectMember<IdentitySettings>.OfTextOrNull("Header", Texts.AnyHeaderName, i => i.Header, (i, v) => i with { Header = v }))
{
    private static TextKind Expected { get; } = Texts.UpTo("a pod's name", "write what the pod calls itself, 1 to 63 characters", 63);

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out IdentitySettings? value)
    {
        if (!written.IsText)
            return base.TryRead(written, key, findings, out value);
        value = Expected.TryRead(written, key, findings, out var expected) ? new IdentitySettings { Expected = expected } : null;
        return value is not null;
    }

    public override string Show(IdentitySettings value) =>
        value is { Expected: { } expected, Field: null, Header: null } ? Expected.Show(expected) : base.Show(value);
}

/// <summary>What a component may do to its pod: a word, or an object that also says for how long.</summary>
internal sealed class ComponentKind() : ObjectKind<ComponentSettings>(
    "a rule for a component",
    "write \"Condemn\", \"Degrade\", \"Ignore\", or an object, such as { \"Rule\": \"Degrade\", \"For\": \"00:10:00\" }",
    new ComponentSettings(ComponentRule.Condemn),
    ObjectMember<ComponentSettings>.Of("Rule", Rule, c => c.Rule, (c, v) => c with { Rule = v }),
    ObjectMember<ComponentSettings>.OfValueOrNull("For", For, c => c.For, (c, v) => c with { For = v }))
{
    private static ChoiceKind<ComponentRule> Rule { get; } = new(
        "a rule for a component", ("Condemn", ComponentRule.Condemn), ("Degrade", ComponentRule.Degrade), ("Ignore", ComponentRule.Ignore));

    private static DurationKind For { get; } = DurationKind.Of("00:00:01", "1.00:00:00", orNull: true);

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out ComponentSettings? value)
    {
        if (!written.IsText)
            return base.TryRead(written, key, findings, out value);
        value = Rule.TryRead(written, key, findings, out var rule) ? new ComponentSettings(rule) : null;
        return value is not null;
    }

    public override string Show(ComponentSettings value) =>
        value.For is { } time ? $"{{ \"Rule\": {Rule.Show(value.Rule)}, \"For\": {For.Show(time)} }}" : Rule.Show(value.Rule);

    protected override bool HasShape(WrittenValue written, string key, Findings findings)
    {
        if (written.Find("Rule") is not null)
            return true;
        return Refuse(written, key, findings, "has no Rule", "add \"Rule\": \"Degrade\"");
    }

    protected override bool IsSound(ComponentSettings value, WrittenValue written, string key, Findings findings)
    {
        if (value.For is null || value.Rule == ComponentRule.Degrade)
            return true;
        findings.Error(
            findings.PlaceOf($"{key}.For"),
            $"{key}.For",
            $"goes with \"Degrade\" only, and the rule is {Rule.Show(value.Rule)}",
            "take it out, or write \"Degrade\"");
        return false;
    }
}

/// <summary>Rules by the component's name.</summary>
internal sealed class ComponentsKind() : NamedKind<ComponentSettings>(
    new ComponentKind(),
    WrongName,
    "an object of components",
    "write rules with names, such as { \"db\": \"Condemn\", \"*\": \"Degrade\" }",
    "rules",
    HealthSettings.MostRules,
    StringComparer.OrdinalIgnoreCase)
{
    /// <summary>Longer names are cut in what the gate keeps of a document, so that they would never be met.</summary>
    private const int LongestName = 60;

    public override bool TryRead(
        WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out ImmutableSortedDictionary<string, ComponentSettings>? value)
    {
        if (!base.TryRead(written, key, findings, out value))
            return false;
        if (value.ContainsKey(HealthSettings.AnyComponent) && value.Values.All(rule => rule.Rule != ComponentRule.Condemn && !IsForAWhile(rule)))
            findings.Warning(
                written.Place,
                key,
                "lets no component ever condemn the pod",
                "write \"Condemn\" for those that the pod cannot do without, unless that is meant");
        return true;

        static bool IsForAWhile(ComponentSettings rule) => rule is { Rule: ComponentRule.Degrade, For: not null };
    }

    private static WrongName? WrongName(string name) =>
        name.Length is > 0 and <= LongestName && !name.Any(char.IsControl)
            ? null
            : new("is not a component's name", $"write 1 to {LongestName} characters, none of them a control character, or \"*\" for the rest");
}
