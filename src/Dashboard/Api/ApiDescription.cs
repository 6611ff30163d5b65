using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Orchestrator.Dashboard.Api;

/// <summary>Generates the API's description (OpenAPI 3.1) from the operations of its routes and the types of their answers.</summary>
/// <param name="services">Services of the server.</param>
internal sealed class ApiDescription(IServiceProvider services)
{
    private const string Name = "v1";
    private const string Json = "application/json";

    private static readonly string[] Tags = ["repositories", "runs", "tasks", "questions"];

    private static readonly Dictionary<string, string> Parts = new(StringComparer.Ordinal)
    {
        ["repository"] = "Id of the repository, as listRepositories tells it.",
        ["run"] = "Id of the run, or as much of its end as only this run has.",
        ["task"] = "Id of the task.",
    };

    private static readonly IReadOnlyList<(int Status, string Meaning)> Refusals =
    [
        (StatusCodes.Status400BadRequest, "The request lacks something, or what it has is not known or not possible."),
        (StatusCodes.Status401Unauthorized, "There is no token, or it is a wrong one."),
        (StatusCodes.Status403Forbidden, "A change from another page, or a program of a run."),
        (StatusCodes.Status404NotFound, "There is no such repository, run or task, or not yet what is asked of it."),
        (StatusCodes.Status409Conflict, "The run or task does not allow it as it is, or it waits for a person."),
        (StatusCodes.Status413PayloadTooLarge, "The body is too large."),
        (StatusCodes.Status422UnprocessableEntity, "It was tried, and failed; or the Idempotency-Key was used for another request."),
        (StatusCodes.Status429TooManyRequests, "The token is wrong, as too many were in the last minute."),
        (StatusCodes.Status500InternalServerError, "The server has failed at it; its log has more."),
        (StatusCodes.Status503ServiceUnavailable, "Engine, git or agent are not available, or the server ends."),
    ];

    private static readonly IReadOnlyList<(string Status, string Meaning)> Answers =
    [
        ("200", "Done, or the requested document."),
        ("201", "Started: the run works, waits for approval, or has ended already."),
        ("202", "Kept for whoever continues the run: nobody works on it now."),
    ];

    private string? _text;

    /// <summary>Adds the required services.</summary>
    public static void AddTo(IServiceCollection services)
    {
        // Schemas are generated only from these options, so they must match the options that write answers.
        services.ConfigureHttpJsonOptions(json =>
        {
            foreach (var converter in QueryReader.Json.Converters)
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
                        if (context.JsonTypeInfo.Type == typeof(Reason))
                        {
                            DescribeReason(schema);
                        }
                        else if (context.JsonTypeInfo.Type.IsEnum)
                        {
                            // Without a type, generators treat the names as numbers.
                            schema.Type = JsonSchemaType.String;
                        }
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

    /// <summary>Returns the description as JSON text.</summary>
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
        foreach (var (status, meaning) in Answers.Where(answer => operation.Responses!.ContainsKey(answer.Status)))
        {
            operation.Responses![status].Description = meaning;
        }
        var problem =
            context.Document!.Components?.Schemas?.ContainsKey(nameof(Problem)) == true
                ? null
                : await context.GetOrCreateSchemaAsync(typeof(Problem), cancellationToken: stop);
        if (problem is not null)
        {
            context.Document.AddComponent(nameof(Problem), problem);
        }
        foreach (var (status, meaning) in Refusals)
        {
            operation.Responses![status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = meaning,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [Problem.MediaType] = new() { Schema = new OpenApiSchemaReference(nameof(Problem), context.Document) },
                },
            };
        }
    }

    private static string TagOf(string path) =>
        path.Contains("/tasks/", StringComparison.Ordinal) ? Tags[2]
        : path.Contains("/questions/", StringComparison.Ordinal) || path.EndsWith("/inbox", StringComparison.Ordinal) ? Tags[3]
        : path.Contains("/runs", StringComparison.Ordinal) || path.EndsWith("/events", StringComparison.Ordinal) ? Tags[1]
        : Tags[0];

    private static IEnumerable<ApiMember> HeadersOf(ApiOperation api) =>
        api.Answer == typeof(string) ? [new("Last-Event-ID", "Goes on after this event; what was missed is sent first.")]
        : api.IsRead ? []
        :
        [
            new(
                "Idempotency-Key",
                "A change with the same key is carried out once: the server keeps the last 1,000 answers for 24 hours, as long as it "
                    + "runs. A fault of the server frees the key."
            ),
        ];

    private static OpenApiParameter Parameter(ApiMember member, ParameterLocation place) =>
        new()
        {
            Name = member.Name,
            In = place,
            Required = member.IsRequired,
            Description = member.Description,
            Schema = new OpenApiSchema { Type = member.Type },
        };

    /// <summary>Returns the body of a request as a named schema, so that generated clients have a type for it.</summary>
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
                            // Otherwise a generated client would send 0 for a number that was not set.
                            Type = member.IsRequired ? member.Type : member.Type | JsonSchemaType.Null,
                            Description = member.Description,
                        },
                    StringComparer.Ordinal
                ),
                Required = api.Body.Where(member => member.IsRequired).Select(member => member.Name).ToHashSet(StringComparer.Ordinal),
            }
        );
        return new OpenApiSchemaReference(name, document);
    }

    // Each kind of reason has additional members.
    private static void DescribeReason(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            [ReasonJsonConverter.KindMember] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = $"What it is, such as {string.Join(", ", ReasonJsonConverter.Kinds.Take(3))}; further members are its facts.",
            },
        };
        schema.Required = new HashSet<string>(StringComparer.Ordinal) { ReasonJsonConverter.KindMember };
        schema.AdditionalPropertiesAllowed = true;
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "orchestrate",
            Version = "1",
            Description =
                "Each operation is a command of orchestrate, and its answer is that command's --json document. A change may carry an "
                + "Idempotency-Key; a read answers 304 to If-None-Match.",
        };
        // Uses the tags of the operations instead of tags generated from our class names.
        document.Tags = Tags.Select(tag => new OpenApiTag { Name = tag }).ToHashSet();
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
    }
}

/// <summary>Adds operations of the API to their routes.</summary>
internal static class ApiOperations
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
                    operation.Answer == typeof(RunStarted) ? StatusCodes.Status201Created : StatusCodes.Status200OK,
                    operation.Answer,
                    [operation.Answer == typeof(string) ? "text/event-stream" : "application/json"]
                )
            );
        // The description only lists endpoints with a method. Their parameters come from the operation.
        route.Add(endpoint =>
        {
            if (!endpoint.Metadata.OfType<MethodInfo>().Any())
            {
                endpoint.Metadata.Add(((Delegate)Nothing).Method);
            }
        });
        if (!operation.IsRead && operation.Answer != typeof(RunStarted))
        {
            route.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status202Accepted, operation.Answer, ["application/json"]));
        }

        static void Nothing() { }
    }
}
