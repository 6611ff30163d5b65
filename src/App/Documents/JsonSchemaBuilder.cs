using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.App.PlanFiles;

namespace Orchestrator.App.Documents;

/// <summary>Creates JSON Schemas (draft 2020-12) from the types and setting keys that they describe.</summary>
public static class JsonSchemaBuilder
{
    /// <summary>Name of the schema for plans.</summary>
    public const string Plan = "plan";

    private const string Draft = "https://json-schema.org/draft/2020-12/schema";

    private static readonly Dictionary<string, Func<string>> All = new(StringComparer.Ordinal)
    {
        [Plan] = static () => TaskGraphSchema.Text.TrimEnd(),
        ["config"] = static () => Write(OfConfiguration()),
        ["run-input"] = static () => Write(OfRunInput()),
        ["status"] = static () => Write(OfType(RunJson.Default.RunStatus, "Output of 'orchestrate status --json'")),
    };

    /// <summary>Names of the schemas.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <summary>Returns a schema as JSON.</summary>
    /// <param name="name">One of the names in <see cref="Names"/>.</param>
    public static string Of(string name) => All[name]();

    // An unknown member in a run's input causes the run to fail, so the schema forbids it. In a plan, an unknown member causes only a
    // warning.
    private static JsonObject OfRunInput()
    {
        var schema = OfType(PayloadJsonOptions.Options.GetTypeInfo(typeof(OrchestrationInput)), "The input of an OrchestrationWorkflow");
        schema["additionalProperties"] = false;
        var plan = PlanAndReferencedFileReader.Schema();
        schema["$defs"] = plan["$defs"]!.DeepClone();
        plan.Remove("$defs");
        plan["type"]!.AsArray().Add("null");
        schema["properties"]!["plan"] = plan;
        return schema;
    }

    private static JsonObject OfType(JsonTypeInfo type, string title)
    {
        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = static (at, node) => at.TypeInfo.Type == typeof(Reason) ? OfReason() : node,
        };
        var exported = (JsonObject)type.GetJsonSchemaAsNode(options);
        var schema = new JsonObject { ["$schema"] = Draft, ["title"] = title };
        foreach (var (name, value) in exported)
        {
            schema[name] = value?.DeepClone();
        }
        return schema;
    }

    // Each kind of reason has its own additional members.
    private static JsonObject OfReason() =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                [StatusReasonJsonConverter.KindMember] = new JsonObject
                {
                    ["enum"] = new JsonArray([.. StatusReasonJsonConverter.Kinds.Select(kind => (JsonNode)kind)]),
                },
            },
            ["required"] = new JsonArray(StatusReasonJsonConverter.KindMember),
        };

    /// <summary>
    /// Returns the schema of the settings file, with nested keys. The formats of values are described in text only. Most settings accept
    /// several formats, such as 1800 and 30m, and an editor would otherwise mark valid values as errors.
    /// </summary>
    private static JsonObject OfConfiguration()
    {
        var root = new JsonObject
        {
            ["$schema"] = Draft,
            ["title"] = ".orchestrator/config.yaml",
            ["type"] = "object",
        };
        foreach (var setting in SettingDeclarationIndex.All)
        {
            var at = root;
            var parts = setting.Name.Split('.');
            foreach (var part in parts[..^1])
            {
                at = Child(at, part);
            }
            var leaf = Child(at, parts[^1]);
            leaf["description"] =
                $"{setting.Description}. Takes {setting.Accepts}; default: {setting.DefaultText}. Variable: {setting.Variable}";
        }
        return root;
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        // The asterisk stands for any name, such as that of an agent.
        if (name == "*")
        {
            if (parent["additionalProperties"] is not JsonObject any)
            {
                parent["additionalProperties"] = any = [];
            }
            return any;
        }
        if (parent["properties"] is not JsonObject properties)
        {
            parent["properties"] = properties = [];
        }
        if (properties[name] is not JsonObject child)
        {
            properties[name] = child = [];
        }
        return child;
    }

    private static string Write(JsonObject schema) => schema.ToJsonString(Indented);

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
