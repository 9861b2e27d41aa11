using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PodGate.Core.Routing;
using PodGate.Proxy.Affinity;
using Yarp.ReverseProxy.Forwarder;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// The head of the request that goes to the pod, after the client's headers were copied. Host stays what the client sent, since pods
/// make links with it (but for HTTP/2 to a pod that speaks TLS, whose certificate the platform checks against it).
/// </summary>
internal static class RequestHead
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";
    private const string Family = "X-Forwarded-";
    private const string Forwarded = "Forwarded";

    /// <summary>Finishes the head.</summary>
    public static void Finish(HttpContext context, HttpRequestMessage request, in Client client)
    {
        var headers = request.Headers;
        DropNamedByConnection(context, headers);
        if (!client.PeerIsTrusted) DropForwarded(headers);
        SetForwarded(context, headers, client);

        // The platform repeats requests without content, and ones that expect 100-continue, up to three times by itself when the pod
        // closes before the first byte of an answer; whatever may not be executed twice therefore has content, if only an empty one.
        headers.ExpectContinue = null;
        headers.Remove("Expect");
        if (!IsSafe(request.Method.Method)) request.Content ??= new ByteArrayContent([]);
    }

    /// <summary>Whether a request may be executed twice without harm, by its method.</summary>
    public static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    /// <summary>Where an attempt goes. The request's target is taken as it came, as long as no one can read it in two ways.</summary>
    public static ForwardTarget Target(HttpContext context, string prefix, PodLoad load)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var request = context.Request;
        var uri = RawTarget.TryClean(raw, out var clean)
            ? prefix + clean
            : RequestUtilities.MakeDestinationAddress(prefix, request.Path, request.QueryString).AbsoluteUri;
        return request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(request.Method) ? new UpgradeTarget(uri, load) : new ForwardTarget(uri, load);
    }

    /// <summary>
    /// A header that the client's Connection header names is for this hop only. (Kestrel keeps nothing but the word when the header also
    /// says close, keep-alive or upgrade; names beside those are not to be seen here.)
    /// </summary>
    private static void DropNamedByConnection(HttpContext context, HttpRequestHeaders headers)
    {
        foreach (var line in context.Request.Headers.Connection)
        {
            if (line is null) continue;
            foreach (var range in line.AsSpan().Split(','))
            {
                var name = line.AsSpan(range).Trim();
                if (name.IsEmpty || name.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || name.Equals("close", StringComparison.OrdinalIgnoreCase)
                    || name.Equals("upgrade", StringComparison.OrdinalIgnoreCase) || name.Equals("host", StringComparison.OrdinalIgnoreCase)) continue;
                if (headers.NonValidated.Contains(name.ToString())) headers.Remove(name.ToString());
            }
        }
    }

    private static void DropForwarded(HttpRequestHeaders headers)
    {
        // A header is removed while enumerating only once in a while, so the walk just starts again.
        while (FindForwarded(headers) is { } name) headers.Remove(name);
    }

    private static string? FindForwarded(HttpRequestHeaders headers)
    {
        foreach (var header in headers.NonValidated)
        {
            if (header.Key.StartsWith(Family, StringComparison.OrdinalIgnoreCase) || header.Key.Equals(Forwarded, StringComparison.OrdinalIgnoreCase))
                return header.Key;
        }

        return null;
    }

    private static void SetForwarded(HttpContext context, HttpRequestHeaders headers, in Client client)
    {
        var peer = Text(context.Connection.RemoteIpAddress ?? IPAddress.Loopback);
        if (client.PeerIsTrusted)
        {
            if (headers.NonValidated.TryGetValues(For, out var before))
            {
                headers.Remove(For);
                peer = $"{string.Join(", ", before)}, {peer}";
            }
            else if (headers.NonValidated.Contains(Forwarded))
            {
                // The proxy speaks Forwarded only; pods that read X-Forwarded-For shall see the client all the same.
                peer = $"{Text(client.Address)}, {peer}";
            }
        }

        headers.TryAddWithoutValidation(For, peer);
        var request = context.Request;
        if (!headers.NonValidated.Contains(Proto)) headers.TryAddWithoutValidation(Proto, request.Scheme);
        if (request.Host.HasValue && !headers.NonValidated.Contains(Host)) headers.TryAddWithoutValidation(Host, request.Host.Value);
    }

    private static string Text(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
