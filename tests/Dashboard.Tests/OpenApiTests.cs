using System.Text.Json.Nodes;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The description of the API, as generators of clients read it.</summary>
public sealed class OpenApiTests
{
    private static readonly string[] Methods = ["get", "post"];

    [Fact]
    public async Task Description_EachReference_LeadsToASchema()
    {
        var description = await ReadAsync();

        var references = All(description)
            .OfType<JsonObject>()
            .Select(node => node["$ref"] as JsonValue)
            .OfType<JsonValue>()
            .Select(value => value.GetValue<string>())
            .Distinct()
            .ToList();

        Assert.True(references.Count > 20, string.Join(' ', references));
        Assert.All(references, reference => Assert.NotNull(At(description, reference)));
    }

    [Fact]
    public async Task Description_EachOperation_SaysWhatItAnswersAndHowItRefuses()
    {
        var description = await ReadAsync();
        var operations = Operations(description).ToList();

        Assert.All(
            operations,
            operation =>
            {
                var done = operation["operationId"]!.GetValue<string>() == "startRun" ? "201" : "200";
                var content = operation["responses"]![done]!["content"]!.AsObject();
                var (type, answer) = Assert.Single(content);
                Assert.Equal(
                    operation["operationId"]!.GetValue<string>().StartsWith("stream", StringComparison.Ordinal),
                    type != "application/json"
                );
                if (type == "application/json")
                {
                    Assert.StartsWith("#/components/schemas/", answer!["schema"]!["$ref"]!.GetValue<string>(), StringComparison.Ordinal);
                }
                Assert.All(
                    (string[])["400", "401", "403", "404", "409", "413", "422", "429", "500", "503"],
                    status => Assert.NotNull(operation["responses"]![status]!["content"]!["application/problem+json"]!["schema"]!["$ref"])
                );
                Assert.All(
                    operation["parameters"]?.AsArray() ?? [],
                    parameter => Assert.NotEqual("", parameter!["description"]!.GetValue<string>())
                );
            }
        );
        Assert.Equal(
            description["tags"]!.AsArray().Select(tag => tag!["name"]!.GetValue<string>()).Order(),
            operations.Select(operation => Assert.Single(operation["tags"]!.AsArray())!.GetValue<string>()).Distinct().Order()
        );
        Assert.Equal(operations.Count, operations.Select(operation => operation["operationId"]!.GetValue<string>()).Distinct().Count());
    }

    [Fact]
    public async Task Description_EachSchema_HasMembersWithATypeAndDocumentsTheirMeaning()
    {
        var schemas = (await ReadAsync())["components"]!["schemas"]!.AsObject();

        Assert.All(schemas, schema => Assert.NotNull(schema.Value!["type"]));
        Assert.All(
            schemas,
            schema =>
                Assert.All(
                    schema.Value!["properties"]?.AsObject() ?? [],
                    member =>
                        Assert.True(
                            member.Value is JsonObject facts && (facts["type"] ?? facts["$ref"] ?? facts["oneOf"]) is not null,
                            $"{schema.Key}.{member.Key}: {member.Value}"
                        )
                )
        );
        var run = schemas["RunStatus"]!;
        Assert.Equal("State of the run.", run["properties"]!["state"]!["description"]?.GetValue<string>());
        Assert.Contains("snapshot of a run", run["description"]?.GetValue<string>() ?? "", StringComparison.Ordinal);
    }

    private static async Task<JsonObject> ReadAsync()
    {
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = Runs.Of("a") });
        var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/api/v1/openapi.json"));
        var text = await answer.Content.ReadAsStringAsync();
        return JsonNode.Parse(text)!.AsObject();
    }

    private static IEnumerable<JsonObject> Operations(JsonObject description) =>
        description["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject().Where(member => Methods.Contains(member.Key)))
            .Select(operation => operation.Value!.AsObject());

    private static IEnumerable<JsonNode> All(JsonNode node) =>
        node switch
        {
            JsonObject members => members.Select(member => member.Value).OfType<JsonNode>().SelectMany(All).Prepend(node),
            JsonArray entries => entries.OfType<JsonNode>().SelectMany(All).Prepend(node),
            _ => [node],
        };

    private static JsonNode? At(JsonNode root, string reference) =>
        reference
            .Split('/')
            .Skip(1)
            .Aggregate(
                (JsonNode?)root,
                (node, part) => node?[part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]
            );
}
