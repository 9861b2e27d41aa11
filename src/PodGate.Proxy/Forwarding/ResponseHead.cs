using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PodGate.Proxy.Connections;

namespace PodGate.Proxy.Forwarding;

/// <summary>The head of the answer that goes to the client, after the pod's headers were copied.</summary>
internal static class ResponseHead
{
    /// <summary>Names the pod, truly, and drops what was meant for this hop only.</summary>
    public static void Finish(IHeaderDictionary answer, HttpResponseHeaders pods, Rules rules, string pod)
    {
        if (pods.NonValidated.TryGetValues("Connection", out var lines))
        {
            foreach (var line in lines) DropNamed(answer, line);
        }

        if (rules.Settings.ResponseHeader is { } header) answer[header] = pod;
        else answer.Remove(Rules.PodHeader);
    }

    /// <summary>
    /// Whether an answer may go on for hours and be silent for long: an upgraded connection, an event stream. (What gRPC is, the request says.)
    /// </summary>
    public static bool IsLong(HttpResponseMessage answer)
    {
        if (answer.StatusCode == HttpStatusCode.SwitchingProtocols) return true;
        if (!answer.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types)) return false;
        foreach (var type in types)
        {
            if (type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>What a long answer is.</summary>
    public static ConnectionKind KindOf(HttpResponseMessage answer, bool isGrpc)
    {
        if (isGrpc) return ConnectionKind.Grpc;
        if (answer.StatusCode != HttpStatusCode.SwitchingProtocols) return ConnectionKind.EventStream;
        if (!answer.Headers.NonValidated.TryGetValues("Upgrade", out var protocols)) return ConnectionKind.Upgraded;
        foreach (var protocol in protocols)
        {
            if (protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase)) return ConnectionKind.WebSocket;
        }

        return ConnectionKind.Upgraded;
    }

    /// <summary>
    /// Whether an event stream may end between two events as if it were whole: whoever reads it asks again by himself only when it was a GET, and its text can
    /// be followed only when it is not compressed.
    /// </summary>
    public static bool MayEnd(string method, HttpContent content)
    {
        if (!HttpMethods.IsGet(method) || content.Headers.ContentLength is not null) return false;
        if (!content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings)) return true;
        foreach (var encoding in encodings)
        {
            if (!encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)) return false;
        }

        return true;
    }

    /// <summary>Ends a gRPC stream that the gate ended between two messages, unless its pod has ended it meanwhile: the call may be made again.</summary>
    public static void SayUnavailable(HttpContext context)
    {
        const string Status = "grpc-status";
        const string Unavailable = "14";
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        if (trailers is null or { IsReadOnly: true } || trailers.ContainsKey(Status)) return;
        trailers[Status] = Unavailable;
        trailers["grpc-message"] = "this server is being taken out of service; call again";
    }

    /// <summary>A pod does not name itself in trailers either.</summary>
    public static void FinishTrailers(HttpContext context, Rules rules)
    {
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        if (trailers is { IsReadOnly: false, Count: > 0 }) trailers.Remove(rules.Settings.ResponseHeader ?? Rules.PodHeader);
    }

    private static void DropNamed(IHeaderDictionary answer, string line)
    {
        foreach (var range in line.AsSpan().Split(','))
        {
            var name = line.AsSpan(range).Trim();
            if (name.IsEmpty || name.Equals("close", StringComparison.OrdinalIgnoreCase) || name.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
                || name.Equals("upgrade", StringComparison.OrdinalIgnoreCase) || name.StartsWith("content-", StringComparison.OrdinalIgnoreCase)) continue;
            answer.Remove(name.ToString());
        }
    }
}
