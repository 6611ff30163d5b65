namespace Orchestrator.Plans;

/// <summary>JSON Schema of the task-graph format. Editors use it for completion, and planners use it for their answers.</summary>
public static class TaskGraphSchema
{
    /// <summary>The schema as JSON text (draft 2020-12).</summary>
    public static string Text
    {
        get
        {
            using var stream =
                typeof(TaskGraphSchema).Assembly.GetManifestResourceStream("tasks.schema.json")
                ?? throw new InvalidOperationException(
                    "The schema is not part of this assembly; its project file must embed tasks.schema.json."
                );
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
