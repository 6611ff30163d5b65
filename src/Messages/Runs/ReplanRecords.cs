namespace Orchestrator.Messages;

/// <summary>
/// Replanning, in which a planner makes another plan during a run, modeled as a task. Users can see, pause and cancel it like any other
/// task.
/// </summary>
public static class ReplanTaskDefinition
{
    /// <summary>Task id of the replanning. Task ids of a plan never start with a dot.</summary>
    public const string Id = ".replan";

    /// <summary>Creates the task outline that represents a replanning in the scheduler.</summary>
    /// <param name="rules">Rules of the run, which name the planner's agent.</param>
    public static TaskOutline Of(RunWorkflowSettings rules) =>
        new()
        {
            Id = Id,
            Title = "Another plan for the failed tasks",
            Account = rules.Planner,
            Timeout = rules.PlannerTimeout,
        };
}

/// <summary>Possible states of a replanning, in which a planner makes another plan for a run.</summary>
public static class ReplanStateNames
{
    /// <summary>The planner is running, or its plan is waiting for approval.</summary>
    public const string Asked = "asked";

    /// <summary>A plan was made, and its tasks were added to the run.</summary>
    public const string Planned = "planned";

    /// <summary>No plan was adopted, because the planner failed or an approver rejected the plan. The run is unchanged.</summary>
    public const string Dropped = "dropped";
}

/// <summary>State of a replanning, in which a planner makes another plan at a user's request.</summary>
public sealed record RunReplanStatus
{
    /// <summary>Number of the replanning within the run, from 1.</summary>
    [JsonPropertyName("round")]
    public required int Round { get; init; }

    /// <summary>State of the replanning.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>User who requested the replanning.</summary>
    [JsonPropertyName("by")]
    public string By
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Ids of the tasks that the new plan replaces. They failed, or were skipped because a dependency failed.</summary>
    [JsonPropertyName("replaces")]
    public IReadOnlyList<string> Replaces
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Ids of the new plan's tasks.</summary>
    [JsonPropertyName("tasks")]
    public IReadOnlyList<string> Tasks
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Returns the replanning's state as a short text for users.</summary>
    public override string ToString() =>
        State switch
        {
            ReplanStateNames.Planned => $"{Names(Replaces)} replaced by {Names(Tasks)}, as requested by {By}",
            ReplanStateNames.Dropped => $"requested by {By}, but dropped",
            _ => $"requested by {By}",
        };

    private static string Names(IReadOnlyList<string> ids) => ids.Count == 0 ? "nothing" : TaskIdList.First(ids, most: 10);
}

/// <summary>
/// Request to prepare a replanning, in which a planner makes another plan. The activity stores the planner's input in the run's folder.
/// </summary>
public sealed record PrepareReplanInput
{
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }

    /// <inheritdoc cref="EndPlanningInput.Replan"/>
    public required int Replan { get; init; }

    /// <summary>Tip of the staging branch, which contains the merged work.</summary>
    public required string StagingTip { get; init; }

    /// <summary>Reason why the run can't continue.</summary>
    public string Why { get; init; } = "";

    /// <summary>Path of the file with the evidence for <see cref="Why"/>, relative to the repository; empty if there is none.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>Guidance from the user who requested the replanning.</summary>
    public string Guidance { get; init; } = "";

    /// <inheritdoc cref="RunReplanStatus.Replaces"/>
    public IReadOnlyList<string> Replaces { get; init; } = [];
}

/// <summary>Request to read the planner's answer and to store the resulting plan.</summary>
public sealed record ConcludeReplanInput(string RunId, RepositoryReference Repository, string PlanHash, int Replan)
{
    /// <inheritdoc cref="AgentAnswerValidationResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>Result of a replanning, in which a planner made another plan. The run decides whether the new tasks are added.</summary>
public sealed record ReplanConclusion
{
    /// <summary>SHA-256 of the stored plan that includes the new tasks.</summary>
    public required string PlanHash { get; init; }

    /// <summary>New tasks. They are the last tasks of the stored plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];

    /// <inheritdoc cref="PlanOutline.ApprovalReason"/>
    public string ApprovalReason { get; init; } = "";

    /// <inheritdoc cref="PlanOutline.ReviewReason"/>
    public string ReviewReason { get; init; } = "";
}
