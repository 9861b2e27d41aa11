using System.Text.Json;
using System.Text.RegularExpressions;
using PodGate.Control.Configuration;
using PodGate.Control.Configuration.Reading;
using PodGate.Core.Health;

namespace PodGate.Control.Tests.Configuration;

/// <summary>Reference file, schema and documentation say the same as the table of keys and the defaults of the records.</summary>
public sealed partial class ReferenceFileTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [Fact]
    public void SmallestFile_Loaded_IsTheDefaultsWithThreePods()
    {
        var configuration = LoadFile("podgate.json");

        configuration.Fleet.Pods.Keys.Should().Equal("pod-a", "pod-b", "pod-c");
        ShouldBeDefaults(configuration);
    }

    [Fact]
    public void ReferenceFile_Loaded_IsTheDefaults() => ShouldBeDefaults(LoadFile("podgate.reference.json"));

    [Fact]
    public void ReferenceFile_HasEveryKeyAndNoOther()
    {
        using var file = JsonDocument.Parse(Read("config", "podgate.reference.json"), Lenient);

        var keys = file.RootElement.EnumerateObject()
            .SelectMany(member => member.Value.ValueKind == JsonValueKind.Object && !ConfigurationKeys.ByPath.ContainsKey(member.Name)
                ? member.Value.EnumerateObject().Select(child => $"{member.Name}.{child.Name}")
                : [member.Name]);

        keys.Should().BeEquivalentTo(ConfigurationKeys.Paths);

        // The first pod has everything that a pod may have, written out with its default; the others are written as people would.
        var pod = file.RootElement.GetProperty("Pods").EnumerateObject().First().Value;
        pod.EnumerateObject().Select(child => child.Name).Should().Equal(PodsKind.PodKeys);
        pod.GetProperty("Health").EnumerateObject().Select(child => child.Name).Should().Equal(HealthKind.Keys);
        pod.GetProperty("Health").GetProperty("Freshness").EnumerateObject().Select(child => child.Name).Should().Equal(new FreshnessKind().ItemKeys);
    }

    [Fact]
    public void ReferenceFile_Loaded_HasDefaultsInItsFirstPod()
    {
        var pods = LoadFile("podgate.reference.json").Fleet.Pods;

        pods["pod-a"].Health.Should().Be(new HealthSettings(new Uri("http://127.0.0.1:9101/health")));
        pods["pod-a"].Checks.Should().BeEmpty();
    }

    [Fact]
    public void ReferenceFile_CommentsOfChecks_NameEveryKeyWithItsDefault()
    {
        // Checks have no default of their own, so that their keys stand in comments only.
        var text = Read("config", "podgate.reference.json");

        foreach (var member in StepKind.Table)
            text.Should().Contain($"\"{member.Name}\": {member.Show(new CheckStep())}");
        foreach (var name in new[] { "Interval", "Timeout", "Rise", "Fall" })
            text.Should().Contain($"\"{name}\": {new CheckKind().Members.Single(member => member.Name == name).Show(new CheckSettings("a"))} (");
        foreach (var key in new CheckKind().ItemKeys.Concat(new IdentityKind().ItemKeys).Concat(new ComponentKind().ItemKeys))
            text.Should().Contain($"\"{key}\":");
    }

    [Fact]
    public void ReferenceFile_MarksTheKeysThatNeedARestart()
    {
        // A mark at the beginning of a comment holds for the keys between it and the next comment.
        var marked = new List<string>();
        var (isMarked, wasComment, section) = (false, false, "");
        foreach (var line in Read("config", "podgate.reference.json").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            var isComment = line.StartsWith("//", StringComparison.Ordinal);
            if (isComment && !wasComment)
                isMarked = line.StartsWith("// [restart]", StringComparison.Ordinal);
            wasComment = isComment;
            if (isComment || KeyLine().Match(line) is not { Success: true } match)
                section = line == "}," ? "" : section;
            else if (line.EndsWith(": {", StringComparison.Ordinal))
                (section, isMarked) = (match.Groups[1].Value + ".", false);
            else if (isMarked)
                marked.Add(section + match.Groups[1].Value);
        }

        marked.Should().BeEquivalentTo(ConfigurationKeys.All.Where(key => key.NeedsRestart).Select(key => key.Path));
    }

    [Fact]
    public void Schema_HasTheKeysDefaultsAndLimitsOfTheTable()
    {
        using var schema = JsonDocument.Parse(Read("config", "podgate.schema.json"));
        var found = new Dictionary<string, JsonElement>();
        foreach (var member in schema.RootElement.GetProperty("properties").EnumerateObject())
        {
            if (!ConfigurationKeys.ByPath.ContainsKey(member.Name) && member.Value.TryGetProperty("properties", out var children))
            {
                member.Value.GetProperty("additionalProperties").GetBoolean().Should().BeFalse();
                foreach (var child in children.EnumerateObject())
                    found.Add($"{member.Name}.{child.Name}", child.Value);
            }
            else
            {
                found.Add(member.Name, member.Value);
            }
        }

        schema.RootElement.GetProperty("additionalProperties").GetBoolean().Should().BeFalse();
        found.Keys.Should().BeEquivalentTo(ConfigurationKeys.Paths);
        foreach (var key in ConfigurationKeys.All.Where(key => key.Path != "Pods"))
        {
            SchemaShape.ShouldHaveDefault(found[key.Path], key.Show(new GateConfiguration()), key.Path);
            SchemaShape.ShouldHaveLimits(found[key.Path], key.Kind, key.Path);
        }

        Names(found["Pods"].GetProperty("additionalProperties")).Should().Equal(PodsKind.PodKeys);
        Names(found["Listen"].GetProperty("items").GetProperty("anyOf")[1]).Should().Equal(new ListenKind().ItemKeys);

        static IEnumerable<string> Names(JsonElement element)
        {
            element.GetProperty("additionalProperties").GetBoolean().Should().BeFalse();
            return element.GetProperty("properties").EnumerateObject().Select(property => property.Name);
        }
    }

    [Fact]
    public void Documentation_HasEveryKeyWithDefaultVariableAndRestart()
    {
        var rows = SchemaShape.RowsOf(Read("docs", "operating", "configuration.md"), "key");
        foreach (var key in ConfigurationKeys.All.Where(key => key.Path != "Pods"))
        {
            var row = rows.Should().ContainSingle(line => line.StartsWith($"| `{key.Path}` |", StringComparison.Ordinal), $"{key.Path} is documented").Which;
            row.Should().Contain($"| `{key.Show(new GateConfiguration())}` |");
            row.TrimEnd(' ', '|').EndsWith("restart", StringComparison.Ordinal).Should().Be(key.NeedsRestart, $"{key.Path} says when it takes effect");
            SchemaShape.ShouldSayLimits(row, key.Kind, key.Path);
        }

        rows.Should().OnlyContain(row => ConfigurationKeys.Paths.Any(path => row.StartsWith($"| `{path}` |")));
    }

    private static void ShouldBeDefaults(GateConfiguration configuration)
    {
        var defaults = new GateConfiguration();
        defaults = defaults with { StateDirectory = Path.Combine(ConfigurationTestFiles.Root, "config", defaults.StateDirectory) };
        foreach (var key in ConfigurationKeys.All.Where(key => key.Path != "Pods"))
            key.Show(configuration).Should().Be(key.Show(defaults), key.Path);
        configuration.Fleet.Should().Be(defaults.Fleet with { Pods = configuration.Fleet.Pods });
        configuration.Admin.Listen.Should().Be(defaults.Admin.Listen);
        configuration.Affinity.Should().Be(defaults.Affinity);
        configuration.Forwarding.Should().Be(defaults.Forwarding);
        configuration.Alerts.Should().Be(defaults.Alerts);
        configuration.Log.Should().Be(defaults.Log);
        configuration.Listen.Should().Equal(defaults.Listen);
    }

    private static GateConfiguration LoadFile(string name)
    {
        var loaded = new ConfigurationLoader(TimeProvider.System).LoadFile(Path.Combine(ConfigurationTestFiles.Root, "config", name), ConfigurationTestFiles.NoEnvironment);
        ConfigurationText.Describe(loaded).Should().BeEmpty();
        return loaded.Configuration!;
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([ConfigurationTestFiles.Root, .. path]));

    [GeneratedRegex("^\"(\\w+)\":")]
    private static partial Regex KeyLine();
}
