using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>All that <see cref="TaskGraphReader"/> takes, as a JSON Schema that is made of the reader's own tables of keys: each key with
/// its other spellings. Values are described and, where several forms are read (<c>1800</c>, <c>30m</c>), not restricted, since a schema
/// must not refuse what is read. <see cref="TaskGraphSchema"/> is narrower: the spelling that editors complete and planners answer
/// in.</summary>
public static class TaskGraphGrammar
{
    private static readonly string[] MappingOrList = ["object", "array"];
    private static readonly string[] MappingOrNothing = ["object", "null"];
    private static readonly string[] ListOrNothing = ["array", "null"];

    /// <summary>The schema of a plan. Its <c>$defs</c> belong to the root of the document that it becomes part of.</summary>
    public static JsonObject Schema()
    {
        var canonical = JsonNode.Parse(TaskGraphSchema.Text)!;
        var words = canonical["$defs"]!;
        var gate = Mapping(GateGrammar.Keys, words["gate"]!["oneOf"]![1]);
        var limits = Mapping(LimitsBinder.Keys, words["limits"], MappingOrNothing);
        var patch = Mapping(TaskListBinder.PatchKeys, words["task"]!["properties"]!["patch_intents"]!["items"], "object", "string");
        var packages = Mapping(TaskListBinder.PackageKeys, words["task"]!["properties"]!["deps_required"]);
        var step = Mapping(TaskListBinder.ChecklistKeys, words["task"]!["properties"]!["checklist"]!["items"]);
        var task = Mapping(TaskKeys.Keys, words["task"]);
        Nest(task, TaskKeys.Keys, "boundaries", Mapping(TaskKeys.BoundaryKeys, words["task"], MappingOrNothing));
        Nest(task, TaskKeys.Keys, "limits", Reference("limits"));
        Nest(task, TaskKeys.Keys, "patch_intents", Items(patch));
        Nest(task, TaskKeys.Keys, "verification", Items(Reference("gate")));
        Nest(task, TaskKeys.Keys, "measurements", Items(Mapping(GateGrammar.MeasurementKeys, words["measurement"])));
        Nest(task, TaskKeys.Keys, "deps_required", Form(packages));
        Nest(task, TaskKeys.Keys, "checklist", Items(Form(step)));

        var defaults = Mapping(DefaultsBinder.Keys, canonical["properties"]!["defaults"], MappingOrNothing);
        Nest(defaults, DefaultsBinder.Keys, "limits", Reference("limits"));
        Nest(defaults, DefaultsBinder.Keys, "verification", Items(Reference("gate")));
        var contract = Mapping(ContractBinder.Keys, words["contract"], "object");
        Nest(contract, ContractBinder.Keys, "methods", Items(Form(Mapping(ContractBinder.MethodKeys, described: null))));

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

    // A list, or a mapping of ids to tasks.
    private static JsonObject Tasks() =>
        new()
        {
            ["type"] = Types(MappingOrList),
            ["minItems"] = 1,
            ["minProperties"] = 1,
            ["items"] = Reference("task"),
            ["additionalProperties"] = Reference("task"),
        };

    /// <summary>A mapping in one of the forms in which it may be given; the others are texts and lists.</summary>
    private static JsonObject Form(JsonObject mapping)
    {
        mapping["type"] = Types("object", "array", "string", "null");
        return mapping;
    }

    /// <summary>A list of such items, or a single one in its place.</summary>
    private static JsonObject Items(JsonObject item) => Form(new JsonObject { ["items"] = item });

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/$defs/" + name };

    private static JsonArray Types(params string[] types) => [.. types.Select(type => (JsonNode)type)];

    /// <summary>A mapping with each spelling of its keys.</summary>
    /// <param name="keys">The table that the reader goes by.</param>
    /// <param name="described">Where the keys are described; null: nowhere.</param>
    /// <param name="types">What the value may be; none: anything.</param>
    private static JsonObject Mapping(KeyTable keys, JsonNode? described, params string[] types)
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

    /// <summary>Says of all spellings of a key what its value looks like.</summary>
    private static void Nest(JsonObject mapping, KeyTable keys, string key, JsonObject value)
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
