namespace Orchestrator.Runs.Requests;

/// <summary>What the planner has said to a question of a task's agent, as it lies in the task's folder: <c>question-N.json</c>.</summary>
internal sealed record QuestionRecord
{
    public required string Task { get; init; }

    /// <summary>The start whose agent has asked.</summary>
    public required int Start { get; init; }
    public required string Question { get; init; }

    /// <summary>The planner's answer; empty: it leaves it to a person.</summary>
    public string Answer { get; init; } = "";

    /// <summary>Why it does; empty where it answers.</summary>
    public string Why { get; init; } = "";

    /// <inheritdoc cref="QuestionAnswer.By"/>
    public string By { get; init; } = "";
    public DateTimeOffset Time { get; init; }

    /// <summary>The planner's start that it came from.</summary>
    public required AgentRunResult Run { get; init; }

    /// <summary>Where the record of a question lies.</summary>
    public static string PathOf(RunFolder folder, string task, int start) =>
        Path.Combine(folder.Task(task), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"question-{start}.json"));

    /// <summary>What was said to a question; null: nothing yet.</summary>
    public static QuestionRecord? Read(RunFolder folder, string task, int start) => Read(PathOf(folder, task, start));

    /// <summary>All of a run, the oldest first.</summary>
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

    /// <summary>Keeps it, before anybody is told.</summary>
    public void Store(RunFolder folder) =>
        DurableFile.Write(PathOf(folder, Task, Start), JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options));

    // Damaged by hand, it counts as not there.
    private static QuestionRecord? Read(string path) => StoredJson.TryRead(path, MessageJson.Options.TypeOf<QuestionRecord>());
}
