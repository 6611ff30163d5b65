namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>The planner's reply to a question of a task's agent, stored as <c>question-N.json</c> in the task's folder.</summary>
internal sealed record QuestionRecord
{
    public required string Task { get; init; }

    /// <summary>Number of the agent run with the question.</summary>
    public required int Start { get; init; }
    public required string Question { get; init; }

    /// <summary>The planner's answer, or empty if a user must answer.</summary>
    public string Answer { get; init; } = "";

    /// <summary>The reason why a user must answer, or empty if there is an answer.</summary>
    public string Why { get; init; } = "";

    /// <inheritdoc cref="AnswerJudgement.By"/>
    public string By { get; init; } = "";
    public DateTimeOffset Time { get; init; }

    /// <summary>Folder of the planner's agent run, relative to the repository.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Returns the path of a question's record.</summary>
    public static string PathOf(RunFolder folder, string task, int start) =>
        Path.Combine(folder.Task(task), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"question-{start}.json"));

    /// <summary>Reads all replies in a run, the oldest first.</summary>
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

    /// <summary>Stores the reply before it is returned.</summary>
    public void Store(RunFolder folder) =>
        DurableFile.Write(PathOf(folder, Task, Start), JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options));

    // A file damaged by hand counts as missing.
    private static QuestionRecord? Read(string path) => StoredJson.TryRead(path, MessageJson.Options.TypeOf<QuestionRecord>());
}
