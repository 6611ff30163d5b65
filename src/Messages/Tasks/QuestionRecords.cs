namespace Orchestrator.Messages;

/// <summary>The planner's runs for one question of a task's agent: their folders are beside those of the tasks.</summary>
public static class QuestionTask
{
    /// <summary>The id of a question among the run's folders and worktrees: no task of a plan begins with a dot.</summary>
    /// <param name="start">Number of the agent run that asks.</param>
    public static string IdOf(string task, int start) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $".question-{task}-{start}");
}

/// <summary>A question of a task's agent that the planner has answered.</summary>
public sealed record TaskAnswer
{
    /// <summary>Characters of a question or an answer in records; the whole text is in <see cref="File"/>.</summary>
    public const int MostText = 600;

    /// <summary>Number of the agent run that asked.</summary>
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

    /// <summary>In US dollars; part of the cost of the task.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Question and answer in full, relative to the repository.</summary>
    [JsonPropertyName("file")]
    public string File
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The question and its answer as text for people.</summary>
    public override string ToString() => $"answered by the planner ({By}): {OneLine(Answer)} (asked: {OneLine(Question)})";

    /// <summary>A text cut for records.</summary>
    /// <param name="text">The whole.</param>
    public static string Brief(string text) => text.Length <= MostText ? text : string.Concat(text.AsSpan(0, MostText - 1), "…");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
