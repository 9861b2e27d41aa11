using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.TestKit.Servers;

namespace PodGate.Control.Tests.Probing;

/// <summary>Questions over https to a pod whose certificate is for the pod's own name, whatever site its clients ask for.</summary>
public sealed class CheckOverTlsTests : IAsyncLifetime
{
    private const string Name = "pod-a.internal";

    private readonly ConcurrentQueue<string> _names = new();
    private readonly ConcurrentQueue<string> _hosts = new();
    private readonly X509Certificate2 _certificate = For(Name);
    private WebServer _pod = null!;

    public async Task InitializeAsync() => _pod = await WebServer.StartAsync(
        context =>
        {
            _hosts.Enqueue(context.Request.Host.Value!);
            return context.Response.WriteAsync("Sign in");
        },
        kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificateSelector = (_, name) =>
        {
            _names.Enqueue(name ?? "");
            return _certificate;
        }),
        _certificate,
        HttpProtocols.Http1AndHttp2);

    public async Task DisposeAsync()
    {
        await _pod.DisposeAsync();
        _certificate.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("monitoring.example.com")]
    public async Task Check_WithOrWithoutHost_MeetsThePodUnderItsOwnName(string? host)
    {
        var report = await RunAsync(Name, host);
        report.Sentence.Should().Be("check login passed");
        _names.Should().Equal([Name], "TLS is with the pod, whatever the request asks it for");
        _hosts.Should().Equal(host ?? $"{Name}:{_pod.EndPoint.Port}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Name)]
    public async Task Check_CertificateOfAnotherName_IsUnreadable(string? host)
    {
        var report = await RunAsync("pod-b.internal", host);
        report.Result.Should().Be(ProbeResult.Unreadable, "a header cannot make up for a certificate that is not the pod's");
        report.Sentence.Should().StartWith($"check login: TLS with pod-b.internal:{_pod.EndPoint.Port} failed: ");
        _hosts.Should().BeEmpty();
    }

    [Fact]
    public async Task HealthHeaders_WithHost_AskUnderThePodsOwnName()
    {
        var pod = HttpProbeTests.Pod($"https://{Name}:{_pod.EndPoint.Port}");
        pod = pod with { Health = pod.Health with { Headers = Host("monitoring.example.com") } };
        // Nobody has signed this certificate, so the probe goes no further than its name.
        var report = await new HealthProbe(TimeProvider.System, _ => []).ProbeAsync(pod, [_pod.EndPoint], TimeSpan.FromSeconds(15), CancellationToken.None);
        report.Result.Should().Be(ProbeResult.Unreadable);
        _names.Should().Equal(Name);
    }

    [Fact]
    public async Task Http2_IsAgreedOnInTheHandshake()
    {
        var address = new Uri($"https://{Name}:{_pod.EndPoint.Port}/");
        using var request = HttpExchange.NewRequest("GET", address, "*/*", Host("monitoring.example.com"));
        request.Version = HttpVersion.Version20;
        request.Headers.ConnectionClose = null;
        using var deadline = new ProbeDeadline(TimeSpan.FromSeconds(15), TimeProvider.System, CancellationToken.None);
        var (answer, failure) = await HttpExchange.SendAsync(request, [_pod.EndPoint], 100, deadline, TimeProvider.System, Trusted);
        answer.Should().NotBeNull(failure?.Sentence ?? "");
        answer!.Body.Should().Equal("Sign in"u8.ToArray());
        _names.Should().Equal(Name);
    }

    private Task<ProbeReport> RunAsync(string podsName, string? host)
    {
        var check = new CheckSettings("login") { Steps = [new CheckStep { BodyContains = "Sign in", Headers = Host(host) }], Timeout = TimeSpan.FromSeconds(15) };
        var runner = new CheckRunner(TimeProvider.System, _ => [], Guid.NewGuid) { CertificateCheck = Trusted };
        return runner.RunAsync(HttpProbeTests.Pod($"https://{podsName}:{_pod.EndPoint.Port}"), check, [_pod.EndPoint], CancellationToken.None);
    }

    /// <summary>As if the certificate were signed by somebody whom the machine trusts; its name is still looked at.</summary>
    private static bool Trusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None;

    private static ImmutableSortedDictionary<string, string> Host(string? host) =>
        host is null ? ImmutableSortedDictionary<string, string>.Empty : ImmutableSortedDictionary<string, string>.Empty.Add("Host", host);

    private static X509Certificate2 For(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
