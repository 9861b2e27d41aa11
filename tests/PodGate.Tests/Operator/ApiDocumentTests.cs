using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Tests.Operator;

/// <summary>
/// The API's description: what is in the repository is what the gate says of itself. After a change that is meant, <c>PODGATE_APPROVE=1 eng/test ApiDocument</c>
/// writes it anew.
/// </summary>
public sealed class ApiDocumentTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string Approved = Path.Combine(Built.Root, "docs", "openapi.json");

    [Fact]
    public async Task Document_IsTheOneInTheRepository()
    {
        await using var rig = await AdminRig.StartAsync();
        var made = await ApiDocumentMaker.MakeAsync(rig.Map);
        var text = JsonNode.Parse(made)!.ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("PODGATE_APPROVE") == "1") await File.WriteAllTextAsync(Approved, text);
        text.Should().Be(await File.ReadAllTextAsync(Approved), "a change of the API is seen in its description; {0} writes it anew", "PODGATE_APPROVE=1 eng/test ApiDocument");
    }

    [Fact]
    public async Task Document_SaysOfEveryOperation_WhatItDoesAndTakesAndGives()
    {
        var document = await ReadAsync();
        ((string?)document["openapi"]).Should().StartWith("3.1.");
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                var what = $"{method} {path}";
                ((string?)operation!["summary"]).Should().EndWith(".", what);
                ((string?)operation["description"]).Should().MatchRegex("^(Needs the role (viewer|operator|administrator)|Open to all, unless Admin.ProtectMetrics is set)\\.$", what);
                operation["responses"]!.AsObject().Select(answer => answer.Key).Should().Contain("default", what).And.Contain(code => code[0] == '2', what);
                path.Count(character => character == '{').Should().Be(operation["parameters"]?.AsArray().Count(parameter => (string?)parameter!["in"] == "path") ?? 0, what);
                if (method is "post" or "put" && path is not ("/api/v1/reload" or "/api/v1/alerts/test" or "/api/v1/alerts/{id}/acknowledge")) operation["requestBody"].Should().NotBeNull(what);
            }
        }
    }

    [Fact]
    public async Task Document_IsForThoseWhoMayLook()
    {
        await using var rig = await AdminRig.StartAsync();
        using var answer = await rig.SendAsync(HttpMethod.Get, "/openapi/v1.json", token: null);
        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static async Task<JsonObject> ReadAsync()
    {
        await using var rig = await AdminRig.StartAsync();
        using var answer = await rig.SendAsync(HttpMethod.Get, "/openapi/v1.json", rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
    }
}
