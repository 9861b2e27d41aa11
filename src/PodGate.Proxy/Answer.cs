using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PodGate.Proxy;

/// <summary>
/// An answer of the gate's own: problem+json, made once, that says what happened and nothing of what is behind the gate.
/// </summary>
internal sealed class Answer
{
    public static readonly Answer NoPod = new(503, "Service Unavailable", "No pod may serve this request now. Try again a little later.");
    public static readonly Answer NotElsewhere = new(503, "Service Unavailable", "This network's requests are for one pod only, and it may not serve now. Try again a little later.");
    public static readonly Answer Full = new(503, "Service Unavailable", "The pod has all it can do. The request was not executed. Try again a little later.");
    public static readonly Answer NoConnection = new(502, "Bad Gateway", "No connection could be made to a pod. The request was not executed.");
    public static readonly Answer Broken = new(502, "Bad Gateway", "The connection to the pod broke before it answered. The request may have been executed.");
    public static readonly Answer Closed = new(502, "Bad Gateway", "The pod was taken out of service before it answered. The request may have been executed.");
    public static readonly Answer NoAnswer = new(504, "Gateway Timeout", "The pod did not answer in time. The request may have been executed.");
    public static readonly Answer Malformed = new(502, "Bad Gateway", "The pod's answer cannot be passed on. The request may have been executed.");
    public static readonly Answer BadRequest = new(400, "Bad Request", "The request's body could not be read to its end.");
    public static readonly Answer NotForwardable = new(400, "Bad Request", "The request cannot be forwarded: its target or a header cannot be written.");
    public static readonly Answer SlowRequest = new(408, "Request Timeout", "The request's body did not arrive in time.");
    public static readonly Answer TooLarge = new(413, "Content Too Large", "The request's body is larger than this gate takes.");
    public static readonly Answer NoConnect = new(405, "Method Not Allowed", "This gate is not a forward proxy: CONNECT is only understood for WebSockets over HTTP/2.");

    private readonly byte[] _body;

    private Answer(int status, string title, string detail)
    {
        Status = status;
        _body = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"type":"about:blank","title":"{{title}}","status":{{status}},"detail":"{{detail}}"}"""));
    }

    /// <summary>The status code.</summary>
    public int Status { get; }

    /// <summary>Writes the answer in place of whatever was prepared; possible only as long as nothing has gone out.</summary>
    /// <param name="context">The request.</param>
    /// <param name="podHeader">The header that names the pod, or null.</param>
    /// <param name="pod">The last pod tried, or null.</param>
    /// <param name="retryAfter">Seconds after which to try again, or 0.</param>
    public async Task WriteAsync(HttpContext context, string? podHeader, string? pod, int retryAfter = 0)
    {
        // Nothing here waits for a pod: who asks without end for what only the gate answers would hold the thread that hears from all sockets.
        await Task.Yield();
        var response = context.Response;
        response.Clear();
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        response.ContentLength = _body.Length;
        response.Headers.CacheControl = "no-store";
        if (podHeader is not null && pod is not null) response.Headers[podHeader] = pod;
        if (retryAfter > 0) response.Headers.RetryAfter = retryAfter.ToString(CultureInfo.InvariantCulture);
        await response.Body.WriteAsync(_body.AsMemory());
    }
}
