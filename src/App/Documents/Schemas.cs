using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Runs.Loading;

namespace Orchestrator.App.Documents;

/// <summary>Provides JSON Schemas (draft 2020-12), generated from the types and keys that they describe.</summary>
public static class Schemas
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";

    private static readonly Dictionary<string, Func<string>> All = new(StringComparer.Ordinal)
    {
        ["plan"] = static () => TaskGraphSchema.Text.TrimEnd(),
        ["config"] = static () => Write(OfConfiguration()),
        ["run-input"] = static () => Write(OfRunInput()),
        ["status"] = static () => Write(OfType(RunJson.Default.RunStatus, "Output of 'orchestrate status --json'")),
    };

    /// <summary>Names of the schemas.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <summary>Returns a schema as JSON text.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static string Of(string name) => All[name]();

    // Unknown members of a run's input are invalid because they fail the run; in a plan they are only warnings, as in a plan file.
    private static JsonObject OfRunInput()
    {
        var schema = OfType(MessageJson.Options.GetTypeInfo(typeof(OrchestrationInput)), "The input of an OrchestrationWorkflow");
        schema["additionalProperties"] = false;
        var plan = PlanFiles.Schema();
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

    // Each kind of reason has additional members.
    private static JsonObject OfReason() =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                [ReasonJsonConverter.KindMember] = new JsonObject
                {
                    ["enum"] = new JsonArray([.. ReasonJsonConverter.Kinds.Select(kind => (JsonNode)kind)]),
                },
            },
            ["required"] = new JsonArray(ReasonJsonConverter.KindMember),
        };

    /// <summary>Returns the schema of the configuration, with keys nested as in the file. Value formats are only described: most types
    /// accept several forms (1800, 30m), and an editor would otherwise reject valid values.</summary>
    private static JsonObject OfConfiguration()
    {
        var root = new JsonObject
        {
            ["$schema"] = Draft,
            ["title"] = ".orchestrator/config.yaml",
            ["type"] = "object",
        };
        foreach (var setting in SettingIndex.All)
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
        // Stands for any name, such as that of an agent.
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
