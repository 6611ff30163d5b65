using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Orchestrator.Dashboard.Access;

namespace Orchestrator.Dashboard.Api;

/// <summary>Generates the OpenAPI 3.1 description of the API from the operations of its routes and their response types.</summary>
/// <param name="services">Services of the server.</param>
internal sealed class ApiDescription(IServiceProvider services)
{
    private const string Name = "v1";
    private const string Json = "application/json";

    private const string Older = "older clients";

    private static readonly (string Name, string Meaning)[] Tags =
    [
        ("repositories", "The repositories of this user, with settings, usage and schedules."),
        ("runs", "Runs, with their events, gates, budgets and diffs."),
        ("tasks", "Tasks of a run, with the logs and mail of their agents."),
        ("questions", "Questions that are waiting for a user."),
        (Older, "Addresses for clients of an older tool."),
    ];

    private static readonly Dictionary<string, string> Parts = new(StringComparer.Ordinal)
    {
        ["repository"] = "Id of the repository, as listRepositories returns it.",
        ["run"] = "Id of the run.",
        ["task"] = "Id of the task.",
        ["gate"] = "Id of a gate's result, as listGates returns it.",
        ["agent"] = "Run id and task id, separated by a percent-encoded slash (%2F).",
    };

    private static readonly IReadOnlyList<(int Status, string Meaning)> Refusals =
    [
        (StatusCodes.Status400BadRequest, "The request is incomplete or invalid."),
        (StatusCodes.Status401Unauthorized, "The token is missing or wrong."),
        (StatusCodes.Status403Forbidden, "The change comes from another page, or the caller is a program of a run."),
        (StatusCodes.Status404NotFound, "The repository, the run, the task or the requested part does not exist."),
        (StatusCodes.Status409Conflict, "The state of the run or task does not allow the request, or a user must decide first."),
        (StatusCodes.Status413PayloadTooLarge, "The body is too large."),
        (
            StatusCodes.Status422UnprocessableEntity,
            "The command was executed and failed, or the Idempotency-Key was used for another request."
        ),
        (StatusCodes.Status429TooManyRequests, "The token is wrong, and there were too many wrong tokens in the last minute."),
        (StatusCodes.Status500InternalServerError, "The server failed; its log has details."),
        (StatusCodes.Status503ServiceUnavailable, "The engine, git or the agent is unavailable, or the server is shutting down."),
    ];

    private static readonly IReadOnlyList<(string Status, string Meaning)> Answers =
    [
        ("200", "The command was executed, or the body is the requested document."),
        ("201", "The run was started. It is running, is waiting for approval or has already ended."),
        ("202", "The command is stored until the run continues, because no process is working on the run now."),
    ];

    private string? _text;

    /// <summary>Adds the services that generate the API's description.</summary>
    public static void AddTo(IServiceCollection services)
    {
        // Schemas are generated only from these options, so they must match the options that write answers.
        services.ConfigureHttpJsonOptions(json =>
        {
            foreach (var converter in QueryCoalescer.Json.Converters)
            {
                json.SerializerOptions.Converters.Add(converter);
            }
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(
            Name,
            options =>
            {
                options.ShouldInclude = api => api.ActionDescriptor.EndpointMetadata.OfType<ApiOperation>().Any();
                options.AddSchemaTransformer(
                    (schema, context, _) =>
                    {
                        ApiSchemas.Complete(schema, context.JsonTypeInfo, context.JsonPropertyInfo);
                        return Task.CompletedTask;
                    }
                );
                options.AddOperationTransformer(DescribeAsync);
                options.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        Describe(document);
                        return Task.CompletedTask;
                    }
                );
            }
        );
    }

