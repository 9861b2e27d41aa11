using System.Text.RegularExpressions;
using PodGate.Control.Configuration;
using PodGate.Control.Configuration.Reading;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using Xunit.Abstractions;

namespace PodGate.Control.Tests.Configuration;

/// <summary>
/// Random health objects and checks, most of their members right. What is taken obeys every limit and comes back from what is shown of it; what is
/// refused is told; the secret that stands wherever one may stand is in no line.
/// </summary>
public sealed class RandomEvidenceTests(ITestOutputHelper output)
{
    private const int Cases = 2000;
    private const string Secret = "(not shown)";

    private static readonly string[] Odd =
    [
        "null", "true", "false", "0", "1", "-1", "70000", "1e9", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\n\"", "[]", "{}", "[[]]", "[0]", "[\"/\"]", "{ \"a\": 1 }", "\"99:99:99\"", "\"(\"",
        "\"a{99999}{99999}\"", "\"tcp://\"", "\"tcp://a:0\"", "\"//\"", "\"{nonce}\"", "\"/ü\"", "{ \"Rule\": \"Degrade\", \"Rule\": \"Degrade\" }", "{ \"A\": \"1\", \"a\": \"2\" }",
    ];

    private static readonly string[] Times = ["\"00:00:00.100\"", "\"00:00:01\"", "\"00:00:30\"", "\"00:01:00\"", "\"00:10:00\""];
    private static readonly string[] Fields = ["\"time\"", "\"a.b.0\"", "null", "\"ü\""];
    private static readonly string[] Headers = [$$"""{ "Authorization": "{{Secret}}" }""", "{}", $$"""{ "Host": "{{Secret}}", "X-A": "{{Secret}}" }""", $$"""{ "Content-Type": "{{Secret}}" }"""];

    private static readonly (string Key, string[] Values)[] HealthMembers =
    [
        ("Url", ["\"/health\"", "\"/\"", "\"/a%20b?c=d\"", "\"https://127.0.0.1:1/x\"", "\"tcp://127.0.0.1:9191\"", "\"tcp://[::1]:1\""]),
        ("Format", [.. Enum.GetNames<HealthFormat>().Select(name => $"\"{name}\"")]),
        ("Headers", Headers),
        ("Components", ["{}", """{ "db": "Condemn", "*": "Degrade" }""", """{ "db": { "Rule": "Degrade", "For": "00:01:00" } }""", """{ "a b\t": "Ignore" }""", """{ "ä": { "Rule": "Ignore" } }"""]),
        ("Freshness", ["{}", """{ "Field": "time" }""", """{ "Intervals": 0 }""", """{ "Field": "a.b", "Intervals": 3 }"""]),
        ("Identity", ["null", "\"pod 1\"", "{}", """{ "Header": "X-Pod" }""", """{ "Expected": "a", "Field": "b" }"""]),
    ];

    private static readonly (string Key, string[] Values)[] StepMembers =
    [
        ("Method", ["\"GET\"", "\"POST\"", "\"HEAD\"", "\"PROPFIND\""]),
        ("Path", ["\"/\"", "\"/{nonce}?a=%20\"", "\"/login\""]),
        ("Headers", Headers),
        ("Body", ["null", $"\"{Secret}\""]),
        ("Status", ["[]", "[200]", "[200, 404, 503]"]),
        ("BodyContains", ["null", "\"ok\\n\"", "\"{nonce}\""]),
        ("BodyMatches", ["null", "\"^(ok|ready)$\"", "\"(a+)+{nonce}\""]),
        ("JsonPath", Fields),
        ("JsonEquals", ["null", "\"ok\"", "5", "true", "\"\""]),
        ("Slowest", ["null", .. Times]),
    ];

    private static readonly (string Key, string[] Values)[] CheckMembers =
    [
        ("Tcp", ["true", "5432", "null"]),
        ("Interval", Times),
        ("Timeout", Times),
        ("Rise", ["1", "100"]),
        ("Fall", ["2", "100"]),
    ];

