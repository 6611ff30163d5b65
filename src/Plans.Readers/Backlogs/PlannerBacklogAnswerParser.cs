using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>JSON Schema and parser for a planner's answer that contains backlog tasks.</summary>
public static class PlannerBacklogAnswerParser
{
    /// <summary>JSON Schema of the answer, as text.</summary>
    public const string Schema = """
        {"type":"object","additionalProperties":false,"required":["tasks"],
        "properties":{"tasks":{"type":"array","minItems":1,"items":{"type":"object","additionalProperties":false,
        "required":["id","title","description","dependencies"],"properties":{
        "id":{"type":"integer","minimum":1,"description":"Number of the task in this answer, from 1"},
        "title":{"type":"string","minLength":1,"description":"The work, in one line"},
        "description":{"type":"string","description":"The work, in a few sentences"},
        "details":{"type":"string","description":"The approach: files, interfaces, decisions"},
        "testStrategy":{"type":"string","description":"How to verify the work"},
        "priority":{"enum":["critical","high","medium","low"]},
        "dependencies":{"type":"array","items":{"type":"integer"},
        "description":"Numbers of tasks in this answer that must be done before"}}}}}}
        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Parses an answer, which may contain other text around its JSON.</summary>
    /// <param name="text">Answer from the planner, or null if there is none.</param>
    /// <returns>The tasks and the faults. If a fault is an error, there are no tasks.</returns>
    public static (IReadOnlyList<BacklogTask> Tasks, IReadOnlyList<PlanFault> Faults) Read(string? text)
    {
        const string File = "answer.json";
        if (JsonInTextFinder.Find(text ?? "", out var isCut) is not { } json)
        {
            return ([], [JsonInTextFinder.Missing(File, isCut, "all tasks")]);
        }
        var read = BacklogReader.Read(System.Text.Encoding.UTF8.GetBytes(Layout(json)), File);
        PlanFault[] errors = [.. read.Errors];
        if (read.File is not { Backlog.Tasks: { } tasks } || errors.Length > 0)
        {
            return ([], errors);
        }
        PlanFault[] untitled =
        [
            .. tasks
                .Where(task => task.Title.Trim().Length == 0)
                .Select(task =>
                    PlanFault.Error(File, "no-title", $"Task {task.Id} has no title.", "Describe the work in one line.", "tasks")
                ),
        ];
        return untitled.Length > 0 || tasks.Count == 0
            ? (
                [],
                untitled.Length > 0
                    ? untitled
                    : [PlanFault.Error(File, "no-tasks", "The answer has no tasks.", "Return at least one task.", "tasks")]
            )
            : ([.. tasks.Select(task => task with { Status = BacklogStatus.Pending })], []);
    }

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
}
