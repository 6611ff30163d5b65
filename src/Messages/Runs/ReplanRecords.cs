namespace Orchestrator.Messages;

/// <summary>Replanning during a run, as a task of the run. Users can see, pause and cancel it like any other task.</summary>
public static class ReplanTask
{
    /// <summary>Task id of the replanning planner. Task ids of a plan never start with a dot.</summary>
    public const string Id = ".replan";

    /// <summary>Creates the planner's outline for scheduling.</summary>
    /// <param name="rules">The run's rules.</param>
    public static TaskOutline Of(RunRules rules) =>
        new()
        {
            Id = Id,
            Title = "Another plan for the failed tasks",
            Account = rules.Planner,
            Timeout = rules.PlannerTimeout,
        };
}

/// <summary>States of a replanning.</summary>
public static class ReplanStates
{
    /// <summary>The planner works, or its plan waits for approval.</summary>
    public const string Asked = "asked";

    /// <summary>A plan was made, and its tasks are tasks of the run.</summary>
    public const string Planned = "planned";

    /// <summary>No plan was adopted, because the planner failed or an approver rejected the plan. The run is unchanged.</summary>
    public const string Dropped = "dropped";
}

/// <summary>A replanning at a user's request.</summary>
public sealed record RunReplan
{
    /// <summary>Number of the replanning in this run.</summary>
    [JsonPropertyName("round")]
    public required int Round { get; init; }

    /// <summary>One of <see cref="ReplanStates"/>.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>The user who requested it.</summary>
    [JsonPropertyName("by")]
    public string By
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Replaced tasks, which failed or were skipped because a dependency failed.</summary>
    [JsonPropertyName("replaces")]
    public IReadOnlyList<string> Replaces
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The tasks of the new plan.</summary>
    [JsonPropertyName("tasks")]
    public IReadOnlyList<string> Tasks
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Returns a short description for users.</summary>
    public override string ToString() =>
        State switch
        {
            ReplanStates.Planned => $"{Names(Replaces)} replaced by {Names(Tasks)}, as {By} asked",
            ReplanStates.Dropped => $"requested by {By}, but dropped",
            _ => $"requested by {By}",
        };

    private static string Names(IReadOnlyList<string> ids) =>
        ids.Count == 0 ? "nothing" : string.Join(", ", ids.Take(10)) + (ids.Count > 10 ? $" and {ids.Count - 10} more" : "");
}

/// <summary>Request to prepare a replanning. The planner's input is stored in the run's folder.</summary>
public sealed record PrepareReplanInput
{
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }

    /// <inheritdoc cref="EndPlanningInput.Replan"/>
    public required int Replan { get; init; }

    /// <summary>Commit of staging, which contains the merged work.</summary>
    public required string StagingTip { get; init; }

    /// <summary>Reason why the run can't continue.</summary>
    public string Why { get; init; } = "";

    /// <summary>File with the evidence for <see cref="Why"/>, relative to the repository; empty for none.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>Guidance by the user who requested the replanning.</summary>
    public string Guidance { get; init; } = "";

    /// <inheritdoc cref="RunReplan.Replaces"/>
    public IReadOnlyList<string> Replaces { get; init; } = [];
}

/// <summary>Request to conclude a replanning.</summary>
public sealed record ConcludeReplanInput(string RunId, RepositoryReference Repository, string PlanHash, int Replan)
{
    /// <inheritdoc cref="AnswerJudgement.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>Result of a replanning. The run decides whether its tasks are added.</summary>
public sealed record ReplanConclusion
{
    /// <summary>SHA-256 of the stored plan that includes the new tasks.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The new tasks, which are the last ones of the stored plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];

    /// <inheritdoc cref="PlanOutline.ApprovalReason"/>
    public string ApprovalReason { get; init; } = "";

    /// <inheritdoc cref="PlanOutline.ReviewReason"/>
    public string ReviewReason { get; init; } = "";
}
