using Microsoft.AspNetCore.Http;

namespace PodGate.Hosting.Takeover;

/// <summary>
/// In front of the request path: once another process has taken over, each connection that a client keeps is ended with its next answer (<c>Connection:
/// close</c>, or GOAWAY), so that the client connects anew, to the other process. Never in between: a request may be on its way on a connection that looks
/// idle.
/// </summary>
/// <param name="path">The request path.</param>
internal sealed class LameDuck(RequestDelegate path)
{
    private volatile bool _leaves;

    /// <summary>Ends connections from now on.</summary>
    public void Leave() => _leaves = true;

    /// <summary>A request.</summary>
    /// <param name="context">It.</param>
    public Task InvokeAsync(HttpContext context)
    {
        if (_leaves) context.Connection.RequestClose();
        return path(context);
    }
}
