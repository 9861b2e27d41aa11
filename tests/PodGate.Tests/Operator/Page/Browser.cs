using System.Net;
using System.Text.RegularExpressions;

namespace PodGate.Tests.Operator.Page;

/// <summary>What a browser without scripts does: keeps cookies, says where a form comes from, fills in forms. Follows nothing by itself.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _client;

    public Browser(Uri gate, string language = "en")
    {
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = Cookies })
            { BaseAddress = gate, Timeout = TimeSpan.FromSeconds(20) };
        _client.DefaultRequestHeaders.Add("Accept-Language", language);
        Gate = gate;
    }

    /// <summary>What the session's cookie of the rig's gate is called.</summary>
    public static string CookieName { get; } = PodGate.Operator.Page.GateCookie.NameOf("session", new MemoryJournal().Start.GateId);

    public CookieContainer Cookies { get; } = new();

    public Uri Gate { get; }

    public string? SessionCookie => Cookies.GetCookies(Gate)[CookieName]?.Value;

    /// <summary>A browser that has signed in.</summary>
    public static async Task<Browser> SignedInAsync(AdminRig rig, string token, string language = "en")
    {
        var browser = new Browser(rig.Url, language);
        using var answer = await browser.PostAsync("/sign-in", ("token", token));
        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        return browser;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(path);

    public async Task<string> ReadAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await GetAsync(path);
        answer.StatusCode.Should().Be(status);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Sends a form as it is.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) =>
        await SendAsync(path, Gate.GetLeftPart(UriPartial.Authority), fields);

    /// <summary>Sends a form that says it comes from somewhere; null: it does not say.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, string? origin, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await _client.SendAsync(request);
    }

    /// <summary>Loads a page and sends one of its forms, with its hidden fields, and with these.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, string action, params (string Name, string Value)[] fields) =>
        await PostAsync(action, [.. Hidden(await ReadAsync(page), action), .. fields]);

    /// <summary>The hidden fields of the form with that action.</summary>
    public static IEnumerable<(string Name, string Value)> Hidden(string html, string action)
    {
        var form = Form().Matches(html).Single(match => WebUtility.HtmlDecode(match.Groups[1].Value) == action).Groups[2].Value;
        return HiddenField().Matches(form).Select(match => (match.Groups[1].Value, WebUtility.HtmlDecode(match.Groups[2].Value)));
    }

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("""<form method="post" action="([^"]*)"[^>]*>(.*?)</form>""", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)""")]
    private static partial Regex HiddenField();
}