    [Fact]
    public void RandomEvidence_Loaded_ObeysItsLimitsOrIsRefused()
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given) : Environment.TickCount;
        output.WriteLine($"seed {seed} (PODGATE_TEST_SEED={seed} repeats it)");
        var random = new Random(seed);
        var good = 0;
        for (var i = 0; i < Cases; i++)
        {
            var json = Make(random);
            try
            {
                good += Judge(json) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, case {i} fails for:\n{json}", e);
            }
        }

        output.WriteLine($"{good} good of {Cases}");
        good.Should().BeInRange(Cases / 20, Cases * 19 / 20);
    }

    private static bool Judge(string json)
    {
        var loaded = ConfigurationTestFiles.Load(json);
        (loaded.Configuration is null).Should().Be(loaded.Errors.Count > 0);
        ConfigurationText.Describe(loaded).Should().NotContain(line => line.Any(char.IsControl) || line.Replace("the value (not shown)", "").Contains(Secret));
        if (loaded.Configuration is not { } configuration)
            return false;

        var pod = configuration.Fleet.Pods["pod-a"];
        Check(pod.Health);
        pod.Checks.Should().HaveCountLessThanOrEqualTo(CheckSettings.MostChecks);
        foreach (var (name, check) in pod.Checks)
        {
            check.Name.Should().Be(name);
            Check(check);
        }

        // What is shown is a file again, the same one: here the secrets are what is shown in their place.
        var whole = ConfigurationKeys.All.Where(key => key.IsFileOnly && !key.Path.Contains('.'));
        var again = ConfigurationTestFiles.Load($"{{ {string.Join(", ", whole.Select(key => $"\"{key.Path}\": {key.Show(configuration)}"))} }}");
        again.Errors.Should().BeEmpty();
        again.Configuration!.Fleet.Pods.Should().Equal(configuration.Fleet.Pods);
        again.Configuration.Checks.Should().Equal(configuration.Checks);
        ReloadRules.Changes(configuration, again.Configuration).Should().BeEmpty();
        return true;
    }

    private static void Check(HealthSettings health)
    {
        health.Url.IsAbsoluteUri.Should().BeTrue();
        (health.Url.Scheme == "tcp").Should().Be(health.Format == HealthFormat.Agent);
        health.Headers.Should().HaveCountLessThanOrEqualTo(HeadersKind.MostHeaders);
        health.Components.Should().HaveCountLessThanOrEqualTo(HealthSettings.MostRules);
        health.Components.Values.Should().NotContain(rule => rule.For != null && rule.Rule != ComponentRule.Degrade);
        (health.Freshness.Intervals is 0 or (>= 2 and <= 10_000)).Should().BeTrue();
    }

    private static void Check(CheckSettings check)
    {
        (check.TcpPort is null).Should().Be(check.Steps.Length > 0);
        check.Steps.Length.Should().BeLessThanOrEqualTo(CheckSettings.MostSteps);
        check.Interval.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(200));
        (check.Timeout >= TimeSpan.FromMilliseconds(50) && check.Timeout <= TimeSpan.FromMinutes(1)).Should().BeTrue();
        (check.Rise is >= 1 and <= 100 && check.Fall is >= 2 and <= 100).Should().BeTrue();
        foreach (var step in check.Steps)
        {
            step.Path.Should().StartWith("/");
            (step.Slowest ?? TimeSpan.Zero).Should().BeLessThanOrEqualTo(check.Timeout);
            (step.JsonEquals is null || step.JsonPath is not null).Should().BeTrue();
            step.Status.Should().NotContain(status => status < 200 || status > 599).And.OnlyHaveUniqueItems();
            if (step.BodyMatches is { } pattern)
                _ = new Regex(pattern.Replace("{nonce}", "0"), RegexOptions.NonBacktracking);
        }
    }

    private static string Make(Random random)
    {
        // One value in forty is none that is right there; in a whole file that is about one.
        var odd = random.Next(3) == 0 ? 40 : int.MaxValue;
        var checks = Checks(random, odd, random.Next(3), mayBeNull: false);
        var own = Checks(random, odd, random.Next(3), mayBeNull: checks.Length > 2 && random.Next(2) == 0);
        return $$"""{ "Pods": { "pod-a": { "Address": "http://127.0.0.1:9101", "Health": {{Members(random, odd, 3, HealthMembers)}}, "Checks": {{own}} } }, "Checks": {{checks}} }""";
    }

    private static string Checks(Random random, int odd, int count, bool mayBeNull) =>
        $"{{{string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"check-{i}\": {(mayBeNull && i == 0 ? "null" : CheckJson(random, odd))}"))}}}";

    private static string CheckJson(Random random, int odd) => random.Next(4) switch
    {
        0 => Members(random, odd, 2, CheckMembers),
        1 => Members(random, odd, 6, [.. CheckMembers[1..], ("Steps", [$"[{string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Members(random, odd, 4, StepMembers)))}]"])]),
        2 => Members(random, odd, 9, [.. CheckMembers, .. StepMembers]),
        _ => Members(random, odd, 6, [.. CheckMembers[1..], .. StepMembers]),
    };

    private static string Members(Random random, int odd, int about, (string Key, string[] Values)[] members)
    {
        var chosen = members.Where(member => random.Next(members.Length) < about || member.Key == "Steps").ToList();
        return $"{{{string.Join(", ", chosen.Select(member => $"\"{member.Key}\": {(random.Next(odd) == 0 ? OddFor(member.Key) : member.Values[random.Next(member.Values.Length)])}"))}}}";

        // Any text there is a secret, and only the one that is shown in its place comes back.
        string OddFor(string key)
        {
            var fitting = key == "Body" ? [.. Odd.Where(text => !text.StartsWith('"'))] : Odd;
            return fitting[random.Next(fitting.Length)];
        }
    }
}
