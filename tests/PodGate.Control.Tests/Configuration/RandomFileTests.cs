using System.Text;
using PodGate.Control.Configuration;
using Xunit.Abstractions;

namespace PodGate.Control.Tests.Configuration;

/// <summary>Whatever bytes come: a configuration or errors, never an exception, never both.</summary>
public sealed class RandomFileTests(ITestOutputHelper output)
{
    private const int Cases = 2000;

    private static readonly string[] Scraps =
    [
        "null", "true", "0", "-1", "1e999", "99999999999999999999", "\"\"", "\"x\"", "[]", "{}", "[[]]", "{\"a\":1}", "\"\\ud800\"", "\"00:00:01\"",
        "\"99999.00:00:00\"", "\"http://[::1\"", "\"http://a:b@c:1\"", "\"https://*:0\"", "\"//\"", "\"/\\u0000\"", "\"::/0\"", "\"1.2.3.4/-1\"", "//", "/*", ",", ":", "\"", "\u2028", "\uFEFF", "\\",
    ];

    [Theory]
    [InlineData("config/podgate.reference.json", "")]
    [InlineData("docs/operating/configuration.md", "```json\n")]
    public void MutatedFile_Loaded_IsAConfigurationOrErrors(string path, string begin)
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given) : Environment.TickCount;
        output.WriteLine($"seed {seed} (PODGATE_TEST_SEED={seed} repeats it)");
        var random = new Random(seed);
        var text = File.ReadAllText(Path.Combine(ConfigurationTestFiles.Root, path));
        var origin = Encoding.UTF8.GetBytes(begin.Length == 0 ? text : text.Split(begin)[1].Split("```")[0]);
        var (good, bad) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Mutate(origin, random);
            LoadedConfiguration loaded;
            try
            {
                loaded = ConfigurationTestFiles.Load(bytes);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, case {i} threw for:\n{Encoding.UTF8.GetString(bytes)}", e);
            }

            (loaded.Configuration is null).Should().Be(loaded.Errors.Count > 0, $"seed {seed}, case {i}");
            loaded.Errors.All(error => error.Place.Length > 0 && error.What.Length > 0 && error.Remedy.Length > 0).Should().BeTrue($"seed {seed}, case {i}");
            ConfigurationText.Describe(loaded).Any(line => line.Any(char.IsControl)).Should().BeFalse($"seed {seed}, case {i}");
            _ = loaded.Configuration is null ? bad++ : good++;
        }

        output.WriteLine($"{good} good, {bad} bad");
        good.Should().BePositive();
        bad.Should().BeGreaterThan(Cases / 4);
    }

    private static byte[] Mutate(byte[] origin, Random random)
    {
        var bytes = origin.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Scraps[random.Next(Scraps.Length)]));
                    break;
                case 3 when random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.Add((byte)'}');
                    break;
                default:
                    ReplaceValue(bytes, at, random);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Puts another value in the place of a line's: that keeps the file JSON and gets deep into the reading.</summary>
    private static void ReplaceValue(List<byte> bytes, int at, Random random)
    {
        var colon = bytes.FindIndex(at, b => b == (byte)':');
        var end = colon < 0 ? -1 : bytes.FindIndex(colon, b => b is (byte)',' or (byte)'\n');
        if (end < 0)
            return;
        bytes.RemoveRange(colon + 1, end - colon - 1);
        bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Scraps[random.Next(Scraps.Length - 9)]));
    }
}
