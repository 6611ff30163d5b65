namespace Orchestrator.Messages;

/// <summary>Another plan in mid-run as a task of it: people see, pause and cancel it like any other.</summary>
public static class ReplanTask
{
    /// <summary>Its id: no task of a plan begins with a dot.</summary>
    public const string Id = ".replan";

    /// <summary>As the schedule knows it.</summary>
    /// <param name="rules">The run's.</param>
    public static TaskOutline Of(RunRules rules) =>
        new()
        {
            Id = Id,
            Title = "Another plan for what did not end well",
            Account = rules.Planner,
            Timeout = rules.PlannerTimeout,
        };
}

/// <summary>What became of another plan.</summary>
public static class ReplanStates
{
    /// <summary>The planner is at work, or its plan waits for a person.</summary>
    public const string Asked = "asked";

    /// <summary>Its tasks are tasks of the run.</summary>
    public const string Planned = "planned";

    /// <summary>There is none: the planner failed, or a person said no. The run is as it was before.</summary>
    public const string Dropped = "dropped";
}

/// <summary>Another plan that a person asked for.</summary>
public sealed record RunReplan
{
    /// <summary>How often one was asked for in this run.</summary>
    [JsonPropertyName("round")]
    public required int Round { get; init; }

    /// <summary>One of <see cref="ReplanStates"/>.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>Who asked.</summary>
    [JsonPropertyName("by")]
    public string By
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Tasks that did not end well, or did not run because of that: its tasks take their place.</summary>
    [JsonPropertyName("replaces")]
    public IReadOnlyList<string> Replaces
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Its tasks.</summary>
    [JsonPropertyName("tasks")]
    public IReadOnlyList<string> Tasks
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>In a few words, for people.</summary>
    public override string ToString() =>
        State switch
        {
            ReplanStates.Planned => $"{Names(Replaces)} replaced by {Names(Tasks)}, as {By} asked",
            ReplanStates.Dropped => $"asked for by {By}; nothing came of it",
            _ => $"asked for by {By}",
        };

    private static string Names(IReadOnlyList<string> ids) =>
        ids.Count == 0 ? "nothing" : string.Join(", ", ids.Take(10)) + (ids.Count > 10 ? $" and {ids.Count - 10} more" : "");
}

/// <summary>Asks for another plan to be made ready: what the planner is told is stored in the run's folder.</summary>
public sealed record BeginReplanInput
{
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }

    /// <inheritdoc cref="AskPlannerInput.Replan"/>
    public required int Replan { get; init; }

    /// <summary>Commit that staging is at: what is merged.</summary>
    public required string StagingTip { get; init; }

    /// <summary>Why the run can't go on.</summary>
    public string Why { get; init; } = "";

    /// <summary>File with the evidence of that, relative to the repository; empty where there is none.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>What the person who asks for it says.</summary>
    public string Guidance { get; init; } = "";

    /// <inheritdoc cref="RunReplan.Replaces"/>
    public IReadOnlyList<string> Replaces { get; init; } = [];
}

/// <summary>Asks what another plan came to.</summary>
public sealed record ConcludeReplanInput(string RunId, RepositoryReference Repository, string PlanHash, int Replan);

/// <summary>What another plan came to. Whether its tasks become tasks of the run is the run's decision.</summary>
public sealed record ReplanConclusion
{
    /// <summary>SHA-256 of the plan with its tasks, which is stored.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Those tasks, which are the last of that plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];

    /// <inheritdoc cref="PlanOutline.ApprovalReason"/>
    public string ApprovalReason { get; init; } = "";

    /// <inheritdoc cref="PlanOutline.ReviewReason"/>
    public string ReviewReason { get; init; } = "";
}