    /// <summary>Returns the API's description as JSON text.</summary>
    public async Task<string> TextAsync(CancellationToken stop)
    {
        if (_text is null)
        {
            var documents = services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name);
            var document = await documents.GetOpenApiDocumentAsync(stop);
            _text = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, stop);
        }
        return _text;
    }

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        var api = context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiOperation>().Single();
        var path = context.Description.RelativePath ?? "";
        operation.Tags = new HashSet<OpenApiTagReference> { new(TagOf(path), context.Document) };
        operation.Parameters =
        [
            .. path.Split('/')
                .Where(part => part.StartsWith('{'))
                .Select(part => part.Trim('{', '}'))
                .Select(part => Parameter(new(part, Parts[part], IsRequired: true), ParameterLocation.Path)),
            .. api.Query.Select(member => Parameter(member, ParameterLocation.Query)),
            .. HeadersOf(api).Select(member => Parameter(member, ParameterLocation.Header)),
        ];
        if (api.Body.Count > 0)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = api.Body.Any(member => member.IsRequired),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [Json] = new() { Schema = BodyOf(api, context.Document!) },
                },
            };
        }
        operation.Deprecated = api.IsDeprecated;
        foreach (var data in api.Events.Select(one => one.Data).OfType<Type>())
        {
            await AddAsync(data, context, stop);
        }
        if (api.Events.Count > 0)
        {
            operation.Responses!["200"].Content!["text/event-stream"] = new OpenApiMediaType
            {
                Schema = ApiSchemas.OfStream(api.Events, context.Document!),
            };
        }
        foreach (var (status, meaning) in Answers.Where(answer => operation.Responses!.ContainsKey(answer.Status)))
        {
            operation.Responses![status].Description = meaning;
        }
        await AddAsync(typeof(ProblemResponse), context, stop);
        foreach (var (status, meaning) in Refusals)
        {
            operation.Responses![status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = meaning,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [ProblemResponse.MediaType] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemResponse), context.Document) },
                },
            };
        }
    }

    /// <summary>Adds the schema of a type that no operation returns to the API's description.</summary>
    private static async Task AddAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        if (context.Document!.Components?.Schemas?.ContainsKey(type.Name) is not true)
        {
            context.Document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, cancellationToken: stop));
        }
    }

    private static string TagOf(string path) =>
        !$"/{path}".StartsWith(ApiRoutes.Root, StringComparison.Ordinal) ? Older
        : path.Contains("/tasks/", StringComparison.Ordinal) ? "tasks"
        : path.Contains("/questions/", StringComparison.Ordinal) || path.EndsWith("/inbox", StringComparison.Ordinal) ? "questions"
        : path.Contains("/runs", StringComparison.Ordinal) || path.EndsWith("/events", StringComparison.Ordinal) ? "runs"
        : "repositories";

    private static IEnumerable<ApiParameterDefinition> HeadersOf(ApiOperation api) =>
        api.Answer == typeof(string) ? [new("Last-Event-ID", "Continues after this event; missed events are sent first.")]
        : api.IsRead ? []
        :
        [
            new(
                "Idempotency-Key",
                "A change with the same key is carried out once: the server keeps the last 1,000 answers for 24 hours, as long as it "
                    + "runs. If the server fails, the key can be used again."
            ),
        ];

    private static OpenApiParameter Parameter(ApiParameterDefinition member, ParameterLocation place) =>
        new()
        {
            Name = member.Name,
            In = place,
            Required = member.IsRequired,
            Description = member.Description,
            Schema = new OpenApiSchema { Type = member.Type, Items = ItemsOf(member) },
        };

    private static OpenApiSchema? ItemsOf(ApiParameterDefinition member) =>
        member.Type == JsonSchemaType.Array ? new OpenApiSchema { Type = JsonSchemaType.String } : null;

    /// <summary>
    /// Adds a named schema for a request body to the API's description and returns a reference to the schema. The name gives generated
    /// clients a type for the body.
    /// </summary>
    private static OpenApiSchemaReference BodyOf(ApiOperation api, OpenApiDocument document)
    {
        var name = $"{char.ToUpperInvariant(api.Name[0])}{api.Name[1..]}Request";
        document.AddComponent(
            name,
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalPropertiesAllowed = false,
                Properties = api.Body.ToDictionary(
                    member => member.Name,
                    IOpenApiSchema (member) =>
                        new OpenApiSchema
                        {
                            // Without this, a generated client would send 0 for a number that was not set.
                            Type = member.IsRequired ? member.Type : member.Type | JsonSchemaType.Null,
                            Description = member.Description,
                            Items = ItemsOf(member),
                        },
                    StringComparer.Ordinal
                ),
                Required = api.Body.Where(member => member.IsRequired).Select(member => member.Name).ToHashSet(StringComparer.Ordinal),
            }
        );
        return new OpenApiSchemaReference(name, document);
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "orchestrate",
            Version = "1",
            License = new OpenApiLicense { Name = "No license is granted yet", Identifier = "NONE" },
            Description =
                "Each operation is a command of orchestrate, and its answer is that command's --json document. A change may carry an "
                + "Idempotency-Key; a read with a matching If-None-Match is answered with 304.",
        };
        // Uses the tags of the operations instead of tags generated from our class names.
        document.Tags = Tags.Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Meaning }).ToHashSet();
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
    }
}

/// <summary>Adds the operations of routes to the API's description.</summary>
internal static class ApiOperationDescriber
{
    /// <summary>Adds the operation of a route to the description.</summary>
    public static void Describe(this IEndpointConventionBuilder route, ApiOperation operation)
    {
        route
            .WithName(operation.Name)
            .WithSummary(operation.Summary)
            .WithMetadata(operation)
            .WithMetadata(
                new ProducesResponseTypeMetadata(
                    operation.Answer == typeof(RunStartResponse) ? StatusCodes.Status201Created : StatusCodes.Status200OK,
                    operation.Answer,
                    [operation.Answer == typeof(string) ? "text/event-stream" : "application/json"]
                )
            );
        if (operation.IsRead)
        {
            route.WithMetadata(RequiredWebTokenScope.Read);
        }
        // The description only lists endpoints with a method. Their parameters come from the operation.
        route.Add(endpoint =>
        {
            if (!endpoint.Metadata.OfType<MethodInfo>().Any())
            {
                endpoint.Metadata.Add(((Delegate)Nothing).Method);
            }
        });
        if (!operation.IsRead && !operation.IsDeprecated && operation.Answer != typeof(RunStartResponse))
        {
            route.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status202Accepted, operation.Answer, ["application/json"]));
        }

        static void Nothing() { }
    }
}
