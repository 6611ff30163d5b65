namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>The planner's reply to the question of a task's agent, stored as <c>question-N.json</c> in the task's folder.</summary>
internal sealed record QuestionRecord
{
    /// <summary>Id of the task whose agent asked the question.</summary>
    public required string Task { get; init; }

    /// <summary>Number of the agent run that asked the question.</summary>
    public required int Start { get; init; }

    /// <summary>The text of the question.</summary>
    public required string Question { get; init; }

    /// <summary>The planner's answer, or empty if a user must answer.</summary>
    public string Answer { get; init; } = "";

    /// <summary>The reason why a user must answer, or empty if the planner answered.</summary>
    public string Why { get; init; } = "";

    /// <inheritdoc cref="AgentAnswerValidationResult.By"/>
    public string By { get; init; } = "";

    /// <summary>Time of the reply.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Folder of the planner's agent run, relative to the repository.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Returns the absolute path of the record of a question.</summary>
    public static string PathOf(RunFolder folder, string task, int start) =>
        Path.Combine(folder.Task(task), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"question-{start}.json"));

    /// <summary>Reads all replies in a run, oldest first.</summary>
    public static IReadOnlyList<QuestionRecord> All(RunFolder folder)
    {
        var tasks = Path.GetDirectoryName(folder.Task("task"))!;
        return !Directory.Exists(tasks)
            ? []
            :
            [
                .. Directory
                    .EnumerateDirectories(tasks)
                    .SelectMany(task => Directory.EnumerateFiles(task, "question-*.json"))
                    .Select(Read)
                    .OfType<QuestionRecord>()
                    .OrderBy(record => record.Time),
            ];
    }

    /// <summary>Stores the record of the planner's reply. Called before the reply is returned to the agent.</summary>
    public void Store(RunFolder folder) =>
        DurableFile.Write(PathOf(folder, Task, Start), JsonSerializer.SerializeToUtf8Bytes(this, PayloadJsonOptions.Options));

    // A damaged file counts as missing.
    private static QuestionRecord? Read(string path) => StoredJsonReader.TryRead(path, PayloadJsonOptions.Options.TypeOf<QuestionRecord>());
}
