using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using PodGate.Cli;
using PodGate.Hosting;
using PodGate.Tests.Hosting;
using PodGate.Tests.Hosting.Certificates;

namespace PodGate.Tests.Operator.Access;

/// <summary>Client certificates at a real gate's admin port: whose count, what they open, and that a browser with one is as safe as one with a session.</summary>
public sealed partial class CertificateAccessTests : IAsyncLifetime, IDisposable
{
    private const string Owners = """
        "ci.example.com": { "Name": "ci", "Role": "operator" }, "spiffe://example.com/scraper": { "Name": "scraper", "Role": "viewer" },
        "anna@example.com": { "Name": "anna", "Role": "administrator" }
        """;

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new("Another Authority");
    private readonly List<HttpClient> _clients = [];
    private GateRig _rig = null!;
    private Uri _admin = null!;

    private string Pods { get; set; } = "";

    public async Task InitializeAsync()
    {
        _rig = await GateRig.CreateAsync();
        WriteGate(_authority.Gate());
        Write("ca.pem", _authority.Pem);
        Pods = $$"""
            "pod-a": { "Address": "{{await _rig.PodAsync("pod-a")}}" }, "pod-b": { "Address": "{{await _rig.PodAsync("pod-b")}}" }
            """;
        Configure(Owners);
        var gate = await _rig.StartAsync();
        _admin = new Uri(gate.AdminUrl + "/");
        var anna = Client(_authority.Client("CN=Anna", names => names.AddEmailAddress("anna@example.com")));
        await GateRig.UntilAsync("both pods are open", async () => (await anna.GetStringAsync("api/v1/pods")).Split("\"state\":\"Open\"").Length == 3);
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _rig.DisposeAsync();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Owner_ByCommonName_HasItsRole_AndTheJournalItsName()
    {
        var client = Client(_authority.Client("CN=ci.example.com, O=Example"));
        using var drained = await client.PostAsJsonAsync("api/v1/pods/pod-a/drain", new { reason = "deploy" });
        drained.StatusCode.Should().Be(HttpStatusCode.OK, await drained.Content.ReadAsStringAsync());
        (await client.GetStringAsync("api/v1/events")).Should().Contain("\"who\":\"ci\"");
        (await client.GetAsync("api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Owner_ByAlternativeName_GoesBeforeTheCommonName()
    {
        var scraper = Client(_authority.Client("CN=ci.example.com", names => names.AddUri(new Uri("spiffe://example.com/scraper"))));
        (await scraper.GetAsync("api/v1/pods")).StatusCode.Should().Be(HttpStatusCode.OK);
        using var refused = await scraper.PostAsJsonAsync("api/v1/pods/pod-a/drain", new { reason = "why not" });
        (await DetailAsync(refused, HttpStatusCode.Forbidden)).Should().Contain("scraper is a viewer");
        var anna = Client(_authority.Client("CN=Anna", names => names.AddEmailAddress("anna@example.com")));
        (await anna.GetAsync("api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task CertificatesThatDoNotCount_OpenNothing_AndAreToldWhy()
    {
        await ShouldBeRefusedAsync(_other.Client("CN=ci.example.com"), "is of none of the authorities in Admin.ClientCa");
        await ShouldBeRefusedAsync(_authority.Client("CN=ci.example.com", days: -1), "is valid from");
        await ShouldBeRefusedAsync(_authority.Client("CN=ci.example.com", usage: "1.3.6.1.5.5.7.3.1"), "is not made for clients");
        await ShouldBeRefusedAsync(_authority.Client("CN=mallory"), "is nobody's; name it in Admin.Certificates");
        await ShouldBeRefusedAsync(_authority.Client("CN=anna@example.com"), "The client certificate is nobody's");
        await ShouldBeRefusedAsync(_authority.Client("CN=spiffe://example.com/scraper"), "The client certificate is nobody's");
        await ShouldBeRefusedAsync(null, "This needs a bearer token");
    }

    [Fact]
    public async Task Certificate_WithAToken_CountsAsTheToken()
    {
        var client = Client(_other.Client("CN=ci.example.com"));
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(_rig.State, "operator.token"))).Trim());
        (await client.GetAsync("api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.OK, "a certificate that does not count is in nobody's way");
    }

    [Fact]
    public async Task Owner_TakenOutOfTheConfiguration_OpensNothingAnyMore()
    {
        var client = Client(_authority.Client("CN=ci.example.com"));
        (await client.GetAsync("api/v1/pods")).StatusCode.Should().Be(HttpStatusCode.OK);
        Configure(Owners.Replace("ci.example.com", "other.example.com", StringComparison.Ordinal));
        var anna = Client(_authority.Client("CN=Anna", names => names.AddEmailAddress("anna@example.com")));
        (await anna.PostAsync("api/v1/reload", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await client.GetAsync("api/v1/pods")).StatusCode.Should().Be(HttpStatusCode.Unauthorized, "on the connection that is there, too");
    }

    [Fact]
    public async Task Browser_WithACertificate_IsSignedIn_AndItsFormsHaveTheLocksOfASession()
    {
        var browser = Client(_authority.Client("CN=ci.example.com"));
        var page = await browser.GetStringAsync("pods/pod-a");
        page.Should().Contain("ci (operator)");
        var key = FormKey().Match(page).Groups[1].Value;
        key.Should().HaveLength(64);
        var version = JsonDocument.Parse(await browser.GetStringAsync("api/v1/pods/pod-a")).RootElement.GetProperty("version").GetInt64();
        (string, string)[] form = [("reason", "from the page"), ("version", $"{version}")];

        (await SubmitAsync(browser, null, [.. form, ("formKey", key)])).StatusCode.Should().Be(HttpStatusCode.Forbidden, "it does not say whence it comes");
        (await SubmitAsync(browser, "https://evil.example", [.. form, ("formKey", key)])).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await SubmitAsync(browser, Own, [.. form, ("formKey", new string('0', 64))])).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var others = FormKey().Match(await Client(_authority.Client("CN=ci.example.com")).GetStringAsync("pods/pod-a")).Groups[1].Value;
        (await SubmitAsync(browser, Own, [.. form, ("formKey", others)])).StatusCode.Should().Be(HttpStatusCode.Forbidden, "another certificate's key");
        (await SubmitAsync(browser, Own, [.. form, ("formKey", key)])).StatusCode.Should().Be(HttpStatusCode.SeeOther);
        (await browser.GetStringAsync("api/v1/events")).Should().Contain("from the page");
    }

    [Fact]
    public async Task Browser_WithoutACertificate_IsAskedToSignIn()
    {
        using var answer = await Client(null).GetAsync("");
        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task GatesOwnCertificate_Renewed_IsTakenUpWithoutARestart_AndABadOneIsNot()
    {
        using var renewed = _authority.Gate(days: 60);
        WriteGate(renewed);
        await GateRig.UntilAsync("new connections see the renewed certificate", async () => await SerialAsync() == renewed.SerialNumber);

        Write("gate.pem", "half a certificate");
        await GateRig.UntilAsync(
            "it is told", async () => (await Client(null).GetStringAsync("readyz")).Contains("goes on with the certificate that it has", StringComparison.Ordinal));
        (await SerialAsync()).Should().Be(renewed.SerialNumber);
        (await Client(null).GetAsync("readyz")).StatusCode.Should().Be(HttpStatusCode.OK, "it serves");
        (await Client(null).GetStringAsync("metrics")).Should().MatchRegex("podgate_certificate_current\\{listener=\"Admin.Listen [^\"]*\"\\} 0\n");
        _rig.Log.ToString().Should().Contain("goes on with the certificate that it has");
    }

    private string Own => _admin.GetLeftPart(UriPartial.Authority);

    private void Configure(string owners) => _rig.Configure("\"http://127.0.0.1:0\"", Pods, admin: $$"""
        "https://127.0.0.1:0", "Certificate": "gate.pem", "CertificateKey": "gate.key", "ClientCa": "ca.pem", "Certificates": { {{owners}} }
        """);

    private async Task ShouldBeRefusedAsync(X509Certificate2? certificate, string why) =>
        (await DetailAsync(await Client(certificate).GetAsync("api/v1/pods"), HttpStatusCode.Unauthorized)).Should().Contain(why);

    private static async Task<string> DetailAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(status, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString()!;
    }

    private static async Task<HttpResponseMessage> SubmitAsync(HttpClient browser, string? origin, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "pods/pod-a/drain");
        request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await browser.SendAsync(request);
    }

    /// <summary>As the command line makes its connections; each client its own.</summary>
    private HttpClient Client(X509Certificate2? certificate)
    {
        var address = new GateAddress(_admin) { CaFile = Path.Combine(_rig.Directory, "ca.pem") };
        if (certificate is not null)
        {
            var name = $"client-{_clients.Count}";
            Write(name + ".pem", certificate.ExportCertificatePem());
            Write(name + ".key", TestAuthority.KeyOf(certificate));
            address = address with { CertificateFile = Path.Combine(_rig.Directory, name + ".pem"), KeyFile = Path.Combine(_rig.Directory, name + ".key") };
        }

        var client = new HttpClient(address.Handler()) { BaseAddress = _admin, Timeout = TimeSpan.FromSeconds(20) };
        _clients.Add(client);
        return client;
    }

    private async Task<string> SerialAsync()
    {
        var serial = "";
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    serial = certificate?.GetSerialNumberString() ?? "";
                    return serial.Length > 0;
                },
            },
        });
        (await client.GetAsync(_admin + "healthz")).EnsureSuccessStatusCode();
        return serial;
    }

    private void WriteGate(X509Certificate2 certificate)
    {
        Write("gate.pem", certificate.ExportCertificatePem());
        Write("gate.key", TestAuthority.KeyOf(certificate));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_rig.Directory, name), text);

    [GeneratedRegex("name=\"formKey\" value=\"([0-9a-f]{64})\"")]
    private static partial Regex FormKey();
}
