using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>JSON Schema and parser for a planner's answer that contains a plan.</summary>
public static class PlannerAnswer
{
    /// <summary>Members of a plan that a planner must not set, because only users and their settings may determine them.</summary>
    private static readonly string[] NotForPlanners =
    [
        "agent",
        "host",
        "model",
        "timeout",
        "limits",
        "max_retries",
        "status",
        "isolation",
        "network",
        "parallel",
        "allow_large_changes",
        "required_agents",
        "required_steps",
        "notes_input",
        "notes_output",
        "checklist",
        "measurements",
        "prove_red",
    ];

    /// <summary>
    /// Maximum length, in characters, of the excerpt from the user's request that agents see in addition to their task. The start of a long
    /// document is enough.
    /// </summary>
    private const int LongestRequest = 4000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Schema of a task graph as compact JSON, without the members that planners must not set.</summary>
    /// <remarks>Omits <c>$schema</c>, because agent programs reject schemas in dialects that they do not support.</remarks>
    public static string Schema { get; } = MakeSchema();

    /// <summary>Parses an answer, which may contain other text around its JSON. Never throws because of the answer's content.</summary>
    /// <param name="text">Answer from the planner, or null if there is none.</param>
    /// <param name="request">Request that becomes part of the plan.</param>
    /// <param name="reserved">Id that no task may have.</param>
    public static PlanReadResult Read(string? text, string request, string reserved)
    {
        const string File = "answer.json";
        if (JsonInTextFinder.Find(text ?? "", out var isCut) is not { } json)
        {
            return new PlanReadResult(null, [JsonInTextFinder.Missing(File, isCut, "the whole plan")]);
        }
        var read = TaskGraphReader.Read(Layout(json), File);
        if (read.Plan is not { } plan)
        {
            return read;
        }
        if (plan.Tasks.Any(t => t.Id == reserved))
        {
            return read with
            {
                Plan = null,
                Faults =
                [
                    .. read.Faults,
                    PlanFault.Error(
                        File,
                        "reserved-id",
                        $"The id '{reserved}' is reserved.",
                        "Give that task another id, and use it in the tasks that depend on that task.",
                        "tasks"
                    ),
                ],
            };
        }
        return read with
        {
            Plan = plan with { Request = QuotedText.Cut(request, LongestRequest), Tasks = [.. plan.Tasks.Select(ForPeople)] },
        };
    }

    private static PlanTask ForPeople(PlanTask task) =>
        task with
        {
            Agent = null,
            Model = null,
            Timeout = null,
            MaxRetries = null,
            Status = PlanTaskStatus.Pending,
            Network = null,
            Verification = [.. task.Verification.Select(gate => gate with { Network = null })],
        };

    // Formatted over several lines, so that faults have useful positions.
    private static string Layout(string json)
    {
        try
        {
            return JsonNode.Parse(json)?.ToJsonString(Indented) ?? json;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // JSON with a duplicate member can't be formatted. The reader reports the duplicate.
            return json;
        }
    }

    private static string MakeSchema()
    {
        var schema = (JsonObject)JsonNode.Parse(TaskGraphSchema.Text)!;
        schema.Remove("$schema");
        var properties = (JsonObject)schema["properties"]!;
        foreach (var name in (string[])["request", "created_at", "priority", "defaults"])
        {
            properties.Remove(name);
        }
        var task = (JsonObject)schema["$defs"]!["task"]!;
        foreach (var name in NotForPlanners)
        {
            ((JsonObject)task["properties"]!).Remove(name);
        }
        ((JsonObject)schema["$defs"]!).Remove("measurement");
        foreach (var form in schema["$defs"]!["gate"]!["oneOf"]!.AsArray())
        {
            (form!["properties"] as JsonObject)?.Remove("network");
        }

        // These members are required explicitly, because planners otherwise omit prompt, ownership or verification.
        task.Remove("anyOf");
        task["required"] = new JsonArray("id", "description", "prompt", "files_write", "depends_on", "verification");
        return schema.ToJsonString();
    }
}
