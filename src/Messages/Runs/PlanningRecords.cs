namespace Orchestrator.Messages;

/// <summary>The planner as a task of its run: people see, pause and retry it like any other.</summary>
public static class PlannerTask
{
    /// <summary>The id of the planner as a task. No task of a planner's plan may have it.</summary>
    public const string Id = "planner";
}

/// <summary>The request to a planner.</summary>
public sealed record PlanningOptions
{
    /// <summary>A plan, the default.</summary>
    public const string Plan = "plan";

    /// <summary>Tasks for the backlog.</summary>
    public const string Tasks = "tasks";

    /// <summary>Subtasks of a task of the backlog.</summary>
    public const string Subtasks = "subtasks";

    /// <summary><see cref="Plan"/>, <see cref="Tasks"/> or <see cref="Subtasks"/>.</summary>
    [JsonPropertyName("makes")]
    public string Makes { get; set; } = Plan;

    /// <summary>The task that gets the subtasks.</summary>
    [JsonPropertyName("parent")]
    public string? Parent { get; init; }

    /// <summary>Look thoroughly at the repository first.</summary>
    [JsonPropertyName("research")]
    public bool Research { get; init; }

    /// <summary>Tag of a backlog with tags; null: the current one.</summary>
    [JsonPropertyName("tag")]
    public string? Tag { get; init; }

    /// <summary>A plan that was made for this already, as YAML, and that a person wants otherwise; null: it is the first.</summary>
    [JsonPropertyName("earlier")]
    public string? Earlier { get; init; }

    /// <summary>The person's remarks on <see cref="Earlier"/>.</summary>
    [JsonPropertyName("remarks")]
    public string? Remarks { get; init; }

    /// <summary>The result is added to the backlog.</summary>
    [JsonIgnore]
    public bool IsForBacklog => Makes is Tasks or Subtasks;
}

/// <summary>Asks for the input of planning to be stored in the run's folder: the request, the planner's settings, its prompt, its
/// worktree.</summary>
public sealed record BeginPlanningInput(string RunId, RepositoryReference Repository, OrchestrationInput Input);

/// <summary>Result of preparing planning.</summary>
public sealed record PlanningBegun
{
    /// <summary>Why nothing can be planned, each a whole message.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>First line of the request.</summary>
    public string Title { get; init; } = "";

    /// <summary>Name of the planner.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Limit of one answer.</summary>
    public TimeSpan Timeout { get; init; }
    public RunRules Rules { get; init; } = new();

    /// <summary>SHA-256 of the input of planning: a list of files (the request, the settings, the prompt ...) with the hash of each. Later
    /// steps use no others.</summary>
    public string PlanningHash { get; init; } = "";
}

/// <summary>Asks for the finished plan to be stored where the run's start requested it, and for the planner's worktree to be
/// removed.</summary>
public sealed record EndPlanningInput(string RunId, RepositoryReference Repository, string? Output, bool Overwrite)
{
    /// <summary>Number of the other plan in this run, from 1; 0: the first plan.</summary>
    public int Replan { get; init; }

    /// <inheritdoc cref="PlanningBegun.PlanningHash"/>
    public string PlanningHash { get; init; } = "";

    /// <inheritdoc cref="AnswerJudgement.SaidHash"/>
    public string SaidHash { get; init; } = "";
}
