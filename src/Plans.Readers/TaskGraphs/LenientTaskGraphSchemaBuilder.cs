using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// JSON Schema of everything that <see cref="TaskGraphReader"/> accepts, generated from the reader's own tables of keys and their
/// alternative spellings. Values with several notations (<c>1800</c>, <c>30m</c>) are described but not restricted, so that the schema
/// rejects no valid plan. <see cref="TaskGraphSchema"/>, which editors and planners use, is stricter and allows only the usual spellings.
/// </summary>
public static class LenientTaskGraphSchemaBuilder
{
    private static readonly string[] MappingOrList = ["object", "array"];
    private static readonly string[] MappingOrNothing = ["object", "null"];
    private static readonly string[] ListOrNothing = ["array", "null"];

    /// <summary>Returns the schema of a plan. Its <c>$defs</c> must be moved to the root of the document that embeds it.</summary>
    public static JsonObject Schema()
    {
        var canonical = JsonNode.Parse(TaskGraphSchema.Text)!;
        var words = canonical["$defs"]!;
        var gate = Mapping(GateDefinitionGrammar.Keys, words["gate"]!["oneOf"]![1]);
        var limits = Mapping(TaskLimitsReader.Keys, words["limits"], MappingOrNothing);
        var patch = Mapping(
            ListValuedPlanTaskFieldReader.PatchKeys,
            words["task"]!["properties"]!["patch_intents"]!["items"],
            "object",
            "string"
        );
        var packages = Mapping(ListValuedPlanTaskFieldReader.PackageKeys, words["task"]!["properties"]!["deps_required"]);
        var step = Mapping(ListValuedPlanTaskFieldReader.ChecklistKeys, words["task"]!["properties"]!["checklist"]!["items"]);
        var task = Mapping(TaskFieldKeySpellings.Keys, words["task"]);
        Nest(task, TaskFieldKeySpellings.Keys, "boundaries", Mapping(TaskFieldKeySpellings.BoundaryKeys, words["task"], MappingOrNothing));
        Nest(task, TaskFieldKeySpellings.Keys, "limits", Reference("limits"));
        Nest(task, TaskFieldKeySpellings.Keys, "patch_intents", Items(patch));
        Nest(task, TaskFieldKeySpellings.Keys, "verification", Items(Reference("gate")));
        Nest(task, TaskFieldKeySpellings.Keys, "measurements", Items(Mapping(GateDefinitionGrammar.MeasurementKeys, words["measurement"])));
        Nest(task, TaskFieldKeySpellings.Keys, "deps_required", Form(packages));
        Nest(task, TaskFieldKeySpellings.Keys, "checklist", Items(Form(step)));

        var defaults = Mapping(TaskDefaultsReader.Keys, canonical["properties"]!["defaults"], MappingOrNothing);
        Nest(defaults, TaskDefaultsReader.Keys, "limits", Reference("limits"));
        Nest(defaults, TaskDefaultsReader.Keys, "verification", Items(Reference("gate")));
        var contract = Mapping(ContractNodeReader.Keys, words["contract"], "object");
        Nest(contract, ContractNodeReader.Keys, "methods", Items(Form(Mapping(ContractNodeReader.MethodKeys, described: null))));

        var plan = Mapping(TaskGraphReader.PlanKeys, canonical, MappingOrList);
        plan["description"] = canonical["description"]!.DeepClone();
        plan["minProperties"] = 1;
        plan["minItems"] = 1;
        plan["items"] = Reference("task");
        Nest(plan, TaskGraphReader.PlanKeys, "tasks", Tasks());
        Nest(plan, TaskGraphReader.PlanKeys, "defaults", defaults);
        Nest(plan, TaskGraphReader.PlanKeys, "context", new JsonObject { ["type"] = Types(MappingOrNothing) });
        Nest(plan, TaskGraphReader.PlanKeys, "contracts", new JsonObject { ["type"] = Types(ListOrNothing), ["items"] = contract });
        task["type"] = "object";
        plan["$defs"] = new JsonObject
        {
            ["task"] = task,
            ["gate"] = Form(gate),
            ["limits"] = limits,
        };
        return plan;
    }

    // A list of tasks, or a mapping from ids to tasks.
    private static JsonObject Tasks() =>
        new()
        {
            ["type"] = Types(MappingOrList),
            ["minItems"] = 1,
            ["minProperties"] = 1,
            ["items"] = Reference("task"),
            ["additionalProperties"] = Reference("task"),
        };

    /// <summary>Returns the schema of a value that may be the given mapping, a string, a list or null.</summary>
    private static JsonObject Form(JsonObject mapping)
    {
        mapping["type"] = Types("object", "array", "string", "null");
        return mapping;
    }

    /// <summary>Returns the schema of a list of items, or of a single item that is given instead of a list.</summary>
    private static JsonObject Items(JsonObject item) => Form(new JsonObject { ["items"] = item });

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/$defs/" + name };

    private static JsonArray Types(params string[] types) => [.. types.Select(type => (JsonNode)type)];

    /// <summary>Returns the schema of a mapping with every spelling of its keys.</summary>
    /// <param name="keys">Key table of the reader.</param>
    /// <param name="described">Schema that describes the keys, or null if there is none.</param>
    /// <param name="types">Allowed JSON types of the value; empty for any type.</param>
    private static JsonObject Mapping(YamlOrJsonKeySynonymTable keys, JsonNode? described, params string[] types)
    {
        var properties = new JsonObject();
        foreach (var spelling in keys.Spellings)
        {
            var key = keys.Find(spelling)!;
            properties[spelling] = new JsonObject
            {
                ["description"] =
                    key == spelling ? (string?)described?["properties"]?[key]?["description"] ?? key : $"Another spelling of '{key}'",
            };
        }
        var mapping = new JsonObject();
        if (types.Length > 0)
        {
            mapping["type"] = Types(types);
        }
        mapping["properties"] = properties;
        return mapping;
    }

    /// <summary>Adds the schema of a key's value to all spellings of the key.</summary>
    private static void Nest(JsonObject mapping, YamlOrJsonKeySynonymTable keys, string key, JsonObject value)
    {
        foreach (var spelling in keys.Spellings.Where(spelling => keys.Find(spelling) == key))
        {
            var property = (JsonObject)mapping["properties"]![spelling]!;
            foreach (var (name, part) in value)
            {
                property[name] = part?.DeepClone();
            }
        }
    }
}
