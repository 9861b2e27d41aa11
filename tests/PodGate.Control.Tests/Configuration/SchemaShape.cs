using System.Text.Json;
using PodGate.Control.Configuration.Reading;

namespace PodGate.Control.Tests.Configuration;

/// <summary>What schema and documentation must say of a key of some kind.</summary>
internal static class SchemaShape
{
    /// <summary>Limits that are another key's value, so that schema and documentation say them in words.</summary>
    private static readonly string[] Relative = ["Probing.FastInterval", "Failover.SuspensionHoldLongest"];

    /// <summary>The rows of the table of the documentation whose first column is headed so.</summary>
    public static List<string> RowsOf(string page, string heading)
    {
        var lines = page.Split('\n');
        var at = Array.FindIndex(lines, line => line.StartsWith($"| {heading} |", StringComparison.Ordinal));
        at.Should().BeGreaterThan(-1, $"there is a table of \"{heading}\"");
        return [.. lines.Skip(at + 2).TakeWhile(line => line.StartsWith('|'))];
    }

    public static void ShouldHaveDefault(JsonElement schema, string expected, string key)
    {
        using var document = JsonDocument.Parse(expected);
        JsonElement.DeepEquals(schema.GetProperty("default"), document.RootElement).Should().BeTrue($"the default of {key} is {expected}");
    }

    public static void ShouldHaveLimits(JsonElement schema, object kind, string key)
    {
        switch (kind)
        {
            case DurationKind duration:
                var type = duration.OrNull ? schema.GetProperty("anyOf")[0] : schema;
                type.GetProperty("$ref").GetString().Should().Be("#/$defs/duration", key);
                if (!Relative.Contains(key))
                    schema.GetProperty("description").GetString().Should().EndWith($"{Limits(kind)}.", key);
                break;
            case WholeNumberKind number:
                (schema.GetProperty("minimum").GetInt64(), schema.GetProperty("maximum").GetInt64()).Should().Be((number.OrZero ? 0 : number.Least, number.Most), key);
                break;
            case SlotsKind:
                (schema.GetProperty("minimum").GetInt64(), schema.GetProperty("maximum").GetInt64()).Should().Be((SlotsKind.Number.Least, SlotsKind.Number.Most), key);
                break;
            case ListKind<Uri> list:
                schema.GetProperty("maxItems").GetInt32().Should().Be(list.Most, key);
                break;
            case ListKind<int> list:
                schema.GetProperty("maxItems").GetInt32().Should().Be(list.Most, key);
                break;
            case ChecksKind checks:
                schema.GetProperty("maxProperties").GetInt32().Should().Be(checks.Most, key);
                break;
            case ComponentsKind components:
                schema.GetProperty("maxProperties").GetInt32().Should().Be(components.Most, key);
                break;
        }
    }

    public static void ShouldSayLimits(string row, object kind, string key)
    {
        if (Limits(kind) is { } limits)
            row.Should().Contain(limits, $"{key} says its limits");
    }

    private static string? Limits(object kind) => kind switch
    {
        DurationKind duration => $"{DurationKind.Write(duration.Least)} to {DurationKind.Write(duration.Most)}",
        WholeNumberKind number => $"{number.Least} to {number.Most}",
        SlotsKind => $"{SlotsKind.Number.Least} to {SlotsKind.Number.Most}",
        ChecksKind checks => $"up to {checks.Most} ",
        ListKind<Uri> list => $"up to {list.Most} ",
        HeadersKind => $"{HeadersKind.MostHeaders}",
        _ => null,
    };
}
