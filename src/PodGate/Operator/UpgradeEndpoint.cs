using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using PodGate.Control.Takeover;
using PodGate.Operator.Audit;

namespace PodGate.Operator;

/// <summary>The body of <c>POST /api/v1/upgrade</c>.</summary>
/// <param name="Path">Full path of the program that is to take over; null: the one of the running gate, or what has been put in its place.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UpgradeCommandJson(string? Path);

/// <summary>The answer of <c>POST /api/v1/upgrade</c>: another process is the gate now.</summary>
/// <param name="Sentence">What became of it.</param>
/// <param name="Pid">The new process's id.</param>
/// <param name="Version">Its program's version.</param>
/// <param name="Before">The id of the process before.</param>
public sealed record UpgradeJson(string Sentence, int Pid, string Version, int Before);

/// <summary>The answer of <c>GET /api/v1/upgrade</c>: which process this gate is.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Version">Its program's version.</param>
/// <param name="Predecessor">The process that it took over from, as long as connections are left there; null: none.</param>
public sealed record TakeoverJson(int Pid, string Version, PredecessorJson? Predecessor);

/// <summary>A process that was taken over from.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Connections">Connections of clients that are left there.</param>
public sealed record PredecessorJson(int Pid, long Connections);

/// <summary>How a gate lets another process take over.</summary>
internal interface IUpgrading
{
    /// <summary>Whether it is being taken over from at this moment, or was: then it takes no commands.</summary>
    bool HandsOver { get; }

    /// <summary>Which process it is.</summary>
    TakeoverJson Standing { get; }

    /// <summary>Starts another process and lets it take over. Goes on whatever becomes of whoever asked.</summary>
    /// <param name="path">The program, or null.</param>
    /// <param name="who">Who wants it.</param>
    /// <exception cref="TakeoverException">Nobody took over, and this gate goes on.</exception>
    Task<UpgradeJson> UpgradeAsync(string? path, string who);
}

/// <summary>What people ask of a gate that is to be replaced while it runs.</summary>
internal sealed class UpgradeEndpoint(OperatorSources sources)
{
    private const int LongestPath = 4096;

    /// <summary>GET /api/v1/upgrade.</summary>
    /// <param name="context">The request.</param>
    public Task LookAsync(HttpContext context) => OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, Upgrading().Standing, ApiJson.Default.TakeoverJson);

    /// <summary>POST /api/v1/upgrade.</summary>
    /// <param name="context">The request.</param>
    public async Task UpgradeAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.UpgradeCommandJson, "path (the full path of the new program, or null)");
        if (body.Path is { } path && (path.Length is 0 or > LongestPath || path.Any(char.IsControl)))
            throw ApiProblem.BadRequest($"path must be the full path of the new program, 1 to {LongestPath} characters without control characters, or null.");
        AuditNote.Of(context).Target = body.Path;
        await AuditStep.BeginAsync(sources, context);
        UpgradeJson done;
        try
        {
            done = await Upgrading().UpgradeAsync(body.Path, AdminPipeline.Caller(context).Name).WaitAsync(context.RequestAborted);
        }
        catch (TakeoverException exception)
        {
            throw new ApiProblem(
                StatusCodes.Status409Conflict, "not-upgraded", "Nobody took over", $"Nobody took over: {exception.Message}. This gate goes on as before.") { Kind = "Takeover" };
        }

        await OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, done, ApiJson.Default.UpgradeJson);
    }

    private IUpgrading Upgrading() => sources.Upgrading
        ?? throw new ApiProblem(StatusCodes.Status409Conflict, "not-upgraded", "Nobody took over", "This gate cannot be taken over from; restart it instead.");
}
