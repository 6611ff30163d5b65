namespace Orchestrator.Messages;

/// <summary>The planner's agent runs for one question of a task's agent. Their folders are beside those of the tasks.</summary>
public static class QuestionTask
{
    /// <summary>Returns the id of a question among the run's folders and worktrees. Task ids of a plan never start with a dot.</summary>
    /// <param name="start">Number of the asking agent run.</param>
    public static string IdOf(string task, int start) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $".question-{task}-{start}");
}

/// <summary>A question of a task's agent, answered by the planner.</summary>
public sealed record TaskAnswer
{
    /// <summary>Maximum length of a question or an answer in records, in characters. <see cref="File"/> has the whole text.</summary>
    public const int MostText = 600;

    /// <summary>Number of the asking agent run.</summary>
    [JsonPropertyName("start")]
    public required int Start { get; init; }

    [JsonPropertyName("question")]
    public string Question
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("answer")]
    public string Answer
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The planner's model, or its agent.</summary>
    [JsonPropertyName("by")]
    public string By
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Cost in US dollars, included in the cost of the task.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>File with the complete question and answer, relative to the repository.</summary>
    [JsonPropertyName("file")]
    public string File
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Returns the question and its answer as text for users.</summary>
    public override string ToString() => $"answered by the planner ({By}): {OneLine(Answer)} (asked: {OneLine(Question)})";

    /// <summary>Truncates a text for records.</summary>
    /// <param name="text">The whole text.</param>
    public static string Brief(string text) => text.Length <= MostText ? text : string.Concat(text.AsSpan(0, MostText - 1), "…");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
