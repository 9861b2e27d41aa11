using PodGate.Control.Configuration;

namespace PodGate.Control.Tests.Configuration;

/// <summary>Every mistake has its line: where, key, what is wrong, what would be right. The table is <c>BadFiles.txt</c>.</summary>
public sealed class BadFileTests
{
    private const string Arrow = "=> ";

    public static TheoryData<string, string[]> Table
    {
        get
        {
            var table = new TheoryData<string, string[]>();
            var file = Path.Combine(ConfigurationTestFiles.Root, "tests", "PodGate.Control.Tests", "Configuration", "BadFiles.txt");
            foreach (var block in File.ReadAllText(file).Split("\n\n").Skip(1))
            {
                var lines = block.Trim('\n').Split('\n');
                var text = string.Join('\n', lines.TakeWhile(line => !line.StartsWith(Arrow, StringComparison.Ordinal)));
                table.Add(text, [.. lines.Where(line => line.StartsWith(Arrow, StringComparison.Ordinal)).Select(line => line[Arrow.Length..])]);
            }

            return table;
        }
    }

    [Fact]
    public void Table_HasEnoughRows() => Table.Count.Should().BeGreaterThan(150);

    [Theory]
    [MemberData(nameof(Table))]
    public void BadFile_Loaded_IsToldExactly(string text, string[] expected)
    {
        var loaded = ConfigurationTestFiles.Load(text[0] is '{' or '[' ? text : ConfigurationTestFiles.WithTwoPods(text));

        ConfigurationText.Describe(loaded).Should().Equal(expected);
        expected.Should().NotBeEmpty();
        loaded.Configuration.Should().BeNull();
    }

    [Fact]
    public void Table_SecretsInIt_AreInNoLine() =>
        Table.SelectMany(row => (string[])row[1]).Should().NotContain(line => line.Contains("geheim"), "that is the secret in all of the table's files");

    [Theory]
    [InlineData("", "podgate.json:1:1: is not JSON: it is empty; correct it there or just before (comments and trailing commas are allowed)")]
    [InlineData("\n\n", "podgate.json:3:1: is not JSON: it is empty; correct it there or just before (comments and trailing commas are allowed)")]
    public void EmptyFile_Loaded_IsToldSo(string text, string expected) =>
        ConfigurationText.Describe(ConfigurationTestFiles.Load(text)).Should().Equal(expected);

    [Fact]
    public void FileThatIsNotUtf8_Loaded_NamesThePlace()
    {
        var bytes = "{\n  \"StateDirectory\": \"stände\""u8.ToArray().Where(b => b != 0xC3).ToArray();

        ConfigurationText.Describe(ConfigurationTestFiles.Load(bytes)).Should().Equal("podgate.json:2:24: is not UTF-8; save the file as UTF-8");
    }

    [Fact]
    public void FileThatIsTooLarge_Loaded_IsRefusedUnread() =>
        ConfigurationText.Describe(ConfigurationTestFiles.Load(new byte[(4 * 1024 * 1024) + 1])).Should()
            .Equal("podgate.json:1:1: is larger than 4 MB; give the configuration file of the gate");

    [Fact]
    public void FileNestedTooDeeply_Loaded_IsRefused() =>
        ConfigurationTestFiles.Load(string.Concat(Enumerable.Repeat("[", 100_000))).Errors.Should().ContainSingle()
            .Which.What.Should().Contain("is not JSON");

    [Fact]
    public void FileWithThousandsOfErrors_Loaded_TellsTheFirstAndCountsTheRest()
    {
        var loaded = ConfigurationTestFiles.Load("{" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"\"k{i}\": 1,")) + "}");

        loaded.Errors.Should().HaveCount(201);
        loaded.Errors[^1].What.Should().Be("has 4801 more errors");
    }

    [Fact]
    public void ByteOrderMark_Loaded_IsSkipped() => ConfigurationTestFiles.LoadGood("\uFEFF{" + ConfigurationTestFiles.TwoPods + "}");

    [Fact]
    public void ColumnBehindOtherScripts_CountsCharacters() =>
        ConfigurationTestFiles.Load("{ \"Pods\": { \"pod-a\": { \"Address\": \"http://127.0.0.1:1\", \"Labels\": { \"stadt\": \"Nürnberg\", \"n\": 1 } } } }")
            .Errors.Should().ContainSingle().Which.Place.Should().Be("podgate.json:1:95");

    [Fact]
    public void MissingFile_Loaded_IsAnErrorLikeTheOthers()
    {
        var path = Path.Combine(Path.GetTempPath(), $"podgate-{Guid.NewGuid():N}", "podgate.json");

        var loaded = new ConfigurationLoader(TimeProvider.System).LoadFile(path, ConfigurationTestFiles.NoEnvironment);

        ConfigurationText.Describe(loaded).Should().Equal(
            "podgate.json: cannot be read: there is no such file; give the path of a readable file with --config");
    }

    [Fact]
    public void Secrets_AreInNoMessage()
    {
        const string Secret = "hunter2";
        var loaded = ConfigurationTestFiles.Load(
            $$"""
            { "Pods": { "pod-a": { "Address": "http://u:{{Secret}}@127.0.0.1:1", "Health": "http://u:{{Secret}}@127.0.0.1/" },
                        "pod-b": { "Address": "http://127.0.0.1:2", "Health": { "Url": "http://u:{{Secret}}@127.0.0.1/", "Headers": { "A": "{{Secret}}ä", "B": ["{{Secret}}"] } },
                                   "Checks": { "own": { "Path": "/", "Headers": "{{Secret}}", "Body": { "a": "{{Secret}}" } } } } },
              "Probing": { "References": ["http://u:{{Secret}}@127.0.0.1/"] },
              "Checks": { "all": { "Steps": [{ "Headers": { "A": "{{Secret}}\n" }, "Body": "{{Secret}}{{new string('x', 65536)}}" }] } },
              "Affinity": { "Key": "{{Secret}}" }, "Alerts": { "Webhook": "https://u:{{Secret}}@example.com" } }
            """,
            new Dictionary<string, string> { ["PODGATE__Affinity__Key"] = Secret });

        loaded.Errors.Should().HaveCount(12);
        string.Join('\n', ConfigurationText.Describe(loaded)).Should().NotContain(Secret);
    }
}
