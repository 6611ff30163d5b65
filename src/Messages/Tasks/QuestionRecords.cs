namespace Orchestrator.Messages;

/// <summary>
/// Creates ids for the planner's agent runs that answer questions from tasks' agents. The folders of these agent runs are next to the
/// tasks' folders.
/// </summary>
public static class AgentQuestionIdFactory
{
    /// <summary>
    /// Returns the id of a question, used for its folders and worktrees. The id starts with a dot, unlike the task ids of a plan.
    /// </summary>
    /// <param name="start">Number of the agent run that asked.</param>
    public static string IdOf(string task, int start) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $".question-{task}-{start}");
}

/// <summary>A question from a task's agent, with the planner's answer.</summary>
public sealed record TaskAnswer
{
    /// <summary>
    /// Maximum length of a question or answer in records, in characters. The file at <see cref="File"/> contains the complete text.
    /// </summary>
    public const int MostText = 600;

    /// <summary>Number of the agent run that asked the question.</summary>
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

    /// <summary>Name of the planner's model, or of the planner's agent if the model is unknown.</summary>
    [JsonPropertyName("by")]
    public string By
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Cost of the answer in US dollars, which is also included in the task's cost.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Path of the file with the complete question and answer, relative to the repository.</summary>
    [JsonPropertyName("file")]
    public string File
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Returns the question and its answer as text for users.</summary>
    public override string ToString() => $"answered by the planner ({By}): {OneLine(Answer)} (asked: {OneLine(Question)})";

    /// <summary>Truncates text to <see cref="MostText"/> characters.</summary>
    /// <param name="text">Text to truncate.</param>
    public static string Shorten(string text) => text.Length <= MostText ? text : string.Concat(text.AsSpan(0, MostText - 1), "…");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
