using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>Listeners with a certificate, and cleartext HTTP/2 on a listener of its own.</summary>
public sealed partial class TlsInFront
{
    [Fact]
    public async Task Https_SpeaksBothHttps_AndCleartextHttp2_HasAListenerOfItsOwn()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));

        string[] urls = [];
        await using var story = await Story.BeginAsync(2, configuration => configuration["Listen"] = new JsonArray(
            "http://127.0.0.1:0",
            new JsonObject { ["Url"] = "https://127.0.0.1:0", ["Certificate"] = Write("cert", certificate.ExportCertificatePem()), ["CertificateKey"] = Write("key", key.ExportPkcs8PrivateKeyPem()) },
            new JsonObject { ["Url"] = "http://127.0.0.1:0", ["Protocols"] = "Http2" }));
        urls = DataPorts().Match(story.Gate.Output).Groups[1].Value.Split(", ");
        urls.Should().HaveCount(3);

        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString();
        using var client = new HttpClient(handler);
        foreach (var (url, version, scheme) in new[]
                 {
                     (urls[0], HttpVersion.Version11, "http"), (urls[1], HttpVersion.Version11, "https"),
                     (urls[1], HttpVersion.Version20, "https"), (urls[2], HttpVersion.Version20, "http"),
                 })
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, url + "/echo")
            {
                Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent(new string('x', 100_000)),
            };
            using var answer = await client.SendAsync(message);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, "{0} over HTTP/{1}", url, version);
            answer.Version.Should().Be(version);
            answer.Headers.Contains("X-Pod").Should().BeTrue();
            var echo = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            ((long)echo["bodyLength"]!).Should().Be(100_000);
            ((string?)echo["headers"]!["X-Forwarded-Proto"]).Should().Be(scheme);
        }

        using var old = new HttpRequestMessage(HttpMethod.Get, urls[2] + "/echo") { Version = HttpVersion.Version11 };
        var refused = await Record.ExceptionAsync(async () => (await client.SendAsync(old)).EnsureSuccessStatusCode());
        refused.Should().BeOfType<HttpRequestException>("that listener speaks HTTP/2 only");
    }

    private static string Write(string what, string pem)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("podgate-tls-").FullName, what + ".pem");
        File.WriteAllText(file, pem);
        return file;
    }

    [GeneratedRegex(@"data port listening on (.+?);? (?:and )?(?:the )?admin port on")]
    private static partial Regex DataPorts();
}
