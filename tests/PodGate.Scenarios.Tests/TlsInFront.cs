using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PodGate.Scenarios.Tests;

/// <summary>A listener with a certificate speaks HTTP/1.1 and HTTP/2; a cleartext one speaks HTTP/2 with prior knowledge when it is told to.</summary>
public sealed class TlsInFront
{
    [Fact]
    public async Task BothVersions_OverTls_AndHttp2InTheClear()
    {
        var directory = Directory.CreateTempSubdirectory("podgate-tls-");
        try
        {
            WriteCertificate(directory.FullName);
            await using var story = await Story.BeginAsync(2, configuration => configuration["Listen"] = new JsonArray(
                "http://127.0.0.1:0",
                new JsonObject
                {
                    ["Url"] = "https://127.0.0.1:0",
                    ["Certificate"] = Path.Combine(directory.FullName, "cert.pem"),
                    ["CertificateKey"] = Path.Combine(directory.FullName, "key.pem"),
                    ["Protocols"] = "Http1AndHttp2",
                },
                new JsonObject { ["Url"] = "http://127.0.0.1:0", ["Protocols"] = "Http2" }));
            var listeners = Regex.Match(story.Gate.Output, "data port listening on (.*?); admin").Groups[1].Value.Split(", ").Select(url => new Uri(url)).ToArray();
            listeners.Should().HaveCount(3);

            foreach (var (listener, version) in new[]
                     {
                         (listeners[0], HttpVersion.Version11), (listeners[1], HttpVersion.Version11), (listeners[1], HttpVersion.Version20), (listeners[2], HttpVersion.Version20),
                     })
            {
                using var handler = new SocketsHttpHandler();
                handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=podgate.test";
                using var client = new HttpClient(handler);
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(listener, "/echo")) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                using var answer = await client.SendAsync(request);
                answer.StatusCode.Should().Be(HttpStatusCode.OK, "of {0} over {1}", version, listener);
                answer.Version.Should().Be(version);
                var seen = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
                ((string?)seen["headers"]!["X-Forwarded-Proto"]).Should().Be(listener.Scheme);
                ((string?)seen["headers"]!["X-Forwarded-For"]).Should().Be("127.0.0.1");
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void WriteCertificate(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=podgate.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Path.Combine(directory, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
