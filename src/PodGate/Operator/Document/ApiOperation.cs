using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace PodGate.Operator.Document;

/// <summary>What the API's document says of an operation, besides its address.</summary>
/// <param name="Summary">In a sentence.</param>
/// <param name="Takes">The type of its body; null: it has none.</param>
/// <param name="Queries">What may stand behind the question mark.</param>
internal sealed record ApiOperation(string Summary, Type? Takes, IReadOnlyList<ApiQuery> Queries);

/// <summary>A parameter of the query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">text, number, flag or duration.</param>
/// <param name="Meaning">In a sentence, with its default.</param>
/// <param name="Required">Whether it must be there.</param>
internal sealed record ApiQuery(string Name, string Kind, string Meaning, bool Required = false);

/// <summary>Describes routes where they are mapped, so that none is forgotten.</summary>
internal static class ApiOperations
{
    private const string Json = "application/json";

    /// <summary>Says who may, what it does, what it takes and what it gives.</summary>
    /// <param name="route">The route.</param>
    /// <param name="role">Who may.</param>
    /// <param name="summary">What it does, in a sentence.</param>
    /// <param name="gives">The type of its answer; null: what <paramref name="type"/> says is no JSON.</param>
    /// <param name="takes">The type of its body; null: it has none.</param>
    /// <param name="type">The answer's media type.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="queries">Its query.</param>
    public static void Describe(
        this IEndpointConventionBuilder route,
        DemandedRole role,
        string summary,
        Type? gives,
        Type? takes = null,
        string type = Json,
        int status = StatusCodes.Status200OK,
        params ApiQuery[] queries) => route.Add(endpoint =>
    {
        endpoint.Metadata.Add(role);
        endpoint.Metadata.Add(new ApiOperation(summary, takes, queries));
        endpoint.Metadata.Add(gives is null && status == StatusCodes.Status204NoContent
            ? new ProducesResponseTypeMetadata(status)
            : new ProducesResponseTypeMetadata(status, gives ?? typeof(string), [type]));

        // No word of the platform's about the body: its routing would then turn others' types away before it is known who calls.
        // The platform's explorer looks at routes that have a method; what it takes besides the request is said above.
        endpoint.Metadata.Add(((RouteEndpointBuilder)endpoint).RequestDelegate!.GetMethodInfo());
    });
}
