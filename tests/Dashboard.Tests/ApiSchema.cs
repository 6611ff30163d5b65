using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The API's description as a check of answers. An answer with a member that the description lacks is a fault.</summary>
internal sealed class ApiSchema
{
    private readonly JsonObject _description;
    private readonly JsonObject _schemas;

    private ApiSchema(JsonObject description)
    {
        _description = description;
        _schemas = JsonNode
            .Parse(
                description["components"]!["schemas"]!.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal)
            )!
            .AsObject();
        foreach (var schema in All(_schemas).OfType<JsonObject>().Where(node => node["properties"] is JsonObject))
        {
            schema["additionalProperties"] ??= false;
        }
    }

    public static async Task<ApiSchema> ReadAsync(ServedPage page)
    {
        var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/openapi.json"));
        return new ApiSchema(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>The description of an operation, or null if it has none.</summary>
    public JsonNode? Operation(string path, string method) => _description["paths"]![path]?[method.ToLowerInvariant()];

    /// <summary>Differences between a JSON answer and its schema.</summary>
    public IReadOnlyList<string> Faults(JsonNode operation, int status, string type, string body)
    {
        if (operation["responses"]![$"{status}"]?["content"]?[type]?["schema"] is not { } schema)
        {
            return [$"{status} with {type} is not described"];
        }
        var whole = JsonNode
            .Parse(schema.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal))!
            .AsObject();
        whole["$defs"] = _schemas.DeepClone();
        var result = JsonSchema
            .FromText(whole.ToJsonString())
            .Evaluate(JsonDocument.Parse(body).RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid
            ? []
            :
            [
                .. (result.Details ?? []).SelectMany(one =>
                    (one.Errors ?? new Dictionary<string, string>()).Select(e => $"{one.InstanceLocation}: {e.Value}")
                ),
            ];
    }

    private static IEnumerable<JsonNode> All(JsonNode node) =>
        node switch
        {
            JsonObject members => members.Select(member => member.Value).OfType<JsonNode>().SelectMany(All).Prepend(node),
            JsonArray entries => entries.OfType<JsonNode>().SelectMany(All).Prepend(node),
            _ => [node],
        };
}
