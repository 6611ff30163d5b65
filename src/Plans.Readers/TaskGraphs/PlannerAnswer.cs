using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>A planner's answer: the schema it is asked to fit, and how it is read as a plan.</summary>
public static class PlannerAnswer
{
    /// <summary>What people and their settings decide, not a planner.</summary>
    private static readonly string[] NotForPlanners =
    [
        "agent",
        "model",
        "timeout",
        "limits",
        "max_retries",
        "status",
        "isolation",
        "parallel",
        "allow_large_changes",
        "required_agents",
        "required_steps",
        "notes_input",
        "notes_output",
        "checklist",
        "measurements",
    ];

    /// <summary>Agents read the request beside their task; of a whole document its beginning says what it is about.</summary>
    private const int LongestRequest = 4000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>The schema of a task graph without what is not for planners, as compact JSON text.</summary>
    /// <remarks>Without <c>$schema</c>: agent programs refuse a schema whose dialect they do not have at hand.</remarks>
    public static string Schema { get; } = MakeSchema();

    /// <summary>Reads an answer, with or without words around its JSON. Nothing is thrown for what stands in it.</summary>
    /// <param name="text">What the planner answered; null when it answered nothing.</param>
    /// <param name="request">The request, which the plan keeps.</param>
    /// <param name="reserved">An id that no task may have.</param>
    public static PlanReadResult Read(string? text, string request, string reserved)
    {
        const string File = "answer.json";
        if (JsonInText.Find(text ?? "", out var isCut) is not { } json)
        {
            return new PlanReadResult(null, [JsonInText.Missing(File, isCut, "the whole plan")]);
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
                        $"The id '{reserved}' is taken.",
                        "Give that task another id, also where it is depended on.",
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
        };

    // Laid out in lines, faults have places that a reader of the answer finds.
    private static string Layout(string json)
    {
        try
        {
            return JsonNode.Parse(json)?.ToJsonString(Indented) ?? json;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // A member that is there twice can't be laid out; the reader names it.
            return json;
        }
    }

    private static string MakeSchema()
    {
        var schema = (JsonObject)JsonNode.Parse(TaskGraphSchema.Text)!;
        schema.Remove("$schema");
        var properties = (JsonObject)schema["properties"]!;
        foreach (var name in (string[])["request", "created_at", "defaults"])
        {
            properties.Remove(name);
        }
        var task = (JsonObject)schema["$defs"]!["task"]!;
        foreach (var name in NotForPlanners)
        {
            ((JsonObject)task["properties"]!).Remove(name);
        }
        ((JsonObject)schema["$defs"]!).Remove("measurement");

        // Said outright, the things that matter most are there: what people read, what the agent reads, what it owns, what shows that it is
        // done.
        task.Remove("anyOf");
        task["required"] = new JsonArray("id", "description", "prompt", "files_write", "depends_on", "verification");
        return schema.ToJsonString();
    }
}
