namespace Orchestrator.Messages;

/// <summary>The planner, modeled as a task of its run. Users can see, pause and retry it like any other task.</summary>
public static class PlannerTaskDefinition
{
    /// <summary>Task id of the planner. The id is reserved, so a plan made by the planner can't contain a task with this id.</summary>
    public const string Id = "planner";
}

/// <summary>Options of a planning request.</summary>
public sealed record PlanningOptions
{
    /// <summary>The planner makes a plan. This is the default.</summary>
    public const string Plan = "plan";

    /// <summary>The planner makes tasks for the backlog.</summary>
    public const string Tasks = "tasks";

    /// <summary>The planner makes subtasks of a backlog task.</summary>
    public const string Subtasks = "subtasks";

    /// <summary>Kind of result that the planner makes: <see cref="Plan"/>, <see cref="Tasks"/> or <see cref="Subtasks"/>.</summary>
    [JsonPropertyName("makes")]
    public string Makes { get; set; } = Plan;

    /// <summary>Id of the backlog task to which the subtasks will belong.</summary>
    [JsonPropertyName("parent")]
    public string? Parent { get; init; }

    /// <summary>True to make the planner inspect the repository thoroughly before it plans.</summary>
    [JsonPropertyName("research")]
    public bool Research { get; init; }

    /// <summary>Tag to which the result is added in a backlog that has tags, or null for the current tag.</summary>
    [JsonPropertyName("tag")]
    public string? Tag { get; init; }

    /// <summary>Earlier plan for the same request, as YAML, that the planner has to revise, or null for the first plan.</summary>
    [JsonPropertyName("earlier")]
    public string? Earlier { get; init; }

    /// <summary>The user's remarks about <see cref="Earlier"/>, which the planner must take into account.</summary>
    [JsonPropertyName("remarks")]
    public string? Remarks { get; init; }

    /// <summary>True if the planner's result is added to the backlog.</summary>
    [JsonIgnore]
    public bool IsForBacklog => Makes is Tasks or Subtasks;
}

/// <summary>
/// Request to store the planner's input (the request, the planner's settings and the prompt) in the run's folder, and to prepare the
/// planner's worktree.
/// </summary>
public sealed record PreparePlanningInput(string RunId, RepositoryReference Repository, OrchestrationInput Input);

/// <summary>Result of preparing the planner's input.</summary>
public sealed record PlanningPreparationResult
{
    /// <summary>Errors that prevent planning, each as a complete message.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>First line of the request.</summary>
    public string Title { get; init; } = "";

    /// <summary>Name of the planner's agent.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Time limit for a single answer from the planner.</summary>
    public TimeSpan Timeout { get; init; }
    public RunWorkflowSettings Rules { get; init; } = new();

    /// <summary>
    /// SHA-256 of a manifest that lists the files of the planning input (request, settings, prompt and others) with their hashes. Later
    /// activities use only the listed files.
    /// </summary>
    public string PlanningHash { get; init; } = "";
}

/// <summary>Request to store the finished plan at the location given at the run's start, and to remove the planner's worktree.</summary>
public sealed record EndPlanningInput(string RunId, RepositoryReference Repository, string? Output, bool Overwrite)
{
    /// <summary>
    /// Number of the replanning within the run, from 1, or 0 for the first plan. A replanning makes another plan at a user's request.
    /// </summary>
    public int Replan { get; init; }

    /// <inheritdoc cref="PlanningPreparationResult.PlanningHash"/>
    public string PlanningHash { get; init; } = "";

    /// <inheritdoc cref="AgentAnswerValidationResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}
