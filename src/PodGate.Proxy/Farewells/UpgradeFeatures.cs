using Microsoft.AspNetCore.Http.Features;

namespace PodGate.Proxy.Farewells;

/// <summary>
/// The way to upgrade the client's connection (HTTP/1.1), or to accept its extended CONNECT (HTTP/2), that leads over an <see cref="UpgradedStream"/>.
/// </summary>
/// <param name="features">The request's own features.</param>
/// <param name="connection">What it becomes.</param>
internal sealed class UpgradeFeatures(IFeatureCollection features, LongConnection connection) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private readonly IHttpUpgradeFeature? _upgrade = features.Get<IHttpUpgradeFeature>();
    private readonly IHttpExtendedConnectFeature? _connect = features.Get<IHttpExtendedConnectFeature>();

    bool IHttpUpgradeFeature.IsUpgradableRequest => _upgrade?.IsUpgradableRequest == true;

    bool IHttpExtendedConnectFeature.IsExtendedConnect => _connect?.IsExtendedConnect == true;

    string? IHttpExtendedConnectFeature.Protocol => _connect?.Protocol;

    /// <summary>Puts itself between. The request's features are its own and end with it.</summary>
    public void Watch()
    {
        if (_upgrade is not null) features.Set<IHttpUpgradeFeature>(this);
        if (_connect is not null) features.Set<IHttpExtendedConnectFeature>(this);
    }

    async Task<Stream> IHttpUpgradeFeature.UpgradeAsync() => new UpgradedStream(await _upgrade!.UpgradeAsync(), connection);

    async ValueTask<Stream> IHttpExtendedConnectFeature.AcceptAsync() => new UpgradedStream(await _connect!.AcceptAsync(), connection);
}
