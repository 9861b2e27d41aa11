using System.Text;
using System.Text.Json;
using PodGate.Control.Configuration;
using PodGate.Control.Configuration.Reading;
using PodGate.Core.Health;

namespace PodGate.Control.Tests.Configuration;

/// <summary>Schema and documentation say the same of health objects and checks as the tables that these are read by.</summary>
public sealed class NestedTableTests
{
    private static readonly string Page = Read("docs", "operating", "configuration.md");

    [Fact]
    public void Health_IsDescribed()
    {
        var rows = SchemaShape.RowsOf(Page, "in `Health`");
        var schema = Definition("health");

        Names(schema).Should().Equal(HealthKind.Keys);
        rows.Select(NameOf).Should().Equal(HealthKind.Keys);
        rows[0].Should().Contain($"`\"{GateConfiguration.DefaultHealth}\"`");
        ShouldFit(HealthKind.Members, new HealthSettings(new Uri("http://127.0.0.1/")), rows, schema);
    }

    [Fact]
    public void Freshness_IsDescribed() => ShouldFit(new FreshnessKind(), "in `Freshness`", "freshness");

    [Fact]
    public void Identity_IsDescribed() => ShouldFit(new IdentityKind(), "in `Identity`", "identity");

    [Fact]
    public void Component_IsDescribed() => ShouldFit(new ComponentKind(), "in a component", "component", required: "Rule");

    [Fact]
    public void Step_IsDescribed() => ShouldFit(new StepKind(), "in a step", "step");

    [Fact]
    public void Check_IsDescribed()
    {
        var kind = new CheckKind();
        var own = kind.Members.Where(member => !StepKind.Keys.Contains(member.Name)).ToList();
        var rows = SchemaShape.RowsOf(Page, "in a check");
        var schema = Definition("check");

        Names(schema).Should().Equal(kind.ItemKeys);
        rows.Select(NameOf).Should().Equal(own.Select(member => member.Name).OrderBy(name => name is "Tcp" ? 0 : name is "Steps" ? 1 : 2));
        ShouldFit([.. own.Where(member => member.Name != "Steps")], kind.Defaults, rows, schema);
        schema.GetProperty("properties").GetProperty("Steps").GetProperty("maxItems").GetInt32().Should().Be(CheckSettings.MostSteps);
        foreach (var key in StepKind.Keys)
            schema.GetProperty("properties").GetProperty(key).GetProperty("$ref").GetString().Should().Be($"#/$defs/step/properties/{key}");
    }

    [Fact]
    public void Format_HasEveryWord()
    {
        var words = Enum.GetNames<HealthFormat>();

        Definition("health").GetProperty("properties").GetProperty("Format").GetProperty("enum").EnumerateArray().Select(word => word.GetString()).Should().Equal(words);
        SchemaShape.RowsOf(Page, "in `Health`").Should().ContainSingle(row => row.Contains($"| {string.Join(", ", words)} |"));
    }

    [Fact]
    public void ExamplesOfThePage_Load_WithoutAWarning()
    {
        var examples = Page.Split("```json\n").Skip(1).Select(part => part.Split("```")[0]).ToList();

        examples.Should().NotBeEmpty();
        foreach (var example in examples)
            ConfigurationText.Describe(ConfigurationTestFiles.Load(Encoding.UTF8.GetBytes(example))).Should().BeEmpty();
    }

    private static void ShouldFit<T>(ObjectKind<T> kind, string heading, string definition, string? required = null)
        where T : class
    {
        var rows = SchemaShape.RowsOf(Page, heading);
        var schema = Definition(definition);
        Names(schema).Should().Equal(kind.ItemKeys);
        rows.Select(NameOf).Should().Equal(kind.ItemKeys);
        ShouldFit([.. kind.Members.Where(member => member.Name != required)], kind.Defaults, rows, schema);
        if (required is not null)
            (schema.GetProperty("required")[0].GetString(), rows[0].Contains("| none, required |")).Should().Be((required, true));
    }

    private static void ShouldFit<T>(IReadOnlyList<ObjectMember<T>> members, T defaults, List<string> rows, JsonElement schema)
    {
        foreach (var member in members)
        {
            var row = rows.Single(row => NameOf(row) == member.Name);
            var property = schema.GetProperty("properties").GetProperty(member.Name);
            row.Should().StartWith($"| `{member.Name}` | `{member.Show(defaults)}` |");
            SchemaShape.ShouldSayLimits(row, member.Kind, member.Name);
            SchemaShape.ShouldHaveDefault(property, member.Show(defaults), member.Name);
            SchemaShape.ShouldHaveLimits(property, member.Kind, member.Name);
        }
    }

    private static string NameOf(string row) => row.Split('`')[1];

    private static IEnumerable<string> Names(JsonElement schema)
    {
        schema.GetProperty("additionalProperties").GetBoolean().Should().BeFalse();
        return [.. schema.GetProperty("properties").EnumerateObject().Select(property => property.Name)];
    }

    private static JsonElement Definition(string name)
    {
        using var schema = JsonDocument.Parse(Read("config", "podgate.schema.json"));
        return schema.RootElement.GetProperty("$defs").GetProperty(name).Clone();
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([ConfigurationTestFiles.Root, .. path]));
}
