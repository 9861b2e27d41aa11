using PodGate.Proxy.Affinity;

namespace PodGate.Proxy;

/// <summary>The settings with what is made of them once, swapped as one reference, so that a request sees one state of them.</summary>
internal sealed class Rules(ProxySettings settings)
{
    /// <summary>The header that a pod must not write, even when the gate writes none.</summary>
    public const string PodHeader = "X-Pod";

    /// <summary>The settings.</summary>
    public ProxySettings Settings { get; } = settings;

    /// <summary>The networks of trusted proxies.</summary>
    public TrustedNetworks Trusted { get; } = new(settings.TrustedProxies);
}
