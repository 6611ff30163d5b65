namespace Orchestrator.Messages;

/// <summary>Another plan in mid-run as a task of the run: people see, pause and cancel it like any other.</summary>
public static class ReplanTask
{
    /// <summary>The id of a new plan's planner as a task: no task of a plan begins with a dot.</summary>
    public const string Id = ".replan";

    /// <summary>The planner's outline for scheduling.</summary>
    /// <param name="rules">The run's.</param>
    public static TaskOutline Of(RunRules rules) =>
        new()
        {
            Id = Id,
            Title = "Another plan for the failed tasks",
            Account = rules.Planner,
            Timeout = rules.PlannerTimeout,
        };
}

/// <summary>State of another plan.</summary>
public static class ReplanStates
{
    /// <summary>The planner works, or its plan waits for approval.</summary>
    public const string Asked = "asked";

    /// <summary>A plan was made: its tasks are tasks of the run.</summary>
    public const string Planned = "planned";

    /// <summary>No plan was made: the planner failed, or a person rejected it. The run is unchanged.</summary>
    public const string Dropped = "dropped";
}

/// <summary>Another plan at a person's request.</summary>
public sealed record RunReplan
{
    /// <summary>The number of the new plan in this run.</summary>
    [JsonPropertyName("round")]
    public required int Round { get; init; }

    /// <summary>One of <see cref="ReplanStates"/>.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>The person who requested it.</summary>
    [JsonPropertyName("by")]
    public string By
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Tasks that did not end well, or were skipped because of that, and are replaced.</summary>
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

    /// <summary>A short description, for people.</summary>
    public override string ToString() =>
        State switch
        {
            ReplanStates.Planned => $"{Names(Replaces)} replaced by {Names(Tasks)}, as {By} asked",
            ReplanStates.Dropped => $"requested by {By}; nothing came of it",
            _ => $"requested by {By}",
        };

    private static string Names(IReadOnlyList<string> ids) =>
        ids.Count == 0 ? "nothing" : string.Join(", ", ids.Take(10)) + (ids.Count > 10 ? $" and {ids.Count - 10} more" : "");
}

/// <summary>Asks for another plan to be prepared: the planner's input is stored in the run's folder.</summary>
public sealed record BeginReplanInput
{
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }

    /// <inheritdoc cref="EndPlanningInput.Replan"/>
    public required int Replan { get; init; }

    /// <summary>Commit that staging is at: what is merged.</summary>
    public required string StagingTip { get; init; }

    /// <summary>Why the run can't go on.</summary>
    public string Why { get; init; } = "";

    /// <summary>File with the evidence of that, relative to the repository; empty where there is none.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>The guidance of the person who requests it.</summary>
    public string Guidance { get; init; } = "";

    /// <inheritdoc cref="RunReplan.Replaces"/>
    public IReadOnlyList<string> Replaces { get; init; } = [];
}

/// <summary>Asks for the result of another plan.</summary>
public sealed record ConcludeReplanInput(string RunId, RepositoryReference Repository, string PlanHash, int Replan)
{
    /// <inheritdoc cref="AnswerJudgement.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>Result of another plan. The run decides whether its tasks are added.</summary>
public sealed record ReplanConclusion
{
    /// <summary>SHA-256 of the stored plan with its tasks.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The tasks of the new plan, the last ones of the run's plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];

    /// <inheritdoc cref="PlanOutline.ApprovalReason"/>
    public string ApprovalReason { get; init; } = "";

    /// <inheritdoc cref="PlanOutline.ReviewReason"/>
    public string ReviewReason { get; init; } = "";
}
