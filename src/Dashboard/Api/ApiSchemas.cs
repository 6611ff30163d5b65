using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;

namespace Orchestrator.Dashboard.Api;

/// <summary>
/// Completes the schemas that the framework generates from response types. Marks required members, lists the possible names of states, and
/// describes the structure of reasons.
/// </summary>
internal static class ApiSchemas
{
    /// <summary>Members of response documents that can have only certain values, each with its possible values.</summary>
    private static readonly (Type Type, string Member, IReadOnlyList<string> Values)[] Constants =
    [
        (typeof(RunStatus), "state", ConstantsOf(typeof(RunStateNames))),
        (typeof(RunStatus), "standing", ConstantsOf(typeof(RunLivenessClassifier))),
        (typeof(RunStartResponse), "state", ConstantsOf(typeof(RunStateNames))),
        (typeof(RunListEntry), "state", ConstantsOf(typeof(RunStateNames))),
        (typeof(RunListEntry), "standing", ConstantsOf(typeof(RunLivenessClassifier))),
        (typeof(TaskProgress), "state", ConstantsOf(typeof(TaskStateNames))),
        (
            typeof(RunEvent),
            "state",
            [.. ConstantsOf(typeof(RunStateNames)).Union(ConstantsOf(typeof(TaskStateNames))), App.Runs.RunEventTimeline.Mail]
        ),
        (typeof(SuggestedCommand), "kind", ConstantsOf(typeof(SuggestedCommandKinds))),
        (typeof(BudgetStatus), "kind", ConstantsOf(typeof(BudgetKinds))),
        (typeof(RunReplanStatus), "state", ConstantsOf(typeof(ReplanStateNames))),
        (typeof(RunReviewStatus), "verdict", ConstantsOf(typeof(ReviewStateNames))),
        (typeof(RunningGateOrSetUpStatus), "kind", [RunningGateOrSetUpStatus.Gate, RunningGateOrSetUpStatus.SetUp]),
    ];

    /// <summary>Adds required members, possible values or a missing type to a generated schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="type">The type that it describes.</param>
    /// <param name="member">The member that it describes, or null if it describes a type by itself.</param>
    public static void Complete(OpenApiSchema schema, JsonTypeInfo type, JsonPropertyInfo? member)
    {
        if (type.Type == typeof(Reason))
        {
            DescribeReason(schema);
        }
        else if ((Nullable.GetUnderlyingType(type.Type) ?? type.Type).IsEnum)
        {
            // Without a type, generators treat the names as numbers.
            schema.Type = JsonSchemaType.String;
            // The member of a nullable enumeration permits null itself.
            schema.Enum = [.. (schema.Enum ?? []).Where(value => value is not null && !value.IsJsonNullSentinel())];
        }
        else if ((Nullable.GetUnderlyingType(type.Type) ?? type.Type) == typeof(TimeSpan))
        {
            schema.Type = type.Type == typeof(TimeSpan) ? JsonSchemaType.Number : JsonSchemaType.Number | JsonSchemaType.Null;
        }
        else if (type.Type == typeof(DistinctTextList))
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
        }
        else if (type.Kind == JsonTypeInfoKind.Object)
        {
            schema.Required = type.Properties.Where(IsAlwaysWritten).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        }
        else if (member is not null && ValuesOf(member) is { } values)
        {
            // Such a member is omitted, never null.
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. values.Select(value => JsonValue.Create(value))];
        }
    }

    /// <summary>
    /// Returns the schema of the events in a stream. Each event is described as an object with the event's parsed fields.
    /// </summary>
    public static OpenApiSchema OfStream(IReadOnlyList<ApiEvent> events, OpenApiDocument document) =>
        new()
        {
            Description = "Each event of the stream. The field 'data' contains JSON.",
            OneOf = [.. events.Select(IOpenApiSchema (one) => OfEvent(one, document))],
        };

    private static OpenApiSchema OfEvent(ApiEvent one, OpenApiDocument document)
    {
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["event"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create(one.Name)] },
            },
            Required = new HashSet<string>(StringComparer.Ordinal) { "event" },
        };
        if (one.Data is { } data)
        {
            schema.Properties["id"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Position in the stream, to be sent as Last-Event-ID.",
            };
            schema.Properties["data"] = new OpenApiSchemaReference(data.Name, document);
            schema.Required.UnionWith(["id", "data"]);
        }
        return schema;
    }

    private static bool IsAlwaysWritten(JsonPropertyInfo member) =>
        member is { Get: not null, ShouldSerialize: null, IsExtensionData: false };

    private static IReadOnlyList<string>? ValuesOf(JsonPropertyInfo member) =>
        Array.Find(Constants, one => one.Member == member.Name && one.Type.IsAssignableFrom(member.DeclaringType)).Values;

    private static IReadOnlyList<string> ConstantsOf(Type type) =>
        [
            .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(field => field.IsLiteral && field.FieldType == typeof(string))
                .Select(field => (string)field.GetRawConstantValue()!),
        ];

    // Each kind of reason has additional members.
    private static void DescribeReason(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            [StatusReasonJsonConverter.KindMember] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description =
                    $"Kind of the reason, such as {string.Join(", ", StatusReasonJsonConverter.Kinds.Take(3))}; further members are "
                    + $"its facts.",
            },
        };
        schema.Required = new HashSet<string>(StringComparer.Ordinal) { StatusReasonJsonConverter.KindMember };
        schema.AdditionalPropertiesAllowed = true;
    }
}
