using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using PodGate.Operator;
using PodGate.Operator.Document;

namespace PodGate.Tests.Operator;

/// <summary>Makes the API's description by the platform's generator, from the routes and the types.</summary>
internal static partial class ApiDocumentMaker
{
    private const string Bearer = "token";

    /// <summary>Makes it.</summary>
    /// <param name="map">Maps the routes.</param>
    public static async Task<string> MakeAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "podgate" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.Configure<JsonOptions>(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.Services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = route => route.ActionDescriptor.EndpointMetadata.OfType<ApiOperation>().Any();
            options.AddOperationTransformer((operation, context, cancel) => DescribeAsync(operation, context, cancel));
            options.AddDocumentTransformer((document, _, _) => Introduce(document));
            options.AddSchemaTransformer((schema, context, _) => Say(schema, context));
        });
        await using var application = builder.Build();
        map(application);
        application.MapOpenApi("/made/{documentName}.json");
        await application.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(application.Urls.Single()) };
        return await client.GetStringAsync("/made/v1.json");
    }

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var said = metadata.OfType<ApiOperation>().Single();
        var role = metadata.OfType<DemandedRole>().Single();
        operation.Summary = said.Summary;
        operation.Description = role.OnlyWhenProtected ? "Open to all, unless Admin.ProtectMetrics is set." : $"Needs the role {Token.WordOf(role.Role)}.";
        operation.Parameters =
        [
            .. PathParameter().Matches(context.Description.RelativePath ?? "")
                .Select(match => Parameter(match.Groups[1].Value, ParameterLocation.Path, "text", meaning: null, required: true)),
            .. said.Queries.Select(query => Parameter(query.Name, ParameterLocation.Query, query.Kind, query.Meaning, query.Required)),
        ];
        if (said.Takes is { } body) operation.RequestBody = await BodyAsync(body, context, cancel);
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "Why not: problem+json (RFC 9457) with type, title, status, detail and instance, and kind for refused commands.",
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() },
        };
    }

    private static async Task<OpenApiRequestBody> BodyAsync(Type body, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        context.Document!.AddComponent(body.Name, await context.GetOrCreateSchemaAsync(body, parameterDescription: null, cancel));
        var schema = new OpenApiSchemaReference(body.Name, context.Document);
        return new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema } },
        };
    }

    private static Task Introduce(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo { Title = "PodGate", Version = "v1", Description = "The operator API. What it promises is in docs/operating/api.md." };

        // Where it was asked for is no part of it.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "podgate token add" },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
        return Task.CompletedTask;
    }

    /// <summary>Durations are the platform's own text form.</summary>
    private static Task Say(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type != typeof(TimeSpan)) return Task.CompletedTask;
        schema.Description = "hh:mm:ss, or d.hh:mm:ss";
        schema.Examples = [JsonValue.Create("00:15:00")];
        return Task.CompletedTask;
    }

    private static OpenApiParameter Parameter(string name, ParameterLocation place, string kind, string? meaning, bool required) => new()
    {
        Name = name,
        In = place,
        Required = required,
        Description = meaning,
        Schema = new OpenApiSchema
        {
            Type = kind switch { "number" => JsonSchemaType.Integer, "flag" => JsonSchemaType.Boolean, _ => JsonSchemaType.String },
            Examples = kind == "duration" ? [JsonValue.Create("00:15:00")] : null,
        },
    };

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex PathParameter();
}
