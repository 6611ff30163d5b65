namespace Orchestrator.Dashboard.Api;

/// <summary>The description of the API (OpenAPI 3.1), made of the table that answers it.</summary>
internal static class OpenApiText
{
    private const string Json = "application/json";

    /// <summary>The OpenAPI description as JSON text.</summary>
    public static string Value { get; } = Make().ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private static JsonObject Make()
    {
        var paths = new JsonObject
        {
            ["/repositories"] = new JsonObject { ["get"] = Operation("listRepositories", "The repositories of this user", [], [], []) },
            ["/inbox"] = new JsonObject { ["get"] = Operation("listInbox", "What needs the user, in all repositories", [], [], []) },
            ["/repositories/{repository}/runs/{run}/stream"] = new JsonObject
            {
                ["get"] = Stream(
                    "streamRun",
                    "A run's transitions as server-sent events; Last-Event-ID goes on after an earlier one",
                    "repository",
                    "run"
                ),
            },
            ["/events"] = new JsonObject
            {
                ["get"] = Stream(
                    "streamEvents",
                    "The transitions of all runs as server-sent events; Last-Event-ID goes on after an earlier one"
                ),
            },
        };
        foreach (var route in ApiTable.All)
        {
            if (paths[route.Path] is not JsonObject path)
            {
                paths[route.Path] = path = [];
            }
            path[route.Method.ToLowerInvariant()] = Operation(route.Name, route.Summary, PartsOf(route.Path), route.Query, route.Body);
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "orchestrate",
                ["version"] = "1",
                ["description"] =
                    "Each operation is a command of orchestrate, and its answer is that command's --json document. A change may carry an "
                    + "Idempotency-Key; a read answers 304 to If-None-Match.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = ApiRoutes.Root }),
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                },
                ["schemas"] = new JsonObject
                {
                    ["Document"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = true },
                    ["Problem"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["properties"] = new JsonObject
                        {
                            ["title"] = OfType("string"),
                            ["detail"] = OfType("string"),
                            ["status"] = OfType("integer"),
                            ["exitCode"] = OfType("integer"),
                        },
                    },
                },
            },
        };
    }

    private static JsonObject Operation(
        string name,
        string summary,
        IReadOnlyList<string> parts,
        IReadOnlyList<ApiMember> query,
        IReadOnlyList<ApiMember> body
    )
    {
        var operation = new JsonObject
        {
            ["operationId"] = name,
            ["summary"] = summary,
            ["parameters"] = new JsonArray([
                .. parts.Select(part => Parameter(part, "path", isRequired: true, "")),
                .. query.Select(member => Parameter(member.Name, "query", member.IsRequired, member.Description)),
            ]),
            ["responses"] = new JsonObject
            {
                ["200"] = Answer("It was done, or this is what was asked for.", Json, "Document"),
                ["default"] = Answer("It was not done; why, and what to do.", "application/problem+json", "Problem"),
            },
        };
        if (body.Count > 0)
        {
            var members = new JsonObject();
            foreach (var member in body)
            {
                members[member.Name] = new JsonObject { ["type"] = "string", ["description"] = member.Description };
            }
            operation["requestBody"] = new JsonObject
            {
                ["content"] = new JsonObject
                {
                    [Json] = new JsonObject
                    {
                        ["schema"] = new JsonObject
                        {
                            ["type"] = "object",
                            ["properties"] = members,
                            ["required"] = new JsonArray([
                                .. body.Where(member => member.IsRequired).Select(member => (JsonNode)member.Name),
                            ]),
                        },
                    },
                },
            };
        }
        return operation;
    }

    private static JsonObject Stream(string name, string summary, params IReadOnlyList<string> parts)
    {
        var stream = Operation(name, summary, parts, [], []);
        stream["responses"]!["200"] = new JsonObject
        {
            ["description"] = "The id of an event goes on behind it; 'resync' has what there is instead of what was missed.",
            ["content"] = new JsonObject { ["text/event-stream"] = new JsonObject { ["schema"] = OfType("string") } },
        };
        return stream;
    }

    private static JsonObject Parameter(string name, string place, bool isRequired, string description) =>
        new()
        {
            ["name"] = name,
            ["in"] = place,
            ["required"] = isRequired,
            ["description"] = description,
            ["schema"] = OfType("string"),
        };

    private static JsonObject Answer(string description, string type, string schema) =>
        new()
        {
            ["description"] = description,
            ["content"] = new JsonObject
            {
                [type] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{schema}" } },
            },
        };

    private static JsonObject OfType(string type) => new() { ["type"] = type };

    private static IReadOnlyList<string> PartsOf(string path) =>
        [.. path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))];
}
