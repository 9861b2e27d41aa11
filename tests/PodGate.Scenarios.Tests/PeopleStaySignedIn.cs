using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// A new process takes over while people are signed in and have a pod's page open. Nobody has to sign in again, the open page's form still commands, a code that was used stays used,
/// who signed out stays out, and the local socket knows the machine's users as before.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed partial class PeopleStaySignedIn
{
    private const string Password = "a few words in a row";

    [Fact]
    public async Task WhileTheGateIsReplaced()
    {
        await using var story = await Story.BeginAsync(3);
        using var anna = new Person(story.Gate.Admin);
        var app = await SetUpAsync(story, anna);
        var code = await app.NextAsync();
        (await SignInAsync(anna, code)).Should().Be(HttpStatusCode.SeeOther);
        using var gone = anna.Copy();
        using var token = new Person(story.Gate.Admin);
        (await token.PostAsync("/sign-in", ("token", (await File.ReadAllTextAsync(story.Gate.TokenFile)).Trim()))).Should().Be(HttpStatusCode.SeeOther);
        var open = await anna.ReadAsync("/pods/pod-b");

        await story.Gate.UntilGoneAsync(await story.Gate.UpgradeAsync());
        (await anna.ReadAsync("/")).Should().Contain("anna (operator)");
        (await token.ReadAsync("/")).Should().Contain("(administrator)");
        (await anna.PostAsync("/pods/pod-b/drain", [.. Hidden(open, "/pods/pod-b/drain"), ("reason", "new disk")])).Should().Be(HttpStatusCode.SeeOther, "the page was open before");
        ((string?)(await story.Gate.PodAsync("pod-b"))["intentWho"]).Should().Be("anna");
        using var second = new Person(story.Gate.Admin);
        (await SignInAsync(second, code)).Should().Be(HttpStatusCode.Unauthorized, "the code was used at the process before");
        (await SignInAsync(second, await app.NextAsync())).Should().Be(HttpStatusCode.SeeOther);
        (await anna.PostAsync("/sign-out", [.. Hidden(await anna.ReadAsync("/"), "/sign-out")])).Should().Be(HttpStatusCode.SeeOther);

        await story.Gate.UntilGoneAsync(await story.Gate.UpgradeAsync());
        (await second.ReadAsync("/")).Should().Contain("anna (operator)");
        (await gone.StatusAsync("/")).Should().Be(HttpStatusCode.SeeOther, "whoever signed out stays out, with a copied cookie too");
        File.Delete(story.Gate.TokenFile);
        (await GateProcess.RunAsync("note", "pod-a", "I am on it", "--config", story.Gate.ConfigFile)).ExitCode.Should().Be(0, story.Gate.Output);
        var audited = await GateProcess.RunAsync("audit", "verify", "--state", story.Gate.StateDirectory);
        audited.ExitCode.Should().Be(0, audited.Output);
        var shown = await GateProcess.RunAsync("audit", "show", "--config", story.Gate.ConfigFile);
        shown.Output.Should().Contain("anna (operator, password)").And.MatchRegex(@"POST pods\.note pod-a  done, by [^ ]+@local \(administrator, local\)");
        story.Gate.Output.Should().NotContain(Password).And.NotContain(code);
    }

    private static async Task<Authenticator> SetUpAsync(Story story, Person anna)
    {
        using var client = story.Gate.AdminClient();
        using var invited = await client.PostAsJsonAsync("/api/v1/users", new JsonObject { ["name"] = "anna", ["role"] = "operator" });
        var invitation = (string)JsonNode.Parse(await invited.Content.ReadAsStringAsync())!["code"]!;
        (await anna.PostAsync("/welcome", ("invitation", invitation), ("password", Password), ("again", Password))).Should().Be(HttpStatusCode.SeeOther);
        var app = new Authenticator(Secret().Match(await anna.ReadAsync("/welcome/code")).Groups[1].Value);
        (await anna.PostAsync("/welcome/code", ("code", await app.NextAsync()))).Should().Be(HttpStatusCode.OK);
        return app;
    }

    private static async Task<HttpStatusCode> SignInAsync(Person person, string code)
    {
        (await person.PostAsync("/sign-in/password", ("name", "anna"), ("password", Password))).Should().Be(HttpStatusCode.SeeOther);
        return await person.PostAsync("/sign-in/code", ("code", code));
    }

    /// <summary>The hidden fields of the form with that action.</summary>
    private static IEnumerable<(string Name, string Value)> Hidden(string html, string action)
    {
        var form = html[html.IndexOf($"action=\"{action}\"", StringComparison.Ordinal)..];
        return HiddenField().Matches(form[..form.IndexOf("</form>", StringComparison.Ordinal)]).Select(field => (field.Groups[1].Value, field.Groups[2].Value));
    }

    [GeneratedRegex("<pre>([A-Z2-7]{32})</pre>")]
    private static partial Regex Secret();

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)""")]
    private static partial Regex HiddenField();

    /// <summary>A person's browser without scripts.</summary>
    private sealed class Person : IDisposable
    {
        private readonly CookieContainer _cookies = new();
        private readonly HttpClient _client;

        public Person(Uri gate) => _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = _cookies })
            { BaseAddress = gate, Timeout = TimeSpan.FromSeconds(20) };

        public Person Copy()
        {
            var copy = new Person(_client.BaseAddress!);
            copy._cookies.Add(_cookies.GetAllCookies());
            return copy;
        }

        public async Task<string> ReadAsync(string path)
        {
            using var answer = await _client.GetAsync(path);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, path);
            return await answer.Content.ReadAsStringAsync();
        }

        public async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var answer = await _client.GetAsync(path);
            return answer.StatusCode;
        }

        public async Task<HttpStatusCode> PostAsync(string path, params (string Name, string Value)[] fields)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
            request.Headers.Add("Origin", _client.BaseAddress!.GetLeftPart(UriPartial.Authority));
            using var answer = await _client.SendAsync(request);
            return answer.StatusCode;
        }

        public void Dispose() => _client.Dispose();
    }
}
