using System.Net;

namespace PodGate.Proxy.Tests.Rig;

/// <summary>A long body of zeros, made while it is sent.</summary>
internal sealed class Zeros(long length) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var buffer = new byte[65536];
        for (long sent = 0; sent < length; sent += buffer.Length) await stream.WriteAsync(buffer);
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }
}
