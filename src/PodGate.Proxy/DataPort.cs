using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PodGate.Proxy;

/// <summary>How Kestrel has to be set for a port that carries other people's requests.</summary>
public static class DataPort
{
    /// <summary>Sets what the request path needs. Endpoints and connection limits are the caller's.</summary>
    /// <param name="options">The data port's Kestrel.</param>
    public static void Configure(KestrelServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        // Answers name the pod, not the gate's software.
        options.AddServerHeader = false;

        // How large a body may be is the pod's to say: nothing is buffered here.
        options.Limits.MaxRequestBodySize = null;

        // The gate does not wait for a slow client's reading faster than the pod would: a download that pauses is not an error.
        options.Limits.MinResponseDataRate = null;

        // Pods' header values arrive as Latin-1 and leave the same way, so that every byte passes.
        options.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
    }
}
